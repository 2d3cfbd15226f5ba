// Plugins of a version that this host does not serve: the row's directory has one that answers
// every host and one that asks first.
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "plugins/registry.hpp"

namespace {

using sluice::plugins::Registry;

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : value;
}

TEST(OtherVersion, IsRefusedWithItsLine) {
  const std::string directory = environment("SLUICE_TEST_PLUGINS");
  const std::string theirs = environment("SLUICE_TEST_THEIRS");
  const std::string ours = environment("SLUICE_TEST_OURS");
  ASSERT_FALSE(directory.empty());
  sluice::config::Plugins wanted;
  for (const char* stem : {"answers", "asks"}) wanted.enable.push_back({stem, "", ""});
  std::vector<Registry::Problem> problems;
  const auto registry = Registry::open(wanted, directory, problems);
  EXPECT_TRUE(registry->libraries().empty());
  ASSERT_EQ(problems.size(), 2u);
  EXPECT_EQ(problems[0].message, directory + "/answers.so: was built for plugin ABI " + theirs +
                                     "; this host speaks " + ours);
  EXPECT_EQ(problems[1].message, directory + "/asks.so: does not serve plugin ABI " + ours);
}

}  // namespace
