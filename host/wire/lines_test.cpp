#include "wire/lines.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>
#include <vector>

namespace sluice::wire {
namespace {

struct Framed {
  std::vector<std::string> lines;
  bool tooLarge = false;
  bool operator==(const Framed&) const = default;
};

// Gives the bytes in pieces that end at `ends`, then the rest; each piece is a copy of its exact
// size that is gone before the next one comes.
Framed frame(std::string_view bytes, const std::vector<std::size_t>& ends = {},
             std::size_t limit = 1 << 20) {
  LineFramer framer(limit);
  Framed out;
  std::string_view line;
  std::size_t begin = 0;
  const auto give = [&](std::size_t end) {
    const auto piece = std::make_unique<char[]>(end - begin);
    bytes.copy(piece.get(), end - begin, begin);
    framer.give({piece.get(), end - begin});
    while (framer.next(line)) out.lines.emplace_back(line);
    begin = end;
  };
  for (const std::size_t end : ends) give(end);
  give(bytes.size());
  while (framer.last(line)) out.lines.emplace_back(line);
  out.tooLarge = framer.tooLarge();
  return out;
}

Framed frameEveryWay(std::string_view bytes, std::size_t limit = 1 << 20) {
  const Framed whole = frame(bytes, {}, limit);
  std::vector<std::size_t> each;
  for (std::size_t at = 0; at <= bytes.size(); ++at) {
    each.push_back(at);
    EXPECT_EQ(whole, frame(bytes, {at}, limit)) << "split at " << at;
  }
  EXPECT_EQ(whole, frame(bytes, each, limit)) << "byte by byte";
  return whole;
}

TEST(Lines, AreCut) {
  struct Case {
    std::string_view bytes;
    std::vector<std::string> lines;
  };
  const std::vector<Case> cases = {
      {"", {}},
      {"\n", {""}},
      {"a\n", {"a"}},
      {"a\nb\n", {"a", "b"}},
      {"a\r\nb\r\n", {"a", "b"}},
      {"a\rb\r\r\n", {"a\rb\r"}},
      {"\r\n\n", {"", ""}},
      {"a\nb", {"a", "b"}},
      {"{\"a\":1}\n{\"done\":true}\n", {"{\"a\":1}", "{\"done\":true}"}},
      {"\xc3\xa4\n", {"\xc3\xa4"}},
  };
  for (const Case& c : cases) EXPECT_EQ(frameEveryWay(c.bytes).lines, c.lines) << c.bytes;
}

TEST(Lines, Limit) {
  EXPECT_EQ(frameEveryWay("0123456789\nabc\n", 10), (Framed{{"0123456789", "abc"}, false}));
  EXPECT_EQ(frameEveryWay("0123456789\nabc\n", 9), (Framed{{}, true}));
  EXPECT_EQ(frameEveryWay("abc\n0123456789", 9), (Framed{{"abc"}, true}));
}

TEST(Lines, WholeOnesAreNotCopied) {
  const std::string bytes = "abc\ndef\n";
  LineFramer framer;
  std::string_view line;
  framer.give(bytes);
  ASSERT_TRUE(framer.next(line));
  ASSERT_TRUE(framer.next(line));
  EXPECT_EQ(line.data(), bytes.data() + 4);
}

TEST(Lines, OneHugeLineInManyPieces) {
  const std::string bytes = std::string(15 << 20, 'x') + "\na\n";
  std::vector<std::size_t> ends;
  for (std::size_t at = 16000; at < bytes.size(); at += 16000) ends.push_back(at);
  const Framed out = frame(bytes, ends, 16 << 20);
  ASSERT_EQ(out.lines.size(), 2U);
  EXPECT_EQ(out.lines[0].size(), 15U << 20);
  EXPECT_EQ(out.lines[1], "a");
}

TEST(Lines, RandomBytesRandomlySplit) {
  std::mt19937 random(5);
  constexpr std::string_view alphabet = "\n\n\r\rab";
  for (int round = 0; round < 3000; ++round) {
    std::string bytes;
    for (auto size = random() % 40; size > 0; --size) bytes += alphabet[random() % alphabet.size()];
    std::vector<std::size_t> ends;
    for (std::size_t at = random() % 5; at < bytes.size(); at += 1 + random() % 9) {
      ends.push_back(at);
    }
    ASSERT_EQ(frame(bytes), frame(bytes, ends)) << testing::PrintToString(bytes);
  }
}

}  // namespace
}  // namespace sluice::wire
