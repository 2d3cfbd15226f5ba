#include "wire/lines.hpp"

#include <utility>

namespace sluice::wire {

void LineFramer::give(std::string_view bytes) noexcept { bytes_ = bytes; }

bool LineFramer::next(std::string_view& line) {
  if (tooLarge_) return false;
  takeBack();
  const auto end = bytes_.find('\n');
  const auto part = bytes_.substr(0, end);
  if (carry_.size() + part.size() > limit_) {
    tooLarge_ = true;
    return false;
  }
  if (end == std::string_view::npos) {
    carry_ += part;
    bytes_ = {};
    return false;
  }
  bytes_.remove_prefix(end + 1);
  line = carry_.empty() ? part : lend(part);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return true;
}

bool LineFramer::last(std::string_view& line) {
  takeBack();
  if (tooLarge_ || carry_.empty()) return false;
  line = lend({});
  return true;
}

std::string_view LineFramer::lend(std::string_view part) {
  carry_ += part;
  lent_ = true;
  return carry_;
}

void LineFramer::takeBack() noexcept {
  if (!lent_) return;
  lent_ = false;
  carry_.clear();
  // One huge line must not hold its memory for the rest of the stream.
  if (carry_.capacity() > keptCapacity) carry_ = std::string();
}

}  // namespace sluice::wire
