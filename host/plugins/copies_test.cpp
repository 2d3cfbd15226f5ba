#include "plugins/copies.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

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
  EXPECT_EQ(copies->directory(), state / "deep/state/plugin-copies");
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
    std::ofstream(ours->directory() + "/.new-aB3dE6") << "behind";
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
  fs::create_directory_symlink("/", state / "linked/plugin-copies");
  EXPECT_EQ(
      Copies::in(state / "linked").error().message,
      "state_dir: " + (state / "linked/plugin-copies") + " cannot be opened: Not a directory");
}

TEST(Copies, NothingElseIsSweptNorIsTheDirectoryChanged) {
  const TempDirectory state;
  const fs::path directory = state / "plugin-copies";
  fs::create_directory(directory);
  const std::string hash(64, 'a');
  for (const std::string& name :
       {std::string("openai.so"), std::string("openai.so.sig"), hash, hash + ".so.sig",
        hash + "-.so", "0" + hash + ".so", std::string(64, 'A') + ".so", std::string(".new-x")}) {
    std::ofstream(directory / name) << "an operator's";
  }
  const mode_t before = modeOf(directory);
  const auto copies = *Copies::in(state.path());
  std::ofstream(directory / (hash + ".so")) << "left";
  std::ofstream(directory / (hash + "-12.so")) << "left";
  EXPECT_EQ(filesIn(*copies), 10);
  copies->sweep();
  EXPECT_EQ(filesIn(*copies), 8);
  EXPECT_EQ(modeOf(directory), before);
}

TEST(Copies, ThePluginsDirectoryIsNotTheirs) {
  const TempDirectory state;
  const auto copies = *Copies::in(state.path());
  fs::copy_file(pluginFile("codec"), copies->directory() + "/codec.so");
  const Opened opened = openPlugins({"codec"}, copies->directory(), copies);
  ASSERT_EQ(opened.problems.size(), 1u);
  EXPECT_NE(opened.problems[0].find("is where copies of plugins are kept"), std::string::npos);
  EXPECT_TRUE(fs::exists(copies->directory() + "/codec.so"));
}

TEST(Copies, ADirectoryThatOthersCanChangeIsRefused) {
  const TempDirectory state;
  const std::string directory = state / "inner/plugin-copies";
  fs::create_directories(directory);
  for (const std::string& open : {directory, state / "inner"}) {
    fs::permissions(open, fs::perms::all);
    const auto copies = Copies::in(state / "inner");
    ASSERT_FALSE(copies) << open;
    EXPECT_TRUE(copies.error().message.starts_with(
        "state_dir: " + directory + " is not safe: " + open + " can be written to by everyone"))
        << copies.error().message;
    fs::permissions(open, fs::perms::owner_all);
  }
  EXPECT_TRUE(Copies::in(state / "inner"));
}

TEST(Copies, AStateDirectoryOfAStrangersIsRefused) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root gives files away";
  const TempDirectory state;
  fs::create_directory(state / "inner");
  ASSERT_EQ(::chown((state / "inner").c_str(), 54321, 54321), 0);
  const auto copies = Copies::in(state / "inner");
  ASSERT_FALSE(copies);
  EXPECT_NE(copies.error().message.find("belongs to user 54321"), std::string::npos);
}

TEST(Copies, WhatSomebodyElseMayHaveMadeIsNotUsed) {
  const TempDirectory state;
  const auto copies = *Copies::in(state.path());
  const std::string file = copies->place(contentOf("bytes"), 1)->file();
  const auto replaced = [&] {
    struct stat before{}, after{};
    ::stat(file.c_str(), &before);
    EXPECT_TRUE(copies->place(contentOf("bytes"), 1));
    ::stat(file.c_str(), &after);
    EXPECT_EQ(modeOf(file), 0500u);
    EXPECT_EQ(after.st_uid, ::geteuid());
    return before.st_ino != after.st_ino;
  };
  EXPECT_FALSE(replaced());
  ::chmod(file.c_str(), 0777);
  EXPECT_TRUE(replaced());
  fs::create_hard_link(file, state / "another name");
  EXPECT_TRUE(replaced());
  if (::geteuid() != 0) return;
  ASSERT_EQ(::chown(file.c_str(), 54321, 54321), 0);
  EXPECT_TRUE(replaced());
}

TEST(Copies, ALockThatIsNotGivenUpIsAnErrorInTheEnd) {
  const TempDirectory state;
  const auto copies = *Copies::in(state.path(), std::chrono::milliseconds(1));
  const FileDescriptor other(::open(copies->directory().c_str(), O_RDONLY | O_CLOEXEC));
  ASSERT_TRUE(lockFile(other.get(), LOCK_EX));
  const auto copy = copies->place(contentOf("bytes"), 1);
  ASSERT_FALSE(copy);
  EXPECT_EQ(copy.error().message, "cannot be copied: state_dir: " + copies->directory() +
                                      " has been locked by another process for 1 ms");
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

TEST(Copies, WhatAProcessLeftBehindThatWasKilledGoesWithTheNext) {
  const OwnTmp tmp;
  fs::create_directory(tmp.directory / "sluice-plugins-aB3dE6");
  std::ofstream(tmp.directory / "sluice-plugins-aB3dE6/copy.so") << "left";
  fs::create_directory(tmp.directory / "sluice-plugins");
  const auto one = *Copies::temporary();
  EXPECT_FALSE(fs::exists(tmp.directory / "sluice-plugins-aB3dE6"));
  EXPECT_TRUE(fs::exists(tmp.directory / "sluice-plugins")) << "no name of theirs";
  const auto another = *Copies::temporary();
  EXPECT_TRUE(fs::exists(one->directory())) << "which is in use";
}

TEST(Copies, ATemporaryPlaceThatOthersCanChangeIsRefused) {
  const OwnTmp tmp;
  fs::permissions(tmp.directory.path(), fs::perms::all);
  const auto copies = Copies::temporary();
  ASSERT_FALSE(copies);
  EXPECT_NE(copies.error().message.find("can be written to by everyone"), std::string::npos);
  EXPECT_EQ(tmp.count(), 0);
}

}  // namespace
