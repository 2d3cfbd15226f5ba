// Runs every file of edits/. A case is text in parts, each begun by a line `--- name`:
//   before the first   what the case shows, lines `env NAME=value`, and `enable X` or `disable X`
//   --- before         the configuration
//   --- after          what becomes of it, byte for byte; or
//   --- error          why it is left alone
#include "config/plugin_edit.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <map>

#include "base/text.hpp"
#include "config/load.hpp"

namespace sluice::config {
namespace {

namespace fs = std::filesystem;

struct Case {
  std::map<std::string, std::string> environment;
  std::string verb, stem;
  std::map<std::string, std::string> parts;
};

Case parseCase(const fs::path& file) {
  Case parsed;
  std::ifstream in(file, std::ios::binary);
  std::string part;
  for (std::string line; std::getline(in, line);) {
    const std::size_t space = line.find(' ');
    if (line.starts_with("--- ")) {
      part = line.substr(4);
      parsed.parts[part];
    } else if (!part.empty()) {
      parsed.parts[part] += line + '\n';
    } else if (line.starts_with("env ")) {
      const std::size_t equals = line.find('=');
      parsed.environment[line.substr(4, equals - 4)] = line.substr(equals + 1);
    } else if (line.starts_with("enable ") || line.starts_with("disable ")) {
      parsed.verb = line.substr(0, space);
      parsed.stem = line.substr(space + 1);
    }
  }
  return parsed;
}

std::vector<PluginFile> enabledBy(const std::string& text, const Case& given) {
  Options options;
  options.environment = orElse({}, given.environment);
  options.dotEnv.clear();
  const Loaded loaded = loadText("x.yaml", text, options);
  EXPECT_TRUE(loaded.config) << render(loaded.faults);
  return loaded.config ? loaded.config->plugins.enable : std::vector<PluginFile>();
}

std::vector<std::string> stems(const std::vector<PluginFile>& files) {
  std::vector<std::string> names;
  for (const PluginFile& file : files) names.push_back(file.stem);
  return names;
}

Result<std::string> without(const std::string& text, const Case& given) {
  const auto files = enabledBy(text, given);
  const auto file =
      std::ranges::find_if(files, [&](const auto& one) { return one.stem == given.stem; });
  if (file == files.end()) return Error{"it is not enabled\n"};
  const auto parts = text::split(file->where, ':');
  const auto number = [&](std::size_t i) {
    return static_cast<unsigned>(text::parseUnsigned(parts.at(i)).value_or(0));
  };
  return withoutPlugin(text, number(1), number(2));
}

class PluginEdit : public testing::TestWithParam<fs::path> {};

TEST_P(PluginEdit, ChangesTheListAndNothingElse) {
  Case given = parseCase(GetParam());
  const std::string before = given.parts["before"];
  const bool adds = given.verb == "enable";
  const auto after = adds ? withPlugin(before, given.stem) : without(before, given);
  if (given.parts.contains("error")) {
    ASSERT_FALSE(after) << *after;
    EXPECT_EQ(after.error().message + '\n', given.parts["error"]);
    return;
  }
  ASSERT_TRUE(after) << after.error().message;
  EXPECT_EQ(*after, given.parts["after"]);
  auto expected = stems(enabledBy(before, given));
  if (adds) expected.push_back(given.stem);
  else std::erase(expected, given.stem);
  EXPECT_EQ(stems(enabledBy(*after, given)), expected);
}

std::vector<fs::path> caseFiles() {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(SLUICE_CONFIG_EDITS)) {
    if (entry.path().extension() == ".txt") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

INSTANTIATE_TEST_SUITE_P(Files, PluginEdit, testing::ValuesIn(caseFiles()),
                         [](const auto& info) { return info.param.stem().string(); });

TEST(PluginEdit, ToTheShippedFileAndBack) {
  const std::string shipped(embeddedDefaults());
  const auto with = withPlugin(shipped, "hello");
  ASSERT_TRUE(with) << with.error().message;
  Case given;
  given.stem = "hello";
  EXPECT_EQ(stems(enabledBy(*with, given)),
            (std::vector<std::string>{"anthropic", "azure", "bedrock", "cohere", "demo", "gemini",
                                      "ollama", "openai", "priority", "hello"}));
  const auto back = without(*with, given);
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(*back, shipped);
}

TEST(PluginEdit, AByteOrderMarkStays) {
  EXPECT_EQ(*withPlugin("\xef\xbb\xbfplugins: {enable: [a]}\n", "b"),
            "\xef\xbb\xbfplugins: {enable: [a, b]}\n");
  EXPECT_EQ(*withoutPlugin("\xef\xbb\xbfplugins: {enable: [a]}\n", 1, 20),
            "\xef\xbb\xbfplugins: {enable: []}\n");
}

TEST(PluginEdit, AFileMayEndWithoutALineEnd) {
  EXPECT_EQ(*withPlugin("plugins:\n  enable:\n    - a", "b"),
            "plugins:\n  enable:\n    - a\n    - b");
  EXPECT_EQ(*withPlugin("log: {}", "b"), "log: {}\n\nplugins:\n  enable: [b]\n");
  EXPECT_EQ(*withoutPlugin("plugins:\n  enable:\n    - a\n    - b", 4, 7),
            "plugins:\n  enable:\n    - a\n");
  EXPECT_EQ(*withPlugin("", "b"), "plugins:\n  enable: [b]\n");
}

TEST(PluginEdit, TellsWhetherAFileHasTheList) {
  EXPECT_TRUE(listsPlugins("plugins: {enable: []}"));
  EXPECT_TRUE(listsPlugins("plugins:\n  enable:\n"));
  EXPECT_FALSE(listsPlugins("plugins: {directory: x}"));
  EXPECT_FALSE(listsPlugins("enable: [x]"));
  EXPECT_FALSE(listsPlugins(""));
  EXPECT_FALSE(listsPlugins("a: ["));
}

// An empty key stands nowhere: its column, 0, was taken for a margin of 4 GiB.
TEST(PluginEdit, AnEmptyFirstKeyIsLeftAlone) {
  for (const char* text : {": x\n", "? \n: x\n", "&a : x\n", "plugins:\n  : x\n"}) {
    EXPECT_FALSE(withPlugin(text, "hello")) << text;
  }
}

TEST(PluginEdit, WhatCannotBeReadIsLeftAlone) {
  for (const char* text :
       {"a: [", "a: b\n---\nc: d\n", "- a\n", "plugins: x\n", "plugins: [a]\n",
        "plugins: {enable: x}\n", "plugins: {enable: {a: b}}\n", "plugins: &p {enable: [a]}\n",
        "plugins:\n  enable: &e\n    - a\n", "plugins:\n  enable:\n    - &e a\n"}) {
    EXPECT_FALSE(withPlugin(text, "hello")) << text;
  }
}

}  // namespace
}  // namespace sluice::config
