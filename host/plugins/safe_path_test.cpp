#include "plugins/safe_path.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "plugins/test_support.hpp"

using namespace sluice;
using namespace sluice::plugins;
using namespace sluice::plugins::test;

namespace {

constexpr uid_t kStranger = 54321;  // nobody's

class SafePath : public testing::Test {
 protected:
  SafePath() {
    fs::create_directories(at("a/plugins"));
    std::ofstream(at("a/plugins/x.so")) << "x";
    for (const char* name : {"a", "a/plugins"}) ::chmod(at(name).c_str(), 0755);
    ::chmod(at("a/plugins/x.so").c_str(), 0644);
  }
  std::string at(const std::string& name) const { return directory_ / name; }
  std::string fault(const std::string& name) const {
    const auto found = faultOfPath(at(name));
    return found ? found->message : "";
  }

 private:
  TempDirectory directory_;  // below a directory with the sticky bit
};

TEST_F(SafePath, WhatOnlyItsOwnerChangesIsSafe) {
  EXPECT_EQ(fault("a/plugins/x.so"), "");
  EXPECT_EQ(fault("a/plugins"), "");
  EXPECT_EQ(fault("a/plugins/"), "");
  EXPECT_EQ(fault("a/../a/./plugins/x.so"), "");
}

TEST_F(SafePath, WhatIsNotThereIsNoFaultOfThisKind) {
  EXPECT_EQ(fault("a/none/x.so"), "");
  fs::create_symlink("loop", at("loop"));
  EXPECT_EQ(fault("loop"), "");
}

TEST_F(SafePath, AFileThatEveryoneWritesIsNot) {
  ::chmod(at("a/plugins/x.so").c_str(), 0666);
  const std::string message = fault("a/plugins/x.so");
  EXPECT_TRUE(message.starts_with(at("a/plugins/x.so") + " can be written to by everyone"))
      << message;
  EXPECT_NE(message.find("mode 0666"), std::string::npos) << message;
  EXPECT_TRUE(message.ends_with("chmod go-w " + at("a/plugins/x.so"))) << message;
}

TEST_F(SafePath, NorIsOneInOrBelowSuchADirectory) {
  ::chmod(at("a").c_str(), 0757);
  for (const char* name : {"a/plugins/x.so", "a/plugins", "a"}) {
    EXPECT_TRUE(fault(name).ends_with("chmod o-w " + at("a"))) << fault(name);
  }
}

TEST_F(SafePath, AStickyDirectoryMayBePassedThroughButNotBeTheOne) {
  ::chmod(at("a").c_str(), 01777);
  EXPECT_EQ(fault("a/plugins/x.so"), "");
  EXPECT_EQ(fault("a/plugins"), "");
  for (const char* name : {"a", "a/", "a/.", "a/plugins/.."}) {
    EXPECT_NE(fault(name).find("mode 1777"), std::string::npos) << name;
  }
}

TEST_F(SafePath, LinksAreFollowedAndWhereTheyStandCounts) {
  fs::create_directory(at("b"));
  fs::create_symlink("../a/plugins", at("b/plugins"));
  fs::create_symlink(at("b/plugins/x.so"), at("b/y.so"));
  EXPECT_EQ(fault("b/y.so"), "");
  ::chmod(at("a").c_str(), 0777);
  EXPECT_TRUE(fault("b/y.so").ends_with("chmod go-w " + at("a"))) << fault("b/y.so");
  ::chmod(at("a").c_str(), 0755);
  ::chmod(at("b").c_str(), 0777);
  EXPECT_TRUE(fault("b/y.so").ends_with("chmod go-w " + at("b"))) << fault("b/y.so");
  fs::create_symlink("b/y.so", at("z.so"));
  EXPECT_TRUE(fault("z.so").ends_with("chmod go-w " + at("b"))) << fault("z.so");
}

TEST_F(SafePath, AStrangersFileOrLinkIsNot) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root gives files away";
  ASSERT_EQ(::chown(at("a/plugins/x.so").c_str(), kStranger, kStranger), 0);
  EXPECT_TRUE(fault("a/plugins/x.so").starts_with(at("a/plugins/x.so") + " belongs to user 54321"))
      << fault("a/plugins/x.so");
  EXPECT_EQ(fault("a/plugins"), "");
  fs::create_symlink("a/plugins", at("link"));
  ASSERT_EQ(::lchown(at("link").c_str(), kStranger, kStranger), 0);
  EXPECT_TRUE(fault("link").starts_with(at("link") + " belongs to")) << fault("link");
}

TEST_F(SafePath, AGroupMayWriteOnlyIfItIsTheOwnersOwn) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root gives files away";
  ::chmod(at("a").c_str(), 0775);
  ASSERT_EQ(::chown(at("a").c_str(), 0, 0), 0);
  EXPECT_EQ(fault("a/plugins"), "");
  ASSERT_EQ(::chown(at("a").c_str(), 0, kStranger), 0);
  EXPECT_NE(fault("a/plugins").find("can be written to by its group"), std::string::npos);
  EXPECT_TRUE(fault("a/plugins").ends_with("chmod g-w " + at("a"))) << fault("a/plugins");
}

}  // namespace
