#include "wire/body.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>
#include <vector>

namespace sluice::wire {
namespace {

struct Decoded {
  std::string payload;
  std::size_t used = 0;
  bool whole = false;
  bool broken = false;
  bool operator==(const Decoded&) const = default;
};

// Feeds `bytes` in pieces that end at `ends`, then the rest; each piece is a copy of its exact
// size.
Decoded decode(BodyKind kind, std::uint64_t length, std::string_view bytes,
               const std::vector<std::size_t>& ends = {}) {
  BodyDecoder decoder;
  decoder.start(kind, length);
  Decoded out;
  std::size_t begin = 0;
  const auto feed = [&](std::size_t end) {
    if (begin != out.used) return;  // the body ended before
    const auto piece = std::make_unique<char[]>(end - begin);
    bytes.copy(piece.get(), end - begin, begin);
    const auto step = decoder.feed({piece.get(), end - begin});
    out.payload += step.payload;
    out.used += step.used;
    begin = end;
  };
  for (const std::size_t end : ends) feed(end);
  feed(bytes.size());
  out.whole = decoder.whole();
  out.broken = decoder.broken();
  return out;
}

Decoded decodeEveryWay(BodyKind kind, std::uint64_t length, std::string_view bytes) {
  const Decoded whole = decode(kind, length, bytes);
  std::vector<std::size_t> each;
  for (std::size_t i = 0; i <= bytes.size(); ++i) {
    each.push_back(i);
    EXPECT_EQ(whole, decode(kind, length, bytes, {i})) << "split at " << i << ": " << bytes;
  }
  EXPECT_EQ(whole, decode(kind, length, bytes, each)) << "byte by byte: " << bytes;
  return whole;
}

Decoded chunked(std::string_view bytes) { return decodeEveryWay(BodyKind::chunked, 0, bytes); }

TEST(Body, WithoutOneIsWholeAtOnce) {
  EXPECT_EQ(decodeEveryWay(BodyKind::none, 0, "GET /"), (Decoded{"", 0, true, false}));
  EXPECT_EQ(decodeEveryWay(BodyKind::length, 0, "GET /"), (Decoded{"", 0, true, false}));
}

TEST(Body, ByLength) {
  EXPECT_EQ(decodeEveryWay(BodyKind::length, 5, "helloGET"), (Decoded{"hello", 5, true, false}));
  EXPECT_EQ(decodeEveryWay(BodyKind::length, 5, "hell"), (Decoded{"hell", 4, false, false}));
}

TEST(Body, UntilClose) {
  EXPECT_EQ(decodeEveryWay(BodyKind::untilClose, 0, "hello"), (Decoded{"hello", 5, false, false}));
  BodyDecoder decoder;
  decoder.start(BodyKind::untilClose, 0);
  decoder.end();
  EXPECT_TRUE(decoder.whole());
}

TEST(Body, TheEndOfTheConnectionCompletesNoOtherBody) {
  for (const auto kind : {BodyKind::length, BodyKind::chunked}) {
    BodyDecoder decoder;
    decoder.start(kind, 5);
    decoder.end();
    EXPECT_FALSE(decoder.whole());
  }
}

TEST(Body, StartsAgain) {
  BodyDecoder decoder;
  decoder.start(BodyKind::chunked, 0);
  std::string bad = "x";
  decoder.feed(bad);
  EXPECT_TRUE(decoder.broken());
  decoder.start(BodyKind::chunked, 0);
  std::string good = "0\r\n\r\n";
  decoder.feed(good);
  EXPECT_TRUE(decoder.whole());
  EXPECT_FALSE(decoder.broken());
}

TEST(Chunked, IsTakenApart) {
  struct Case {
    std::string_view bytes;
    std::string_view payload;
  };
  const std::vector<Case> cases = {
      {"0\r\n\r\n", ""},
      {"5\r\nhello\r\n0\r\n\r\n", "hello"},
      {"5\r\nhello\r\n6\r\n world\r\n1\r\n!\r\n0\r\n\r\n", "hello world!"},
      {"A\r\n0123456789\r\n0\r\n\r\n", "0123456789"},
      {"a\r\n0123456789\r\n000\r\n\r\n", "0123456789"},
      {"000000000000005\r\n\r\n0\r\n\r\n0\r\n\r\n", "\r\n0\r\n"},
      {"5;a=b;c=\"d \t\"\r\nhello\r\n0;x\r\n\r\n", "hello"},
      {"5\r\nhello\r\n0\r\nA: b\r\nC-D:\r\n\r\n", "hello"},
  };
  for (const Case& c : cases) {
    const Decoded out = chunked(std::string(c.bytes) + "NEXT");
    EXPECT_EQ(out, (Decoded{std::string(c.payload), c.bytes.size(), true, false})) << c.bytes;
    // Every shorter body is one that is not whole yet.
    for (std::size_t size = 0; size < c.bytes.size(); ++size) {
      const Decoded cut = decode(BodyKind::chunked, 0, c.bytes.substr(0, size));
      EXPECT_FALSE(cut.whole) << c.bytes << " cut at " << size;
      EXPECT_FALSE(cut.broken) << c.bytes << " cut at " << size;
    }
  }
}

TEST(Chunked, BrokenFramingIsRefused) {
  for (const std::string_view bytes : {
           "\r\n",
           "\n",
           "x\r\n",
           " 5\r\n",
           "5 \r\n",
           "5\t\r\n",
           "+5\r\n",
           "-5\r\n",
           "0x5\r\n",
           "5\n",
           "5\rh",
           "5\r\r\n",
           ";a\r\n",
           "g\r\n",
           "5,\r\n",
           "5 ;a\r\n",
           "0000000000000005\r\n",   // 16 digits
           "fffffffffffffffff\r\n",  // would overflow
           "5\r\nhelloX",
           "5\r\nhello\n",
           "5\r\nhello\rX",
           "5\r\nhello\r\n\r\n",
           "5;a\n",
           "5;a\x01\r\n",
           "5;\x7f",
           "5;a\rb",
           "0\r\n\n",
           "0\r\n\rX",
           "0\r\nA: b\n",
           "0\r\nA: b\rX",
           "0\r\nA: \x01",
           "0\r\n A: b\r\n",
           "0\r\nA : b\r\n",
           "0\r\n: b\r\n",
           "0\r\nGET / HTTP/1.1\r\n",  // the next message, where the blank line is missing
       }) {
    const Decoded out = chunked(bytes);
    EXPECT_TRUE(out.broken) << bytes;
    EXPECT_FALSE(out.whole) << bytes;
  }
  EXPECT_TRUE(chunked(std::string_view("5;\0", 3)).broken);
}

TEST(Chunked, PayloadBeforeTheFaultIsGiven) {
  EXPECT_EQ(chunked("5\r\nhello\r\n3\r\nabcX"), (Decoded{"helloabc", 16, false, true}));
}

TEST(Chunked, ABrokenBodyTakesNoMore) {
  BodyDecoder decoder;
  decoder.start(BodyKind::chunked, 0);
  std::string bad = "x";
  EXPECT_EQ(decoder.feed(bad).used, 0U);
  std::string more = "5\r\nhello\r\n";
  const auto step = decoder.feed(more);
  EXPECT_EQ(step.used, 0U);
  EXPECT_TRUE(step.payload.empty());
}

TEST(Chunked, ExtensionsAndTrailersAreBounded) {
  constexpr std::size_t most = 16 << 10;
  const auto trailer = [](std::size_t size) {
    return "0\r\nA:" + std::string(size - 2, 'x') + "\r\n\r\n";
  };
  EXPECT_TRUE(decode(BodyKind::chunked, 0, trailer(most)).whole);
  EXPECT_TRUE(decode(BodyKind::chunked, 0, trailer(most + 1)).broken);
  EXPECT_TRUE(decode(BodyKind::chunked, 0, "0;" + std::string(most - 1, 'x') + "\r\n\r\n").whole);
  EXPECT_TRUE(decode(BodyKind::chunked, 0, "0;" + std::string(most, 'x') + "\r\n\r\n").broken);
  // In total, not for each chunk.
  std::string many;
  for (int i = 0; i < 5000; ++i) many += "1;abc\r\nx\r\n";
  EXPECT_TRUE(decode(BodyKind::chunked, 0, many).broken);
}

TEST(Chunked, OnePieceOfPayloadStaysWhereItIs) {
  std::string bytes = "5\r\nhello\r\n0\r\n\r\n";
  BodyDecoder decoder;
  decoder.start(BodyKind::chunked, 0);
  EXPECT_EQ(decoder.feed(bytes).payload.data(), bytes.data() + 3);
}

TEST(Chunked, RandomBodiesRandomlySplit) {
  std::mt19937 random(7);
  for (int round = 0; round < 500; ++round) {
    std::string body;
    std::string payload;
    for (auto count = random() % 6; count > 0; --count) {
      const std::string data(1 + random() % 60, static_cast<char>('a' + random() % 26));
      char size[16];
      std::snprintf(size, sizeof size, "%zx", data.size());
      body += std::string(size) + (random() % 4 == 0 ? ";e" : "") + "\r\n" + data + "\r\n";
      payload += data;
    }
    body += "0\r\n\r\n";
    std::vector<std::size_t> ends;
    for (std::size_t at = random() % 30; at < body.size(); at += 1 + random() % 30) {
      ends.push_back(at);
    }
    ASSERT_EQ(decode(BodyKind::chunked, 0, body + "NEXT", ends),
              (Decoded{payload, body.size(), true, false}));
  }
}

}  // namespace
}  // namespace sluice::wire
