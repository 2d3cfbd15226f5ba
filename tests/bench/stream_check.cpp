#include "stream_check.hpp"

#include <chrono>

#include "base/text.hpp"

namespace sluice::bench {

namespace {

std::string padded(std::uint64_t value, std::size_t width) {
  std::string digits = std::to_string(value);
  if (digits.size() < width) digits.insert(0, width - digits.size(), '0');
  return digits;
}

}  // namespace

std::string writeMark(Mark mark) {
  std::string text(kMarkPrefix);
  text += padded(mark.number, kMarkNumberWidth);
  text += '@';
  return text += padded(mark.micros, kMarkTimeWidth);
}

std::optional<Mark> findMark(std::string_view event) {
  const std::size_t at = event.find(kMarkPrefix);
  if (at == event.npos) return std::nullopt;
  event.remove_prefix(at + kMarkPrefix.size());
  const auto number = text::parseUnsigned(event.substr(0, kMarkNumberWidth));
  if (!number || event.size() <= kMarkNumberWidth) return std::nullopt;
  const auto micros = text::parseUnsigned(event.substr(kMarkNumberWidth + 1, kMarkTimeWidth));
  if (!micros || event[kMarkNumberWidth] != '@') return std::nullopt;
  return Mark{*number, *micros};
}

std::uint64_t steadyMicros() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(now).count());
}

std::optional<std::string_view> StreamCheck::takeLine(std::string_view& body) {
  const std::size_t end = body.find('\n');
  std::string_view line = body.substr(0, end);
  body.remove_prefix(end == body.npos ? body.size() : end + 1);
  if (end == line.npos || !partial_.empty()) {
    partial_.append(line);
    line = partial_;
  }
  if (end == line.npos) return std::nullopt;
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::optional<Mark> StreamCheck::take(std::string_view line) {
  if (!line.starts_with("data:")) return std::nullopt;
  const std::string_view payload = text::trim(line.substr(5));
  if (done_) wrong_ = true;
  if (payload == "[DONE]") {
    done_ = true;
    return std::nullopt;
  }
  if (!payload.starts_with('{') || !payload.ends_with('}')) wrong_ = true;
  if (payload.find("\"finish_reason\":\"stop\"") != payload.npos) finished_ = true;
  const auto mark = findMark(payload);
  if (!mark) {
    if (payload.find("\"error\"") != payload.npos) wrong_ = true;
    return std::nullopt;
  }
  if (mark->number != next_ || finished_) wrong_ = true;
  if (mark->number >= next_ && mark->number < expected_) {
    ++received_;
    next_ = mark->number + 1;
  }
  return mark;
}

}  // namespace sluice::bench
