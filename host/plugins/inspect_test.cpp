#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "plugins/test_support.hpp"

using namespace sluice;
using namespace sluice::plugins;
using namespace sluice::plugins::test;

namespace {

using namespace std::chrono_literals;

TEST(Inspect, SaysWhatAFileIs) {
  const auto info = inspect(pluginFile("direct"));
  ASSERT_TRUE(info);
  EXPECT_EQ(info->stem, "direct");
  ASSERT_EQ(info->components.size(), 4u);
  EXPECT_EQ(info->components[2].id, "org.example.reverse");
  EXPECT_EQ(info->components[2].kind, Kind::strategy);
}

TEST(Inspect, DoesNotInitialise) {
  Log log;
  EXPECT_TRUE(inspect(pluginFile("versioned_1")));
  EXPECT_TRUE(inspect(pluginFile("init_fails")));
  EXPECT_TRUE(log.lines().empty());
}

TEST(Inspect, SaysWhatIsWrong) {
  EXPECT_EQ(inspect(pluginFile("none")).error().message, pluginFile("none") + ": no such file");
  EXPECT_EQ(inspect(pluginFile("refuses")).error().message,
            pluginFile("refuses") + ": does not serve plugin ABI 0.2");
  const auto several = inspect(pluginFile("components")).error().message;
  EXPECT_TRUE(
      several.starts_with(pluginFile("components") +
                          ": component 2: is missing from the table; component 3: is broken"))
      << several;
}

Result<LibraryInfo> fromChild(const std::string& stem) {
  return inspectInChild(SLUICE_TEST_INSPECT, pluginFile(stem), 60s);
}

TEST(InspectInChild, SaysTheSame) {
  for (const char* stem : {"direct", "codec"}) {
    const auto child = fromChild(stem);
    ASSERT_TRUE(child) << child.error().message;
    EXPECT_EQ(*child, *inspect(pluginFile(stem)));
  }
  EXPECT_EQ(fromChild("refuses").error().message, inspect(pluginFile("refuses")).error().message);
}

TEST(InspectInChild, ACrashIsAMessage) {
  EXPECT_EQ(fromChild("crashes").error().message, pluginFile("crashes") + ": crashed: SIGSEGV");
  EXPECT_EQ(fromChild("exits").error().message,
            pluginFile("exits") + ": ended with exit code 7 when it was opened");
}

TEST(InspectInChild, WhatAPluginPrintsIsKeptOut) {
  const auto child = fromChild("prints");
  ASSERT_TRUE(child) << child.error().message;
  EXPECT_EQ(child->stem, "prints");
}

TEST(InspectInChild, AFileThatHangsIsAMessage) {
  const auto child = inspectInChild(SLUICE_TEST_INSPECT, pluginFile("hangs"), 200ms);
  EXPECT_EQ(child.error().message, pluginFile("hangs") + ": did not answer in time");
}

TEST(InspectInChild, OutputWithoutEndIsAMessage) {
  EXPECT_EQ(fromChild("floods").error().message, pluginFile("floods") + ": says too much");
}

TEST(InspectInChild, AProgramThatIsNotOursIsAMessage) {
  const std::string file = pluginFile("codec");
  EXPECT_EQ(inspectInChild("/no/such/program", file).error().message,
            file + ": could not be looked at: /no/such/program: No such file or directory");
  EXPECT_EQ(inspectInChild("/usr/bin/echo", file, 60s).error().message,
            file + ": what it said of itself could not be read");
}

TEST(InspectInChild, LeavesNoDescriptorsBehind) {
  const auto open = [] {
    return std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator());
  };
  const auto before = open();
  EXPECT_TRUE(fromChild("codec"));
  EXPECT_FALSE(fromChild("crashes"));
  EXPECT_EQ(open(), before);
}

TEST(InspectInChild, LeavesNoCopyBehindHoweverItEnds) {
  const OwnTmp tmp;
  EXPECT_TRUE(fromChild("codec"));
  EXPECT_FALSE(fromChild("crashes"));
  EXPECT_FALSE(inspectInChild(SLUICE_TEST_INSPECT, pluginFile("hangs"), 200ms));
  EXPECT_EQ(tmp.count(), 0);
}

TEST(InfoJson, ReadsBackWhatItWrote) {
  LibraryInfo info;
  info.file = "/plugins/odd \"name\".so";
  info.stem = "odd \"name\"";
  info.sha256 = std::string(64, 'a');
  info.vendor = "Caf\xc3\xa9";
  info.version = "1.2";
  info.license = "MIT";
  info.abiMinor = 2;
  info.components = {{Kind::search, "a.b", "line", R"({"type":"object"})", {"x", "y"}},
                     {Kind::context, "c.d", "", "", {}}};
  const auto back = fromJson(toJson(info));
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(*back, info);
}

TEST(InfoJson, RefusesWhatIsNone) {
  for (const char* text :
       {"", "hello", "[]", "{}", R"({"abi": "0.1"})", R"({"abi": "x", "components": []})",
        R"({"abi": "0.1", "components": [{"kind": "zebra", "dialects": []}]})"}) {
    EXPECT_EQ(fromJson(text).error().message, "what it said of itself could not be read") << text;
  }
  EXPECT_EQ(fromJson(R"({"error": "why"})").error().message, "why");
}

TEST(FilesIn, GivesLibrariesSorted) {
  const TempDirectory directory;
  for (const char* name : {"b.so", "a.so", "c.txt", "so"}) std::ofstream(directory / name) << "x";
  fs::create_directory(directory / "d.so");
  EXPECT_EQ(filesIn(directory.path()),
            (std::vector<std::string>{directory / "a.so", directory / "b.so"}));
  EXPECT_TRUE(filesIn(directory / "none").empty());
}

}  // namespace
