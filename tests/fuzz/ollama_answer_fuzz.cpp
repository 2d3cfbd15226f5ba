// An answer of an Ollama server, a line a frame: one start, nothing after a finish, an end only
// after a finish, and each tool call whole, with an id and a name.
#include <string>
#include <string_view>

#include "plugins/ollama/decoder.hpp"
#include "support.hpp"

namespace {

struct Seen {
  bool started = false, finished = false;
  std::uint32_t calls = 0;
};

sluice_status push(sluice_sink* sink, const sluice_chunk* chunk) {
  auto& seen = *static_cast<Seen*>(sink->host_data);
  FUZZ_CHECK(!seen.finished);
  FUZZ_CHECK(seen.started == (chunk->type != SLUICE_CHUNK_START));
  seen.started = true;
  if (chunk->type == SLUICE_CHUNK_FINISH) seen.finished = true;
  if (chunk->type == SLUICE_CHUNK_TOOL_CALL) {
    FUZZ_CHECK(chunk->index == seen.calls++);
    FUZZ_CHECK(chunk->ref.len != 0 && chunk->name.len != 0 && chunk->text.len != 0);
  }
  return SLUICE_OK;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Seen seen;
  sluice_sink table{};
  table.struct_size = sizeof table;
  table.host_data = &seen;
  table.push = push;
  const sluice::Sink sink(&table);
  const auto decoder = ollama::chatDecoder(1);
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  try {
    while (!rest.empty()) {
      const std::string_view line = rest.substr(0, rest.find('\n'));
      rest.remove_prefix(line.size() < rest.size() ? line.size() + 1 : line.size());
      const sluice::fuzz::Exact frame(line);
      decoder->frame({}, frame.view(), sink);
    }
    decoder->end(sink);
  } catch (const sluice::Error& error) {
    FUZZ_CHECK(!error.message.empty());
    return 0;
  }
  FUZZ_CHECK(seen.finished);
  return 0;
}
