// Decimal: a number that is not negative, exactly as its decimal digits say. For money, which
// binary fractions would only come near to. Threads: a plain value.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sluice {

class Decimal {
 public:
  // "15", "0.59", ".5", "2.5e-3". Nothing if the text is no such number, has more than 18 digits
  // that count, or is not between 1e-100 and 1e100.
  static std::optional<Decimal> parse(std::string_view text);

  Decimal timesTenTo(int power) const;  // of at most 100, either way
  std::string text() const;             // "0.00000059": without an exponent; JSON too
  double nearest() const;               // for who compares, not for who pays

  std::strong_ordering operator<=>(const Decimal& other) const;
  bool operator==(const Decimal& other) const { return (*this <=> other) == 0; }

 private:
  std::string digits_;  // without zeros at either end; empty: 0
  int exponent_ = 0;    // of ten, behind the digits
};

}  // namespace sluice
