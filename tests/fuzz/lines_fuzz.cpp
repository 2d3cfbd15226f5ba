// LineFramer: the lines do not depend on where the bytes are cut, and together are the bytes.
#include <string>
#include <vector>

#include "support.hpp"
#include "wire/lines.hpp"

namespace {

using sluice::fuzz::Exact;
using sluice::fuzz::Input;

constexpr std::size_t limit = 4096;

struct Framed {
  std::vector<std::string> lines;
  bool tooLarge = false;
  bool operator==(const Framed&) const = default;
};

Framed frame(const Input& input, bool cut) {
  sluice::wire::LineFramer framer(limit);
  Framed out;
  std::string_view line;
  for (std::size_t at = 0; at < input.bytes.size();) {
    const std::size_t end = cut ? input.nextCut(at) : input.bytes.size();
    const Exact piece(input.bytes.substr(at, end - at));
    framer.give(piece.view());
    while (framer.next(line)) out.lines.emplace_back(line);
    at = end;
  }
  if (framer.last(line)) out.lines.emplace_back(line);
  FUZZ_CHECK(!framer.last(line));
  out.tooLarge = framer.tooLarge();
  return out;
}

std::vector<std::string> readPlainly(std::string_view bytes) {
  std::vector<std::string> lines;
  std::string line;
  for (const char c : bytes) {
    if (c != '\n') {
      line += c;
      continue;
    }
    if (line.ends_with('\r')) line.pop_back();
    lines.push_back(line);
    line.clear();
  }
  if (!line.empty()) lines.push_back(line);
  return lines;
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Input input(data, size);
  const Framed whole = frame(input, false);
  FUZZ_CHECK(whole == frame(input, true));
  for (const std::string& line : whole.lines) FUZZ_CHECK(line.size() <= limit);
  if (!whole.tooLarge) FUZZ_CHECK(whole.lines == readPlainly(input.bytes));
  return 0;
}
