#include "base/semantic_version.hpp"

#include <gtest/gtest.h>

namespace sluice {
namespace {

SemanticVersion version(std::string_view text) {
  const auto parsed = SemanticVersion::parse(text);
  EXPECT_TRUE(parsed) << text;
  return parsed.value_or(SemanticVersion());
}

TEST(SemanticVersion, EachIsLowerThanTheNext) {
  const char* const rising[] = {"0.0.1",
                                "0.9",
                                "1.0.0-0",
                                "1.0.0-1",
                                "1.0.0-2",
                                "1.0.0-10",
                                "1.0.0-alpha",
                                "1.0.0-alpha.1",
                                "1.0.0-alpha.beta",
                                "1.0.0-beta",
                                "1.0.0-beta.2",
                                "1.0.0-beta.11",
                                "1.0.0-rc.1",
                                "1.0.0",
                                "1.0.0.1",
                                "1.0.1",
                                "1.2.0",
                                "1.10.0",
                                "2",
                                "99999999999999999999999.0",
                                "100000000000000000000000.0"};
  for (std::size_t i = 0; i < std::size(rising); ++i) {
    for (std::size_t j = 0; j < std::size(rising); ++j) {
      EXPECT_EQ(version(rising[i]) <=> version(rising[j]), std::weak_ordering(i <=> j))
          << rising[i] << " and " << rising[j];
    }
  }
}

TEST(SemanticVersion, WhatDoesNotCountIsEqual) {
  EXPECT_EQ(version("1.2"), version("1.2.0"));
  EXPECT_EQ(version("1.02.0"), version("1.2.0"));
  EXPECT_EQ(version("1.2.0+a"), version("1.2.0+b-2"));
  EXPECT_EQ(version("1.2.0-rc.01"), version("1.2.0-rc.1"));
}

TEST(SemanticVersion, RefusesWhatIsNone) {
  const std::string longOne(201, '1');
  for (const std::string_view text :
       {std::string_view(""), std::string_view("v1.0"), std::string_view("1."),
        std::string_view(".1"), std::string_view("1..2"), std::string_view("1.2.3.4.5"),
        std::string_view("1.2.0-"), std::string_view("1.2.0-a..b"), std::string_view("1.2.0+"),
        std::string_view("1.2.0-a_b"), std::string_view("1 .2"), std::string_view("-1"),
        std::string_view("latest"), std::string_view("1.0\0", 4), std::string_view(longOne)}) {
    EXPECT_FALSE(SemanticVersion::parse(text)) << text;
  }
}

}  // namespace
}  // namespace sluice
