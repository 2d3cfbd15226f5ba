#include "base/decimal.hpp"

#include <gtest/gtest.h>

namespace sluice {
namespace {

std::string written(std::string_view text) {
  const auto read = Decimal::parse(text);
  return read ? read->text() : "none";
}

TEST(Decimal, isWrittenAsItWasRead) {
  for (const char* text : {"0", "15", "0.59", "1000000", "0.000000015", "999999999999999999"}) {
    EXPECT_EQ(text, written(text));
  }
  EXPECT_EQ("0.5", written(".5"));
  EXPECT_EQ("5", written("5."));
  EXPECT_EQ("7.25", written("0007.2500"));
  EXPECT_EQ("0", written("0.000"));
  EXPECT_EQ("0.0025", written("2.5e-3"));
  EXPECT_EQ("2500", written("2.5E+3"));
}

TEST(Decimal, otherTextsAreNone) {
  for (const char* text :
       {"", ".", "-1", "+1", "1 ", "1.2.3", "e3", "1e", "1e+", "1e1.5", "0x10", "nan", "1e101",
        "1234567890123456789", "0.1234567890123456789", "1e99999999999"}) {
    EXPECT_EQ("none", written(text)) << text;
  }
}

// What binary fractions only come near to.
TEST(Decimal, aPriceOfAMillionBecomesOneOfOneWithoutLoss) {
  const auto each = [](std::string_view text) {
    return Decimal::parse(text)->timesTenTo(-6).text();
  };
  EXPECT_EQ("0.00000059", each("0.59"));
  EXPECT_EQ("0.000015", each("15"));
  EXPECT_EQ("0.0000001", each("0.1"));
  EXPECT_EQ("0.00000030000000000000004", each("0.30000000000000004"));
  EXPECT_EQ("0", each("0"));
  EXPECT_EQ("1", each("1000000"));
}

TEST(Decimal, isOrderedByItsValue) {
  const auto of = [](std::string_view text) { return *Decimal::parse(text); };
  EXPECT_LT(of("0"), of("0.001"));
  EXPECT_LT(of("0.59"), of("0.6"));
  EXPECT_LT(of("9.99"), of("10"));
  EXPECT_LT(of("1"), of("1.01"));
  EXPECT_EQ(of("1e2"), of("100.0"));
  EXPECT_EQ(of("0"), of("0.00e5"));
}

TEST(Decimal, theNearestBinaryNumberIsThatOfItsText) {
  EXPECT_EQ(0.59, Decimal::parse("0.59")->nearest());
  EXPECT_EQ(1e6, Decimal::parse("1000000")->nearest());
  EXPECT_EQ(0, Decimal::parse("0.0")->nearest());
}

}  // namespace
}  // namespace sluice
