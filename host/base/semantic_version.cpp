#include "base/semantic_version.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace sluice {

namespace {

constexpr std::size_t kLongest = 200;

bool allDigits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool isIdentifier(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    const char small = text::lower(c);
    return (c >= '0' && c <= '9') || (small >= 'a' && small <= 'z') || c == '-';
  });
}

std::string withoutZeros(std::string_view digits) {
  digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
  return std::string(digits);
}

// Both without leading zeros.
std::weak_ordering compareNumbers(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return a.size() <=> b.size();
  return a.compare(b) <=> 0;
}

std::weak_ordering compareIdentifiers(const std::string& a, const std::string& b) {
  const bool aIsNumber = allDigits(a);
  const bool bIsNumber = allDigits(b);
  if (aIsNumber && bIsNumber) return compareNumbers(withoutZeros(a), withoutZeros(b));
  if (aIsNumber != bIsNumber) {
    return aIsNumber ? std::weak_ordering::less : std::weak_ordering::greater;
  }
  return a.compare(b) <=> 0;
}

// What follows `mark` in `text`, which loses both. Nothing: there is no mark.
std::optional<std::string_view> takeTail(std::string_view& text, char mark) {
  const std::size_t at = text.find(mark);
  if (at == text.npos) return std::nullopt;
  const std::string_view tail = text.substr(at + 1);
  text = text.substr(0, at);
  return tail;
}

bool allIdentifiers(const std::vector<std::string_view>& parts) {
  return std::all_of(parts.begin(), parts.end(), isIdentifier);
}

}  // namespace

std::optional<SemanticVersion> SemanticVersion::parse(std::string_view text) {
  if (text.size() > kLongest) return std::nullopt;
  SemanticVersion version;
  if (const auto build = takeTail(text, '+'); build && !allIdentifiers(text::split(*build, '.'))) {
    return std::nullopt;
  }
  if (const auto before = takeTail(text, '-')) {
    const auto parts = text::split(*before, '.');
    if (!allIdentifiers(parts)) return std::nullopt;
    version.preRelease_.assign(parts.begin(), parts.end());
  }
  const auto numbers = text::split(text, '.');
  if (numbers.size() > kNumbers || !std::all_of(numbers.begin(), numbers.end(), allDigits)) {
    return std::nullopt;
  }
  std::transform(numbers.begin(), numbers.end(), version.numbers_.begin(), withoutZeros);
  return version;
}

std::weak_ordering SemanticVersion::operator<=>(const SemanticVersion& other) const {
  for (std::size_t i = 0; i < kNumbers; ++i) {
    const auto order = compareNumbers(numbers_[i], other.numbers_[i]);
    if (order != 0) return order;
  }
  if (preRelease_.empty() || other.preRelease_.empty()) {
    return other.preRelease_.size() <=> preRelease_.size();
  }
  const std::size_t both = std::min(preRelease_.size(), other.preRelease_.size());
  for (std::size_t i = 0; i < both; ++i) {
    const auto order = compareIdentifiers(preRelease_[i], other.preRelease_[i]);
    if (order != 0) return order;
  }
  return preRelease_.size() <=> other.preRelease_.size();
}

}  // namespace sluice
