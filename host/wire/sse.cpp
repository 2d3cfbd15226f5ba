#include "wire/sse.hpp"

#include <cstring>

namespace sluice::wire {

std::size_t LineEnds::next(std::string_view text, std::size_t from) noexcept {
  if (lf_ == none || lf_ < from) {
    lf_ = text.find('\n', from);
    if (lf_ == none) lf_ = text.size();
  }
  const auto cr = text.substr(from, lf_ - from).find('\r');
  if (cr != none) return from + cr;
  return lf_ < text.size() ? lf_ : none;
}

void SseFramer::give(std::string_view bytes) noexcept {
  bytes_ = bytes;
  begin_ = at_ = 0;
  ends_.restart();
}

bool SseFramer::next(SseBlock& block) {
  if (tooLarge_) return false;
  takeBack();
  const bool found = findBlankLine();
  const auto part = bytes_.substr(begin_, at_ - begin_);
  if (carry_.size() + part.size() > limit_) {
    tooLarge_ = true;
    return false;
  }
  begin_ = at_;
  if (found && carry_.empty()) {
    block.raw = part;
  } else {
    carry_ += part;
    if (!found) return false;
    lent_ = true;
    block.raw = carry_;
  }
  parse(block);
  return true;
}

bool SseFramer::last(SseBlock& block) {
  takeBack();
  if (tooLarge_ || carry_.empty()) return false;
  lineEmpty_ = true;
  afterBareCr_ = crPending_ = false;
  lent_ = true;
  block.raw = carry_;
  parse(block);
  return true;
}

// Moves at_ behind the blank line that ends the block, or to the end of bytes_.
bool SseFramer::findBlankLine() noexcept {
  while (at_ < bytes_.size()) {
    if (crPending_) {
      crPending_ = false;
      const bool lf = bytes_[at_] == '\n';
      if (lf) ++at_;
      if (endLine(!lf)) return true;
      continue;
    }
    const std::size_t end = ends_.next(bytes_, at_);
    if (end == LineEnds::none) {
      lineEmpty_ = false;
      at_ = bytes_.size();
      return false;
    }
    if (end > at_) lineEmpty_ = false;
    at_ = end + 1;
    if (bytes_[end] == '\n') {
      if (endLine(false)) return true;
    } else if (lineEmpty_ && afterBareCr_) {
      return endLine(true);
    } else {
      crPending_ = true;
    }
  }
  return false;
}

// Whether that was the block's blank line.
bool SseFramer::endLine(bool bareCr) noexcept {
  const bool blank = lineEmpty_;
  lineEmpty_ = true;
  afterBareCr_ = bareCr && !blank;
  return blank;
}

void SseFramer::parse(SseBlock& block) {
  block.event = {};
  block.data = {};
  block.hasData = false;
  std::string_view rest = block.raw;
  if (atStart_ && rest.starts_with("\xEF\xBB\xBF")) rest.remove_prefix(3);
  atStart_ = false;
  LineEnds ends;
  for (std::size_t begin = 0; begin < rest.size();) {
    // The LF of a CRLF is an empty line here, which says nothing.
    std::size_t end = ends.next(rest, begin);
    if (end == LineEnds::none) end = rest.size();
    if (end > begin) parseLine(rest.substr(begin, end - begin), block);
    begin = end + 1;
  }
}

void SseFramer::parseLine(std::string_view line, SseBlock& block) {
  const auto colon = line.find(':');
  const auto name = line.substr(0, colon);
  std::string_view value;
  if (colon != std::string_view::npos) value = line.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (name == "data") {
    if (!block.hasData) {
      block.data = value;
    } else {
      if (block.data.data() != joined_.data()) joined_ = block.data;
      joined_ += '\n';
      joined_ += value;
      block.data = joined_;
    }
    block.hasData = true;
  } else if (name == "event") {
    block.event = value;
  }
}

void SseFramer::takeBack() noexcept {
  // One huge block must not hold its memory for the rest of the stream.
  if (joined_.capacity() > keptCapacity) joined_ = std::string();
  if (!lent_) return;
  lent_ = false;
  carry_.clear();
  if (carry_.capacity() > keptCapacity) carry_ = std::string();
}

}  // namespace sluice::wire
