#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <ostream>
#include <random>
#include <string>
#include <vector>

#include "wire/head.hpp"

namespace sluice::wire {

// NOLINTNEXTLINE(readability-identifier-naming): GoogleTest's name.
void PrintTo(HeadFault fault, std::ostream* out) { *out << describe(fault); }

namespace {

constexpr std::size_t kLimit = 64 << 10;

struct FinderResult {
  HeadFinder::Found found;
  std::size_t size;
  HeadFault fault;
  bool operator==(const FinderResult&) const = default;
};

// Shows the finder the prefixes that end at `ends` and then the whole, until it decides. Each
// prefix is a copy of its exact size, so that the address sanitizer sees a read behind it.
FinderResult findHead(std::string_view bytes, const std::vector<std::size_t>& ends,
                      std::size_t limit = kLimit) {
  HeadFinder finder(limit);
  auto found = HeadFinder::Found::more;
  const auto show = [&](std::size_t end) {
    const auto copy = std::make_unique<char[]>(end);
    bytes.copy(copy.get(), end);
    found = finder.look({copy.get(), end});
  };
  for (const std::size_t end : ends) {
    if (found == HeadFinder::Found::more) show(end);
  }
  if (found == HeadFinder::Found::more) show(bytes.size());
  return {found, finder.size(), finder.fault()};
}

std::vector<std::size_t> everyByte(std::size_t size) {
  std::vector<std::size_t> ends;
  for (std::size_t i = 0; i <= size; ++i) ends.push_back(i);
  return ends;
}

// However the bytes come, the finder says the same.
FinderResult findEveryWay(std::string_view bytes, std::size_t limit = kLimit) {
  const FinderResult whole = findHead(bytes, {}, limit);
  EXPECT_EQ(whole, findHead(bytes, everyByte(bytes.size()), limit)) << "byte by byte: " << bytes;
  for (std::size_t at = 0; at <= bytes.size(); ++at) {
    EXPECT_EQ(whole, findHead(bytes, {at}, limit)) << "split at " << at << ": " << bytes;
  }
  return whole;
}

HeadFault requestFault(std::string_view head) {
  RequestHead into;
  return parseRequest(head, into);
}

std::string request(std::string_view fields) {
  return "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\n" + std::string(fields) + "\r\n";
}

TEST(HeadFinder, FindsTheEndHoweverTheBytesCome) {
  const std::string head = request("Content-Length: 5\r\n");
  const auto result = findEveryWay(head + "hello");
  EXPECT_EQ(result.found, HeadFinder::Found::whole);
  EXPECT_EQ(result.size, head.size());
}

TEST(HeadFinder, LooksOnlyAtTheHead) {
  const std::string head = request("");
  const auto result = findEveryWay(head + std::string("\0\n\r\x7f", 4));
  EXPECT_EQ(result.found, HeadFinder::Found::whole);
  EXPECT_EQ(result.size, head.size());
}

TEST(HeadFinder, SkipsOneEmptyLineInFront) {
  const std::string head = "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n";
  EXPECT_EQ(findEveryWay(head).size, head.size());
  EXPECT_EQ(requestFault(head), HeadFault::none);
  EXPECT_EQ(findEveryWay("\r\n" + head).size, 4U);
  EXPECT_EQ(requestFault("\r\n\r\n"), HeadFault::badRequestLine);
}

TEST(HeadFinder, RefusesBytesAsSoonAsTheyCome) {
  struct Case {
    std::string bytes;
    HeadFault fault;
  };
  const std::vector<Case> cases = {
      {"\n", HeadFault::bareLineFeed},
      {"GET / HTTP/1.1\n", HeadFault::bareLineFeed},
      {"GET / HTTP/1.1\r\nHost: a\n", HeadFault::bareLineFeed},
      {"GET / HTTP/1.1\r\nHost: a\r\n\n", HeadFault::bareLineFeed},
      {"GET / HTTP/1.1\rH", HeadFault::bareLineFeed},
      {"GET / HTTP/1.1\r\r", HeadFault::bareLineFeed},
      {"GET / HTTP/1.1\r\nA: b\rc", HeadFault::bareLineFeed},
      {std::string("G\0", 2), HeadFault::controlByte},
      {std::string("\0", 1), HeadFault::controlByte},
      {"GET / HTTP/1.1\r\nA: \x1b", HeadFault::controlByte},
      {"GET / HTTP/1.1\r\nA: \x7f", HeadFault::controlByte},
      {"\x16\x03\x01", HeadFault::controlByte},  // a TLS handshake
      {"G\x01\n", HeadFault::controlByte},       // the first of two faults
      {"G\n\x01", HeadFault::bareLineFeed},
  };
  for (const Case& c : cases) {
    const auto result = findEveryWay(c.bytes);
    EXPECT_EQ(result.found, HeadFinder::Found::fault) << c.bytes;
    EXPECT_EQ(result.fault, c.fault) << c.bytes;
  }
  EXPECT_EQ(findEveryWay("GET / HTTP/1.1\r").found, HeadFinder::Found::more);
}

TEST(HeadFinder, RefusesControlBytesAtEveryPlace) {
  const std::string head = request("X-Field: a value that is a little longer than a vector\r\n");
  for (std::size_t at = 0; at < head.size(); ++at) {
    for (const char bad : {'\0', '\x1f', '\x7f', '\v'}) {
      std::string broken = head;
      broken.insert(at, 1, bad);
      EXPECT_EQ(findHead(broken, {}).found, HeadFinder::Found::fault) << at;
      EXPECT_EQ(findHead(broken, {at}).found, HeadFinder::Found::fault) << at;
      EXPECT_NE(requestFault(broken), HeadFault::none) << at;
    }
  }
}

TEST(HeadFinder, HoldsTheLimit) {
  const std::string head = request("X: " + std::string(100, 'x') + "\r\n");
  EXPECT_EQ(findEveryWay(head, head.size()).found, HeadFinder::Found::whole);
  EXPECT_EQ(findEveryWay(head + "body", head.size()).found, HeadFinder::Found::whole);
  const auto tooLarge = findEveryWay(head, head.size() - 1);
  EXPECT_EQ(tooLarge.found, HeadFinder::Found::fault);
  EXPECT_EQ(tooLarge.fault, HeadFault::tooLarge);
  // Said when the limit is reached, not when the next byte comes.
  EXPECT_EQ(findHead(head.substr(0, 40), {}, 40).fault, HeadFault::tooLarge);
}

TEST(HeadFinder, KeepsWhatItFoundUntilItStartsAgain) {
  HeadFinder finder(kLimit);
  EXPECT_EQ(finder.look("GET / HTTP/1.1\n"), HeadFinder::Found::fault);
  EXPECT_EQ(finder.look("GET / HTTP/1.1\n\r\n"), HeadFinder::Found::fault);
  finder.restart();
  EXPECT_EQ(finder.look("GET / HTTP/1.1\r\n\r\n"), HeadFinder::Found::whole);
  EXPECT_EQ(finder.look("GET / HTTP/1.1\r\n\r\nPOST"), HeadFinder::Found::whole);
  EXPECT_EQ(finder.size(), 18U);
  EXPECT_EQ(finder.fault(), HeadFault::none);
}

// Header lines around the sizes of common buffers, cut at the places that matter.
TEST(HeadFinder, HeaderLinesOfEveryLengthAroundBufferSizes) {
  std::vector<std::size_t> lengths;
  for (std::size_t n = 4080; n <= 4110; ++n) lengths.push_back(n);
  for (std::size_t n = 8180; n <= 8200; ++n) lengths.push_back(n);
  for (const std::size_t length : lengths) {
    const std::string line = "X-Long: " + std::string(length - 8, 'v');
    const std::string head = request(line + "\r\nContent-Length: 3\r\nX-After: y\r\n");
    for (const std::size_t place : {std::size_t{4096}, std::size_t{8192}, head.size()}) {
      for (std::size_t at = place - 40; at <= std::min(place + 40, head.size()); ++at) {
        ASSERT_EQ(findHead(head + "abc", {at}).size, head.size()) << length << " at " << at;
      }
    }
    RequestHead parsed;
    ASSERT_EQ(parseRequest(head, parsed), HeadFault::none) << length;
    EXPECT_EQ(parsed.fields.get("x-long").size(), length - 8);
    EXPECT_EQ(parsed.fields.get("x-after"), "y");
    EXPECT_EQ(parsed.contentLength, 3U);
  }
}

TEST(HeadFinder, OneLongLineSplitEverywhere) {
  const std::string head = request("X-Long: " + std::string(4092 - 8, 'v') + "\r\n");
  for (std::size_t at = 0; at <= head.size(); ++at) {
    HeadFinder finder(kLimit);
    if (at < head.size()) {
      ASSERT_EQ(finder.look(std::string_view(head).substr(0, at)), HeadFinder::Found::more) << at;
    }
    ASSERT_EQ(finder.look(head), HeadFinder::Found::whole) << at;
    ASSERT_EQ(finder.size(), head.size()) << at;
  }
}

TEST(HeadFinder, RandomBytesRandomlySplit) {
  std::mt19937 random(20);
  constexpr std::string_view alphabet = "\r\n\r\n\r\nab: \t";
  for (int round = 0; round < 3000; ++round) {
    std::string bytes;
    for (auto size = random() % 40; size > 0; --size) bytes += alphabet[random() % alphabet.size()];
    std::vector<std::size_t> ends;
    for (std::size_t at = 0; at < bytes.size(); at += 1 + random() % 7) ends.push_back(at);
    ASSERT_EQ(findHead(bytes, {}), findHead(bytes, ends)) << testing::PrintToString(bytes);
  }
}

}  // namespace
}  // namespace sluice::wire
