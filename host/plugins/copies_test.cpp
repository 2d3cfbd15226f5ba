#include "plugins/copies.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "plugins/test_support.hpp"

using namespace sluice;
using namespace sluice::plugins;
using namespace sluice::plugins::test;

namespace {

FileContent contentOf(const std::string& bytes, char hash = 'a') {
  return {"/plugins/x.so", std::string(64, hash), bytes};
}

mode_t modeOf(const std::string& file) {
  struct stat status{};
  return ::stat(file.c_str(), &status) == 0 ? status.st_mode & 0777 : 0;
}

std::string read(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

long filesIn(const Copies& copies) {
  return std::distance(fs::directory_iterator(copies.directory()), fs::directory_iterator());
}

TEST(Copies, AreNamedByTheirContentAndNobodyElses) {
  const TempDirectory state;
  const auto copies = *Copies::in(state / "deep/state");
  EXPECT_EQ(copies->directory(), state / "deep/state/plugins");
  EXPECT_EQ(modeOf(copies->directory()), 0700u);
  const auto copy = copies->place(contentOf("bytes"), 1);
  ASSERT_TRUE(copy);
  EXPECT_EQ(copy->file(), copies->directory() + '/' + std::string(64, 'a') + ".so");
  EXPECT_EQ(modeOf(copy->file()), 0500u);
  EXPECT_EQ(read(copy->file()), "bytes");
  EXPECT_EQ(copies->place(contentOf("bytes"), 2)->file(),
            copies->directory() + '/' + std::string(64, 'a') + "-2.so");
}

TEST(Copies, AreUsedAgainOnlyIfTheyAreRight) {
  const TempDirectory state;
  const auto copies = *Copies::in(state.path());
  const std::string file = copies->place(contentOf("bytes"), 1)->file();
  struct stat before{}, same{}, other{};
  ::stat(file.c_str(), &before);
  EXPECT_TRUE(copies->place(contentOf("bytes"), 1));
  ::stat(file.c_str(), &same);
  EXPECT_EQ(before.st_ino, same.st_ino);

  for (const char* wrong : {"bytez", "", "bytes and more"}) {
    fs::permissions(file, fs::perms::owner_all);
    std::ofstream(file, std::ios::binary | std::ios::trunc) << wrong;
    ::stat(file.c_str(), &before);
    const auto copy = copies->place(contentOf("bytes"), 1);
    ASSERT_TRUE(copy);
    EXPECT_EQ(read(copy->file()), "bytes");
    ::stat(file.c_str(), &other);
    EXPECT_NE(before.st_ino, other.st_ino) << "what was there is left as it is, for who runs it";
  }
}

TEST(Copies, WhatNobodyUsesIsSwept) {
  const TempDirectory state;
  const auto ours = *Copies::in(state.path());
  const auto another = *Copies::in(state.path());  // as of another process
  const auto used = ours->place(contentOf("used", 'a'), 1);
  {
    const auto given = ours->place(contentOf("given up", 'b'), 1);
    std::ofstream(ours->directory() + "/.new-left") << "behind";
    EXPECT_EQ(filesIn(*ours), 3);
    another->sweep();
    EXPECT_EQ(filesIn(*ours), 2);
  }
  another->sweep();
  EXPECT_EQ(filesIn(*ours), 1);
  EXPECT_EQ(read(used->file()), "used");
}

TEST(Copies, SayWhatIsWrongWithTheStateDirectory) {
  const TempDirectory state;
  std::ofstream(state / "file") << "x";
  EXPECT_EQ(Copies::in(state / "file/state").error().message,
            "state_dir: " + (state / "file/state") + " cannot be made: Not a directory");
  fs::create_directory(state / "linked");
  fs::create_directory_symlink("/", state / "linked/plugins");
  EXPECT_EQ(Copies::in(state / "linked").error().message,
            "state_dir: " + (state / "linked/plugins") + " cannot be opened: Not a directory");
}

TEST(Copies, ADirectoryThatOthersCouldWriteToIsClosedToThem) {
  const TempDirectory state;
  fs::create_directory(state / "plugins");
  fs::permissions(state / "plugins", fs::perms::all);
  EXPECT_TRUE(Copies::in(state.path()));
  EXPECT_EQ(modeOf(state / "plugins"), 0700u);
}

TEST(Copies, TemporaryOnesGo) {
  std::string directory;
  {
    const auto copies = *Copies::temporary();
    directory = copies->directory();
    EXPECT_TRUE(copies->place(contentOf("bytes"), 1));
  }
  EXPECT_FALSE(fs::exists(directory));
}

}  // namespace
