#include "wire/body.hpp"

#include <algorithm>
#include <cstring>

#include "wire/chars.hpp"

namespace sluice::wire {

namespace {
constexpr std::uint8_t maxSizeDigits = 15;
constexpr std::uint32_t maxExtra = 16 << 10;

std::uint64_t hexValue(char c) noexcept {
  return static_cast<std::uint64_t>(c <= '9' ? c - '0' : (c | 32) - 'a' + 10);
}
}  // namespace

void BodyDecoder::start(BodyKind kind, std::uint64_t length) noexcept {
  *this = BodyDecoder();
  kind_ = kind;
  left_ = kind == BodyKind::length ? length : 0;
  whole_ = kind == BodyKind::none || (kind == BodyKind::length && length == 0);
}

BodyDecoder::Step BodyDecoder::feed(std::span<char> bytes) noexcept {
  if (whole_ || broken_) return {0, {}};
  if (kind_ == BodyKind::chunked) return feedChunks(bytes);
  if (kind_ == BodyKind::untilClose) return {bytes.size(), {bytes.data(), bytes.size()}};
  const auto take = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size()));
  left_ -= take;
  whole_ = left_ == 0;
  return {take, {bytes.data(), take}};
}

BodyDecoder::Step BodyDecoder::feedChunks(std::span<char> bytes) noexcept {
  char* payload = bytes.data();
  std::size_t size = 0;
  std::size_t at = 0;
  while (at < bytes.size() && !whole_ && !broken_) {
    if (at_ != At::data) {
      step(bytes[at]);
      if (!broken_) ++at;
      continue;
    }
    const auto take = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size() - at));
    if (size == 0) {
      payload = bytes.data() + at;
    } else {
      std::memmove(payload + size, bytes.data() + at, take);
    }
    size += take;
    at += take;
    left_ -= take;
    if (left_ == 0) at_ = At::dataCr;
  }
  return {at, {payload, size}};
}

// One byte that is not payload.
void BodyDecoder::step(char c) noexcept {
  switch (at_) {
    case At::size: return stepSize(c);
    case At::extension:
      if (c == '\r') {
        at_ = At::sizeEnd;
      } else {
        takeExtra(isIn(c, fieldChar));
      }
      return;
    case At::sizeEnd:
      expect(c, '\n', left_ == 0 ? At::trailer : At::data);
      digits_ = 0;
      return;
    case At::dataCr: return expect(c, '\r', At::dataLf);
    case At::dataLf: return expect(c, '\n', At::size);
    case At::trailer:
      if (c == '\r') {
        at_ = At::last;
      } else {
        at_ = At::trailerName;
        takeExtra(isIn(c, tokenChar));
      }
      return;
    case At::trailerName:
      if (c == ':') at_ = At::trailerLine;
      return takeExtra(c == ':' || isIn(c, tokenChar));
    case At::trailerLine:
      if (c == '\r') {
        at_ = At::trailerEnd;
      } else {
        takeExtra(isIn(c, fieldChar));
      }
      return;
    case At::trailerEnd: return expect(c, '\n', At::trailer);
    case At::last:
      whole_ = c == '\n';
      broken_ = !whole_;
      return;
    case At::data: return;  // is not stepped through
  }
}

void BodyDecoder::stepSize(char c) noexcept {
  if (isIn(c, hexDigit) && digits_ < maxSizeDigits) {
    left_ = left_ * 16 + hexValue(c);
    ++digits_;
  } else if (c == ';' && digits_ > 0) {
    at_ = At::extension;
    takeExtra(true);
  } else if (c == '\r' && digits_ > 0) {
    at_ = At::sizeEnd;
  } else {
    broken_ = true;
  }
}

void BodyDecoder::expect(char c, char wanted, At then) noexcept {
  at_ = then;
  broken_ = c != wanted;
}

// A byte of an extension or a trailer.
void BodyDecoder::takeExtra(bool allowed) noexcept { broken_ = !allowed || ++extra_ > maxExtra; }

void BodyDecoder::end() noexcept {
  if (kind_ == BodyKind::untilClose) whole_ = true;
}

}  // namespace sluice::wire
