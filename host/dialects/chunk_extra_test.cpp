#include "dialects/chunk_extra.hpp"

#include <gtest/gtest.h>

namespace sluice::dialects {
namespace {

TEST(ChunkExtraTest, membersStandOnOneLine) {
  const ChunkExtra extra(
      "{\n\"a\": {\"b c\":\t[1.50,\r\n \"x\\ny\"]},\n\"n\": 12345678901234567890123}");
  EXPECT_EQ(R"({"b c":[1.50,"x\ny"]})", extra["a"].raw());
  EXPECT_EQ("12345678901234567890123", extra["n"].raw());
  EXPECT_FALSE(extra["b c"].exists());
}

TEST(ChunkExtraTest, whatIsNoJsonHoldsNothing) {
  for (const char* text : {"", "{", "{\"a\":1", "a", "{\"a\":1}}", "[1]", "null"}) {
    EXPECT_FALSE(ChunkExtra(text)["a"].exists()) << text;
  }
}

}  // namespace
}  // namespace sluice::dialects
