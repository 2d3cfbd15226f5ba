#include "wire/sse.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <ostream>
#include <random>
#include <string>
#include <vector>

namespace sluice::wire {
namespace {

constexpr std::size_t kLimit = 1 << 20;

struct Block {
  std::string event;
  std::string data;
  bool hasData = false;
  std::string raw;
  bool operator==(const Block&) const = default;
};

// NOLINTNEXTLINE(readability-identifier-naming): GoogleTest's name.
void PrintTo(const Block& block, std::ostream* out) {
  *out << "event=" << testing::PrintToString(block.event)
       << " data=" << (block.hasData ? testing::PrintToString(block.data) : "none")
       << " raw=" << testing::PrintToString(block.raw);
}

struct Framed {
  std::vector<Block> blocks;
  bool tooLarge = false;
  bool operator==(const Framed&) const = default;
};

Block copy(const SseBlock& block) {
  return {std::string(block.event), std::string(block.data), block.hasData, std::string(block.raw)};
}

// Gives the stream in pieces that end at `ends`, then the rest; each piece is a copy of its exact
// size that is gone before the next one comes.
Framed frame(std::string_view stream, const std::vector<std::size_t>& ends = {},
             std::size_t limit = kLimit) {
  SseFramer framer(limit);
  Framed out;
  SseBlock block;
  std::size_t begin = 0;
  const auto give = [&](std::size_t end) {
    const auto piece = std::make_unique<char[]>(end - begin);
    stream.copy(piece.get(), end - begin, begin);
    framer.give({piece.get(), end - begin});
    while (framer.next(block)) out.blocks.push_back(copy(block));
    begin = end;
  };
  for (const std::size_t end : ends) give(end);
  give(stream.size());
  while (framer.last(block)) out.blocks.push_back(copy(block));
  out.tooLarge = framer.tooLarge();
  return out;
}

std::vector<std::size_t> everyByte(std::size_t size) {
  std::vector<std::size_t> ends;
  for (std::size_t i = 1; i < size; ++i) ends.push_back(i);
  return ends;
}

Framed frameEveryWay(std::string_view stream, std::size_t limit = kLimit) {
  const Framed whole = frame(stream, {}, limit);
  EXPECT_EQ(whole, frame(stream, everyByte(stream.size()), limit)) << "byte by byte";
  for (std::size_t at = 0; at <= stream.size(); ++at) {
    EXPECT_EQ(whole, frame(stream, {at}, limit)) << "split at " << at;
  }
  std::string raw;
  for (const Block& block : whole.blocks) raw += block.raw;
  if (!whole.tooLarge) {
    EXPECT_EQ(raw, stream);
  }
  return whole;
}

// The events a reader would be given: those blocks that have data.
std::vector<Block> events(std::string_view stream) {
  std::vector<Block> out;
  for (Block& block : frameEveryWay(stream).blocks) {
    if (!block.hasData) continue;
    block.raw.clear();
    out.push_back(block);
  }
  return out;
}

Block event(std::string_view data, std::string_view name = "") {
  return {std::string(name), std::string(data), true, ""};
}

TEST(Sse, Events) {
  struct Case {
    std::string_view stream;
    std::vector<Block> events;
  };
  const std::vector<Case> cases = {
      {"", {}},
      {"data: a\n\n", {event("a")}},
      {"data: a\n\ndata: b\n\n", {event("a"), event("b")}},
      {"data:a\n\n", {event("a")}},
      {"data:  a \n\n", {event(" a ")}},
      {"data\n\n", {event("")}},
      {"data:\n\n", {event("")}},
      {"data:\ndata\n\n", {event("\n")}},
      {"data: a\ndata: b\ndata: c\n\n", {event("a\nb\nc")}},
      {"data: {\"a\":\"b: c\"}\n\n", {event("{\"a\":\"b: c\"}")}},
      {"event: ping\ndata: {}\n\n", {event("{}", "ping")}},
      {"data: {}\nevent: ping\n\n", {event("{}", "ping")}},
      {"event: a\nevent: b\ndata\n\n", {event("", "b")}},
      {"event: ping\n\n", {}},
      {"event: ping\n\ndata: a\n\n", {event("a")}},
      {"id: 1\nretry: 5\nother: x\nDATA: y\ndata2: z\n\n", {}},
      {": comment\n\n", {}},
      {": comment\ndata: a\n: data: b\n\n", {event("a")}},
      {":\n\n\n\n\ndata: a\n\n", {event("a")}},
      {" data: a\n\n", {}},
      {"data: \xc3\xa4\xf0\x9f\x98\x80\n\n", {event("\xc3\xa4\xf0\x9f\x98\x80")}},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(events(c.stream), c.events) << c.stream;
    // The same stream with other line ends says the same.
    for (const std::string_view end : {"\r\n", "\r"}) {
      std::string stream;
      for (const char byte : c.stream) stream += byte == '\n' ? end : std::string_view(&byte, 1);
      EXPECT_EQ(events(stream), c.events) << testing::PrintToString(stream);
    }
  }
}

TEST(Sse, LineEndsMayBeMixed) {
  EXPECT_EQ(events("data: a\r\n\ndata: b\n\r\ndata: c\r\ndata: d\rdata: e\n\n"),
            (std::vector{event("a"), event("b"), event("c\nd\ne")}));
  EXPECT_EQ(events("data: a\r\rdata: b\r\r\ndata: c\r\n\r\n"),
            (std::vector{event("a"), event("b"), event("c")}));
  EXPECT_EQ(events("data: a\n\rdata: b\n\n"), (std::vector{event("a"), event("b")}));
}

TEST(Sse, BlocksPassOnTheirOwnBytes) {
  const auto raw = [](std::string_view stream) {
    std::vector<std::string> out;
    for (const Block& block : frameEveryWay(stream).blocks) out.push_back(block.raw);
    return out;
  };
  using Raw = std::vector<std::string>;
  EXPECT_EQ(raw("data: a\n\n\n: c\n\ndata: b\n\n"),
            (Raw{"data: a\n\n", "\n", ": c\n\n", "data: b\n\n"}));
  EXPECT_EQ(raw("data: a\r\n\r\ndata: b\r\n\r\n"), (Raw{"data: a\r\n\r\n", "data: b\r\n\r\n"}));
  EXPECT_EQ(raw("data: a\r\rdata: b\r\r"), (Raw{"data: a\r\r", "data: b\r\r"}));
}

TEST(Sse, AByteOrderMarkInFrontIsSkipped) {
  EXPECT_EQ(events("\xEF\xBB\xBF"
                   "data: a\n\ndata: b\n\n"),
            (std::vector{event("a"), event("b")}));
  EXPECT_EQ(events("\xEF\xBB\xBF\n\ndata: a\n\n"), (std::vector{event("a")}));
  EXPECT_EQ(events("data: a\n\n\xEF\xBB\xBF"
                   "data: b\n\n"),
            (std::vector{event("a")}));
}

TEST(Sse, ALastBlockWithoutBlankLine) {
  const auto last = [](std::string_view stream) {
    SseFramer framer;
    SseBlock block;
    framer.give(stream);
    while (framer.next(block)) continue;
    return framer.last(block) ? testing::PrintToString(std::string(block.data)) : "none";
  };
  EXPECT_EQ(last("data: a\n\n"), "none");
  EXPECT_EQ(last("data: a\n\ndata: b\n"), "\"b\"");
  EXPECT_EQ(last("data: b"), "\"b\"");
  EXPECT_EQ(last("data: b\r\n\r"), "\"b\"");
  EXPECT_EQ(last(""), "none");
}

TEST(Sse, EventsAreGivenAtOnce) {
  for (const std::string_view stream : {"data: a\n\n", "data: a\r\n\r\n", "data: a\r\r"}) {
    SseFramer framer;
    SseBlock block;
    framer.give(stream);
    EXPECT_TRUE(framer.next(block)) << testing::PrintToString(stream);
    EXPECT_EQ(block.data, "a");
    EXPECT_EQ(framer.held(), 0U);
  }
}

TEST(Sse, WholeBlocksAreNotCopied) {
  const std::string stream = "event: e\ndata: a\n\ndata: b\n\nda";
  SseFramer framer;
  SseBlock block;
  framer.give(stream);
  ASSERT_TRUE(framer.next(block));
  EXPECT_EQ(block.data.data(), stream.data() + 15);
  ASSERT_TRUE(framer.next(block));
  EXPECT_EQ(block.raw.data(), stream.data() + 18);
  EXPECT_FALSE(framer.next(block));
  EXPECT_EQ(framer.held(), 2U);
}

TEST(Sse, Limit) {
  const std::string stream = "data: 0123456789\n\ndata: a\n\n";  // 18 and 9 bytes
  EXPECT_EQ(frameEveryWay(stream, 18).blocks.size(), 2U);
  const Framed out = frameEveryWay(stream, 17);
  EXPECT_TRUE(out.tooLarge);
  EXPECT_TRUE(out.blocks.empty());
  const Framed second = frameEveryWay("data: a\n\ndata: 0123456789", 15);
  EXPECT_TRUE(second.tooLarge);
  EXPECT_EQ(second.blocks.size(), 1U);
}

TEST(Sse, OneHugeEventInManyPieces) {
  const std::string data(15 << 20, 'x');
  const std::string stream = "data: " + data + "\n\ndata: a\n\n";
  std::vector<std::size_t> ends;
  for (std::size_t at = 16000; at < stream.size(); at += 16000) ends.push_back(at);
  const Framed out = frame(stream, ends, 16 << 20);
  ASSERT_EQ(out.blocks.size(), 2U);
  EXPECT_EQ(out.blocks[0].data, data);
  EXPECT_EQ(out.blocks[1].data, "a");
}

// Streams of nothing but line ends must not cost more than others.
TEST(Sse, ManyLineEndsAreReadOnce) {
  for (const std::string_view unit : {"\r", "\n", "a\r", "data\r", "data\n"}) {
    std::string stream;
    while (stream.size() < 2'000'000) stream += unit;
    std::size_t bytes = 0;
    for (const Block& block : frame(stream, {stream.size() / 2}, 16 << 20).blocks) {
      bytes += block.raw.size();
    }
    EXPECT_EQ(bytes, stream.size());
  }
}

TEST(Sse, RandomStreamsRandomlySplit) {
  std::mt19937 random(3);
  const std::vector<std::string_view> parts = {
      "\r", "\n",    "\r\n",         "data",        ":",    " ",
      "a",  "event", "\xEF\xBB\xBF", "data: x\n\n", "\n\n", "\r\n\r\n"};
  for (int round = 0; round < 5000; ++round) {
    std::string stream;
    for (auto count = random() % 25; count > 0; --count) stream += parts[random() % parts.size()];
    std::vector<std::size_t> ends;
    for (std::size_t at = random() % 5; at < stream.size(); at += 1 + random() % 9) {
      ends.push_back(at);
    }
    ASSERT_EQ(frame(stream), frame(stream, ends)) << testing::PrintToString(stream);
  }
}

}  // namespace
}  // namespace sluice::wire
