// Texts made to hurt: each must give a fault, soon, without a crash. Run under the sanitizers too.
#include <gtest/gtest.h>

#include <chrono>

#include "config/load.hpp"

namespace sluice::config {
namespace {

std::string repeated(std::string_view text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

Loaded load(const std::string& text) {
  Options options;
  options.environment = nullptr;
  options.dotEnv.clear();
  return loadText("hostile.yaml", text, options);
}

std::string firstFault(const std::string& text) {
  const Loaded loaded = load(text);
  EXPECT_FALSE(loaded.config.has_value());
  return loaded.faults.empty() ? "none" : loaded.faults.front().message;
}

TEST(Hostile, DeepNesting) {
  for (const char* open : {"[", "{a: ", "- ", "? ", ": ", "[{a: "}) {
    const std::string text = repeated(open, 500'000);
    EXPECT_NE(firstFault(text), "none") << open;
    EXPECT_NE(firstFault("a: " + text), "none") << open;
  }
  std::string steps;
  for (std::size_t i = 0; i < 2'000; ++i) steps += std::string(i, ' ') + "a:\n";
  EXPECT_EQ(firstFault(steps), "nested deeper than 64 levels");
}

TEST(Hostile, AliasesThatMultiply) {
  std::string maps = "a0: &a0 {x: y}\n";
  for (int i = 1; i < 40; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    const std::string name = "a" + std::to_string(i);
    maps.append(name).append(": &").append(name).append(" {l: ").append(before);
    maps.append(", r: ").append(before).append("}\n");
  }
  EXPECT_EQ(firstFault(maps).substr(0, 20), "too much in one file");
  const std::string text =
      "a: &a " + std::string(200'000, 'x') + "\nb: [" + repeated("*a, ", 50'000) + "]\n";
  EXPECT_EQ(firstFault(text).substr(0, 20), "too much in one file");
}

TEST(Hostile, LargeScalarsAndFiles) {
  const std::string large(1 << 20, 'x');
  EXPECT_NE(firstFault("state_dir: " + large), "none");
  EXPECT_NE(firstFault(large + ": 1"), "none");
  EXPECT_EQ(firstFault("state_dir: |\n" + repeated("  " + std::string(1'000, 'x') + "\n", 1'000)),
            "a text longer than 256 KiB");
  EXPECT_EQ(firstFault(repeated("#\n", 3 << 20)), "the file is larger than 4 MiB");
}

TEST(Hostile, BytesThatAreNoText) {
  using namespace std::string_literals;
  EXPECT_EQ(firstFault("log: {level: info}\0\n"s), "a control character is not allowed");
  EXPECT_EQ(firstFault("log: {level: \x1b[31m}\n"), "a control character is not allowed");
  for (const char* bytes :
       {"\xff", "\xc3", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\x80"}) {
    const Loaded loaded = load("log:\n  level: ä" + std::string(bytes) + "\n");
    ASSERT_EQ(loaded.faults.size(), 1U);
    EXPECT_EQ(loaded.faults[0].message, "the file is not UTF-8 from here");
    EXPECT_EQ(loaded.faults[0].line, 2U);
    EXPECT_EQ(loaded.faults[0].column, 11U);
  }
  EXPECT_EQ(firstFault("\xff\xfe"
                       "a\0:\0"s),
            "the file is not UTF-8 from here");
}

TEST(Hostile, EscapesInKeysDoNotReachTheTerminal) {
  const Loaded loaded = load("\"\\e[31m\\n\\0red\": 1\n");
  ASSERT_EQ(loaded.faults.size(), 1U);
  EXPECT_EQ(render(loaded.faults),
            "hostile.yaml:1:1: error: unknown key '?[31m??red'\n"
            "\"\\e[31m\\n\\0red\": 1\n^");
}

TEST(Hostile, ManyFaultsAreCounted) {
  std::string text;
  for (int i = 0; i < 30'000; ++i) text += "key" + std::to_string(i) + ": 1\n";
  const Loaded loaded = load(text);
  ASSERT_EQ(loaded.faults.size(), 201U);
  EXPECT_EQ(loaded.faults.back().line, 0U);
}

TEST(Hostile, ManyOfEverythingIsReadInReasonableTime) {
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_NE(firstFault(repeated("%TAG ! x\n", 200'000)), "none");
  EXPECT_NE(firstFault(repeated("---\n", 1'000'000)), "none");
  EXPECT_NE(firstFault(repeated("&a ", 1'000'000)), "none");
  EXPECT_NE(firstFault(repeated("? \n", 1'000'000)), "none");
  EXPECT_NE(firstFault("a: [" + repeated("[],", 80'000) + "]"), "none");
  EXPECT_NE(firstFault("{" + repeated("\"a\":1,", 40'000) + "}"), "none");
  std::string providers = "providers:\n";
  std::string routes = "routes:\n";
  for (int i = 0; i < 9'000; ++i) {
    providers += "  p" + std::to_string(i) + ": {component: demo}\n";
    routes += "  - {match: m" + std::to_string(i) + ", provider: q" + std::to_string(i) + "}\n";
  }
  EXPECT_NE(firstFault(providers + routes), "none");
  const auto took = std::chrono::steady_clock::now() - begin;
  EXPECT_LT(took, std::chrono::seconds(60));
}

}  // namespace
}  // namespace sluice::config
