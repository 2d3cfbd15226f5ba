#include "wire/query.hpp"

#include <gtest/gtest.h>

namespace sluice::wire {
namespace {

TEST(Query, aParameterIsFoundWithItsEscapesUndone) {
  const std::string_view query = "a=1&after_id=up%2Fm%201&b=x+y&c&a=2&%64=%zz%4&=e";
  EXPECT_EQ("1", queryParameter(query, "a"));
  EXPECT_EQ("up/m 1", queryParameter(query, "after_id"));
  EXPECT_EQ("x y", queryParameter(query, "b"));
  EXPECT_EQ("", queryParameter(query, "c"));
  EXPECT_EQ("%zz%4", queryParameter(query, "d"));
  EXPECT_EQ("e", queryParameter(query, ""));
  EXPECT_EQ(std::nullopt, queryParameter(query, "after"));
  EXPECT_EQ(std::nullopt, queryParameter("", "a"));
}

}  // namespace
}  // namespace sluice::wire
