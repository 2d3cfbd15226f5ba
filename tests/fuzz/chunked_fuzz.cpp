// BodyDecoder: payload, use and verdict do not depend on where a body is cut, and are what a plain
// reader makes of it.
#include <optional>
#include <string>

#include "support.hpp"
#include "wire/body.hpp"

namespace {

using sluice::fuzz::Exact;
using sluice::fuzz::Input;
using sluice::wire::BodyDecoder;
using sluice::wire::BodyKind;

struct Decoded {
  std::string payload;
  std::size_t used = 0;
  bool whole = false;
  bool broken = false;
  bool operator==(const Decoded&) const = default;
};

Decoded decode(const Input& input, BodyKind kind, std::uint64_t length, bool cut) {
  BodyDecoder decoder;
  decoder.start(kind, length);
  Decoded out;
  for (std::size_t at = 0; at < input.bytes.size() && out.used == at;) {
    const std::size_t end = cut ? input.nextCut(at) : input.bytes.size();
    Exact piece(input.bytes.substr(at, end - at));
    const auto step = decoder.feed({piece.data(), piece.size()});
    FUZZ_CHECK(step.used <= piece.size() && step.payload.size() <= step.used);
    FUZZ_CHECK(step.used == piece.size() || decoder.whole() || decoder.broken());
    out.payload += step.payload;
    out.used += step.used;
    at = end;
  }
  out.whole = decoder.whole();
  out.broken = decoder.broken();
  FUZZ_CHECK(!(out.whole && out.broken));
  return out;
}

// A line that ends in CRLF and holds no other CR or LF; taken off `rest`.
std::optional<std::string_view> takeLine(std::string_view& rest) {
  const auto end = rest.find("\r\n");
  if (end == rest.npos) return std::nullopt;
  const auto line = rest.substr(0, end);
  rest.remove_prefix(end + 2);
  return line.find_first_of("\r\n") == line.npos ? std::optional(line) : std::nullopt;
}

// The payload of a well-formed body, with no thought of pieces or bounds.
std::optional<std::string> readPlainly(std::string_view rest) {
  std::string payload;
  for (;;) {
    const auto line = takeLine(rest);
    if (!line) return std::nullopt;
    const auto digits = line->substr(0, line->find(';'));
    if (digits.empty() || digits.size() > 15 ||
        digits.find_first_not_of("0123456789abcdefABCDEF") != digits.npos) {
      return std::nullopt;
    }
    const std::size_t size = std::stoull(std::string(digits), nullptr, 16);
    if (size == 0) break;
    if (rest.size() < size + 2 || rest.substr(size, 2) != "\r\n") return std::nullopt;
    payload += rest.substr(0, size);
    rest.remove_prefix(size + 2);
  }
  for (;;) {
    const auto line = takeLine(rest);
    if (!line) return std::nullopt;
    if (line->empty()) return payload;
    if (line->find(':') == line->npos || line->front() == ':') return std::nullopt;
  }
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Input input(data, size);
  const Decoded whole = decode(input, BodyKind::chunked, 0, false);
  FUZZ_CHECK(whole == decode(input, BodyKind::chunked, 0, true));
  if (whole.whole) {
    const auto plain = readPlainly(input.bytes.substr(0, whole.used));
    FUZZ_CHECK(plain && *plain == whole.payload);
  } else {
    FUZZ_CHECK(whole.broken || whole.used == input.bytes.size());
  }
  const Decoded counted = decode(input, BodyKind::length, input.seed, true);
  FUZZ_CHECK(counted.payload == input.bytes.substr(0, input.seed));
  FUZZ_CHECK(counted.whole == (input.bytes.size() >= input.seed));
  return 0;
}
