// SseFramer: the blocks do not depend on where the stream is cut, and together are the stream; and
// they say what a plain reader of the standard's algorithm says.
#include <string>
#include <vector>

#include "support.hpp"
#include "wire/sse.hpp"

namespace {

using sluice::fuzz::Exact;
using sluice::fuzz::Input;
using sluice::wire::SseBlock;
using sluice::wire::SseFramer;

struct Block {
  std::string event;
  std::string data;
  bool hasData;
  std::string raw;
  bool operator==(const Block&) const = default;
};

constexpr std::size_t limit = 4096;

struct Framed {
  std::vector<Block> blocks;
  bool tooLarge = false;
  bool ended = true;  // the last block had its blank line
};

void take(SseFramer& framer, Framed& into) {
  SseBlock block;
  while (framer.next(block)) {
    into.blocks.push_back(
        {std::string(block.event), std::string(block.data), block.hasData, std::string(block.raw)});
  }
}

Framed frame(const Input& input, bool cut) {
  SseFramer framer(limit);
  Framed out;
  for (std::size_t at = 0; at < input.bytes.size();) {
    const std::size_t end = cut ? input.nextCut(at) : input.bytes.size();
    const Exact piece(input.bytes.substr(at, end - at));
    framer.give(piece.view());
    take(framer, out);
    at = end;
  }
  SseBlock block;
  if (framer.last(block)) {
    out.ended = false;
    out.blocks.push_back(
        {std::string(block.event), std::string(block.data), block.hasData, std::string(block.raw)});
  }
  FUZZ_CHECK(!framer.last(block));
  out.tooLarge = framer.tooLarge();
  return out;
}

// The standard's algorithm, line by line, with no thought of speed. An event that has no blank line
// behind it counts, as last() gives it.
std::vector<Block> readPlainly(std::string_view stream) {
  if (stream.starts_with("\xEF\xBB\xBF")) stream.remove_prefix(3);
  std::vector<Block> events;
  Block event{};
  const auto dispatch = [&] {
    if (event.hasData) events.push_back(event);
    event = {};
  };
  while (!stream.empty()) {
    const auto end = std::min(stream.find_first_of("\r\n"), stream.size());
    const auto line = stream.substr(0, end);
    stream.remove_prefix(end);
    if (stream.starts_with("\r\n")) stream.remove_prefix(1);
    if (!stream.empty()) stream.remove_prefix(1);
    const auto colon = line.find(':');
    const auto name = line.substr(0, colon);
    auto value = colon == line.npos ? std::string_view() : line.substr(colon + 1);
    if (value.starts_with(' ')) value.remove_prefix(1);
    if (line.empty()) dispatch();
    if (name == "event") event.event = value;
    if (name != "data") continue;
    if (event.hasData) event.data += '\n';
    event.data += value;
    event.hasData = true;
  }
  dispatch();
  return events;
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Input input(data, size);
  const Framed whole = frame(input, false);
  const Framed cut = frame(input, true);
  FUZZ_CHECK(whole.blocks == cut.blocks);
  FUZZ_CHECK(whole.tooLarge == cut.tooLarge);
  std::string raw;
  std::vector<Block> events;
  for (const Block& block : whole.blocks) {
    FUZZ_CHECK(!block.raw.empty() && block.raw.size() <= limit);
    raw += block.raw;
    if (block.hasData) events.push_back({block.event, block.data, true, ""});
  }
  FUZZ_CHECK(input.bytes.starts_with(raw));
  if (whole.tooLarge) return 0;
  FUZZ_CHECK(raw == input.bytes);
  FUZZ_CHECK(events == readPlainly(input.bytes));
  return 0;
}
