// An answer of Bedrock's, a line a frame, `name data` or the data alone: one start, nothing but
// usage after a finish, an end only after a finish, and tool calls named before they go on.
#include <algorithm>
#include <string>
#include <string_view>

#include "plugins/bedrock/decoder.hpp"
#include "support.hpp"

namespace {

struct Seen {
  bool started = false, finished = false;
  std::uint32_t calls = 0;
};

sluice_status push(sluice_sink* sink, const sluice_chunk* chunk) {
  auto& seen = *static_cast<Seen*>(sink->host_data);
  FUZZ_CHECK(!seen.finished || chunk->type == SLUICE_CHUNK_USAGE);
  FUZZ_CHECK(seen.started == (chunk->type != SLUICE_CHUNK_START));
  seen.started = true;
  if (chunk->type == SLUICE_CHUNK_FINISH) seen.finished = true;
  if (chunk->type == SLUICE_CHUNK_TOOL_CALL) {
    FUZZ_CHECK(chunk->index <= seen.calls);
    if (chunk->index == seen.calls) ++seen.calls;
    else FUZZ_CHECK(chunk->ref.len == 0 && chunk->name.len == 0 && chunk->text.len != 0);
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
  const auto decoder = bedrock::answerDecoder("id", "model");
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  try {
    while (!rest.empty()) {
      const std::string_view line = rest.substr(0, rest.find('\n'));
      rest.remove_prefix(line.size() < rest.size() ? line.size() + 1 : line.size());
      const bool whole = line.empty() || line.front() == '{';
      const std::size_t space = whole ? 0 : std::min(line.find(' '), line.size());
      const sluice::fuzz::Exact name(line.substr(0, space));
      const sluice::fuzz::Exact frame(line.substr(space));
      decoder->frame(name.view(), frame.view(), sink);
    }
    decoder->end(sink);
  } catch (const sluice::Error& error) {
    FUZZ_CHECK(!error.message.empty());
    return 0;
  }
  FUZZ_CHECK(seen.finished);
  return 0;
}
