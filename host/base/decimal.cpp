#include "base/decimal.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>

namespace sluice {

namespace {

constexpr std::size_t kMostDigits = 18;
constexpr int kMostExponent = 100;

// Takes the digits off the front.
std::string_view takeDigits(std::string_view& text) {
  const std::size_t end = std::min(text.find_first_not_of("0123456789"), text.size());
  const std::string_view digits = text.substr(0, end);
  text.remove_prefix(end);
  return digits;
}

// What stands behind the `e`.
std::optional<int> exponentOf(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  int value = 0;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
  return value;
}

}  // namespace

std::optional<Decimal> Decimal::parse(std::string_view text) {
  Decimal made;
  made.digits_ = takeDigits(text);
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    const std::string_view fraction = takeDigits(text);
    made.digits_ += fraction;
    made.exponent_ = -static_cast<int>(std::min<std::size_t>(fraction.size(), 1000));
  }
  if (made.digits_.empty()) return std::nullopt;
  if (text.starts_with('e') || text.starts_with('E')) {
    const auto exponent = exponentOf(text.substr(1));
    if (!exponent || std::abs(*exponent) > kMostExponent) return std::nullopt;
    made.exponent_ += *exponent;
  } else if (!text.empty()) {
    return std::nullopt;
  }
  made.digits_.erase(0, made.digits_.find_first_not_of('0'));
  while (made.digits_.ends_with('0')) {
    made.digits_.pop_back();
    ++made.exponent_;
  }
  if (made.digits_.empty()) return Decimal();
  if (made.digits_.size() > kMostDigits || std::abs(made.exponent_) > kMostExponent) {
    return std::nullopt;
  }
  return made;
}

Decimal Decimal::timesTenTo(int power) const {
  Decimal made = *this;
  if (!digits_.empty()) made.exponent_ += power;
  return made;
}

std::string Decimal::text() const {
  if (digits_.empty()) return "0";
  if (exponent_ >= 0) return digits_ + std::string(static_cast<std::size_t>(exponent_), '0');
  const auto behind = static_cast<std::size_t>(-exponent_);
  if (digits_.size() <= behind) return "0." + std::string(behind - digits_.size(), '0') + digits_;
  const std::size_t point = digits_.size() - behind;
  return digits_.substr(0, point) + "." + digits_.substr(point);
}

double Decimal::nearest() const {
  const std::string exact = digits_ + "e" + std::to_string(exponent_);
  double value = 0;
  std::from_chars(exact.data(), exact.data() + exact.size(), value);
  return value;
}

std::strong_ordering Decimal::operator<=>(const Decimal& other) const {
  if (digits_.empty() || other.digits_.empty()) return digits_.size() <=> other.digits_.size();
  // Where the first digit stands decides; without zeros at the ends the texts decide the rest.
  const int size = static_cast<int>(digits_.size()) + exponent_;
  const int otherSize = static_cast<int>(other.digits_.size()) + other.exponent_;
  if (size != otherSize) return size <=> otherSize;
  return digits_.compare(other.digits_) <=> 0;
}

}  // namespace sluice
