#include "plugins/changes.hpp"

#include <gtest/gtest.h>

namespace sluice::plugins {
namespace {

LibraryInfo library(const std::string& stem, const std::string& version, const std::string& hash) {
  LibraryInfo made;
  made.file = "/plugins/" + stem + ".so";
  made.stem = stem;
  made.version = version;
  made.sha256 = hash;
  return made;
}

TEST(Changes, NamesWhatIsNewReplacedAndGone) {
  const std::vector<LibraryInfo> before = {library("kept", "1.0", "a"), library("old", "1.0", "b"),
                                           library("moved", "1.0", "c")};
  const std::vector<LibraryInfo> after = {library("moved", "1.1", "d"), library("kept", "1.0", "a"),
                                          library("fresh", "2.0", "e")};
  EXPECT_EQ((std::vector<std::string>{"moved: 1.0 replaced by 1.1", "fresh: added, 2.0",
                                      "old: taken out, 1.0"}),
            changesOf(before, after));
  EXPECT_TRUE(changesOf(before, before).empty());
}

TEST(Changes, TellsBuildsOfOneVersionApart) {
  const std::vector<LibraryInfo> before = {library("x", "1.0", "0123456789abcdef")};
  const std::vector<LibraryInfo> after = {library("x", "1.0", "fedcba9876543210")};
  EXPECT_EQ(std::vector<std::string>{"x: 1.0 replaced by 1.0 (0123456789ab by fedcba987654)"},
            changesOf(before, after));
}

}  // namespace
}  // namespace sluice::plugins
