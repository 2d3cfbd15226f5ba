#include "wire/event_stream.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>
#include <vector>

namespace sluice::wire {
namespace {

using Type = EventHeaders::Type;

std::string big(std::uint64_t value, int bytes) {
  std::string made;
  for (int i = bytes - 1; i >= 0; --i) made += static_cast<char>(value >> (8 * i));
  return made;
}

std::string header(std::string_view name, Type type, std::string_view value) {
  std::string made = big(name.size(), 1) + std::string(name) + static_cast<char>(type);
  if (type == Type::string || type == Type::bytes) made += big(value.size(), 2);
  return made.append(value);
}

std::string text(std::string_view name, std::string_view value) {
  return header(name, Type::string, value);
}

// With the lengths that it is told, whatever it holds.
std::string message(std::string_view headers, std::string_view payload, std::uint64_t size,
                    std::uint64_t headerSize) {
  std::string made = big(size, 4) + big(headerSize, 4);
  made += big(crc32(made), 4);
  made.append(headers).append(payload);
  return made + big(crc32(made), 4);
}

std::string message(std::string_view headers, std::string_view payload) {
  return message(headers, payload, 16 + headers.size() + payload.size(), headers.size());
}

std::string event(std::string_view name, std::string_view payload) {
  return message(text(":event-type", name) + text(":content-type", "application/json") +
                     text(":message-type", "event"),
                 payload);
}

struct Framed {
  std::vector<std::string> messages;  // "event name payload"
  EventFault fault = EventFault::none;
  bool unfinished = false;
  bool operator==(const Framed&) const = default;
};

std::string shown(const EventMessage& message) {
  static constexpr const char* kTypes[] = {"event", "exception", "error"};
  return std::string(kTypes[static_cast<int>(message.type)]) + ' ' + std::string(message.name) +
         ' ' + std::string(message.payload);
}

// Each piece is a copy of its exact size that is gone before the next one comes.
Framed frame(std::string_view bytes, const std::vector<std::size_t>& ends = {},
             std::size_t limit = 1 << 20) {
  EventFramer framer(limit);
  Framed out;
  EventMessage message;
  std::size_t begin = 0;
  const auto give = [&](std::size_t end) {
    const auto piece = std::make_unique<char[]>(end - begin);
    bytes.copy(piece.get(), end - begin, begin);
    framer.give({piece.get(), end - begin});
    while (framer.next(message)) out.messages.push_back(shown(message));
    begin = end;
  };
  for (const std::size_t end : ends) give(end);
  give(bytes.size());
  out.fault = framer.fault();
  out.unfinished = framer.unfinished();
  return out;
}

Framed frameEveryWay(std::string_view bytes, std::size_t limit = 1 << 20) {
  const Framed whole = frame(bytes, {}, limit);
  std::vector<std::size_t> each;
  for (std::size_t at = 0; at <= bytes.size(); ++at) {
    each.push_back(at);
    const Framed split = frame(bytes, {at}, limit);
    EXPECT_EQ(whole.messages, split.messages) << "split at " << at;
    EXPECT_EQ(whole.fault, split.fault) << "split at " << at;
  }
  EXPECT_EQ(whole.messages, frame(bytes, each, limit).messages) << "byte by byte";
  return whole;
}

TEST(Crc32, IsTheOneOfZip) {
  EXPECT_EQ(crc32(""), 0U);
  EXPECT_EQ(crc32("123456789"), 0xCBF43926U);
  EXPECT_EQ(crc32("The quick brown fox jumps over the lazy dog"), 0x414FA339U);
}

TEST(EventStream, MessagesAreCut) {
  const std::string bytes = event("messageStart", R"({"role":"assistant"})") +
                            event("contentBlockDelta", R"({"delta":{"text":"a"}})") +
                            event("messageStop", "") + event("metadata", "{}");
  EXPECT_EQ(frameEveryWay(bytes), (Framed{{"event messageStart {\"role\":\"assistant\"}",
                                           "event contentBlockDelta {\"delta\":{\"text\":\"a\"}}",
                                           "event messageStop ", "event metadata {}"},
                                          EventFault::none,
                                          false}));
}

// The bytes of a message, its sums made by zlib.
TEST(EventStream, BytesOfAMessage) {
  const std::string bytes(
      "\x00\x00\x00\x1c\x00\x00\x00\x0a\x20\xe7\x4c\xf4"
      "\x01\x61\x07\x00\x02\x62\x63\x01\x64\x00\x7b\x7d\x8f\xfa\x43\x4d",
      28);
  EventFramer framer;
  framer.give(bytes);
  EventMessage got;
  ASSERT_TRUE(framer.next(got)) << describe(framer.fault());
  EXPECT_EQ(got.payload, "{}");
  EventHeaders headers(got.headers);
  EventHeaders::Header one;
  ASSERT_TRUE(headers.next(one));
  EXPECT_EQ(one.name, "a");
  EXPECT_EQ(one.type, Type::string);
  EXPECT_EQ(one.value, "bc");
  ASSERT_TRUE(headers.next(one));
  EXPECT_EQ(one.name, "d");
  EXPECT_EQ(one.type, Type::isTrue);
  EXPECT_FALSE(headers.next(one));
  EXPECT_FALSE(headers.broken());
}

TEST(EventStream, ExceptionsAndErrorsAreTold) {
  const std::string exception =
      message(text(":exception-type", "throttlingException") + text(":message-type", "exception"),
              R"({"message":"slow down"})");
  const std::string error =
      message(text(":message-type", "error") + text(":error-code", "InternalServerError") +
                  text(":error-message", "it broke"),
              "");
  EXPECT_EQ(frameEveryWay(exception + error).messages,
            (std::vector<std::string>{"exception throttlingException {\"message\":\"slow down\"}",
                                      "error InternalServerError it broke"}));
}

TEST(EventStream, WithoutHeadersAndPayload) {
  EXPECT_EQ(frameEveryWay(message("", "") + message("", "x")),
            (Framed{{"event  ", "event  x"}, EventFault::none, false}));
}

TEST(EventStream, HeadersOfEveryType) {
  struct Case {
    Type type;
    std::string value;
  };
  const std::vector<Case> cases = {
      {Type::isTrue, ""},
      {Type::isFalse, ""},
      {Type::int8, big(1, 1)},
      {Type::int16, big(0x0102, 2)},
      {Type::int32, big(0x01020304, 4)},
      {Type::int64, big(0x0102030405060708, 8)},
      {Type::bytes, std::string("\0\xff", 2)},
      {Type::string, "\xc3\xa4"},
      {Type::timestamp, big(1'700'000'000'000, 8)},
      {Type::uuid, "0123456789abcdef"},
  };
  std::string block;
  for (const Case& c : cases) {
    block += header("name-" + std::to_string(static_cast<int>(c.type)), c.type, c.value);
  }
  block += text(":event-type", "after all");
  EXPECT_EQ(frameEveryWay(message(block, "p")).messages,
            std::vector<std::string>{"event after all p"});
  EventHeaders headers(block);
  EventHeaders::Header got;
  for (const Case& c : cases) {
    ASSERT_TRUE(headers.next(got));
    EXPECT_EQ(got.name, "name-" + std::to_string(static_cast<int>(c.type)));
    EXPECT_EQ(got.type, c.type);
    EXPECT_EQ(got.value, c.value);
  }
  // Of another type it is not a name.
  EXPECT_EQ(frame(message(header(":event-type", Type::bytes, "x"), "")).messages,
            std::vector<std::string>{"event  "});
}

TEST(EventStream, BrokenHeaders) {
  const std::vector<std::string> blocks = {
      big(5, 1) + "abc",                                   // a name that is cut off
      big(0, 1) + std::string(1, '\0'),                    // without a name
      big(1, 1) + "a",                                     // without a type
      big(1, 1) + "a" + big(10, 1),                        // of no type
      big(1, 1) + "a" + big(5, 1) + "1234",                // a number that is cut off
      big(1, 1) + "a" + big(7, 1) + big(0, 1),             // a length that is cut off
      big(1, 1) + "a" + big(7, 1) + big(9, 2) + "short",   // a text that is cut off
      text("a", "b") + big(1, 1) + "a" + big(9, 1) + "x",  // after one that is sound
  };
  for (const std::string& block : blocks) {
    EXPECT_EQ(frameEveryWay(event("a", "") + message(block, "payload") + event("b", "")),
              (Framed{{"event a "}, EventFault::badHeaders, false}))
        << testing::PrintToString(block);
  }
}

// Whichever bit changes, nothing of that message comes out, and nothing after it.
TEST(EventStream, EveryWrongBitIsNoticed) {
  const std::string sound = event("a", "{}");
  for (std::size_t bit = 0; bit < sound.size() * 8; ++bit) {
    std::string bytes = sound;
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
    const Framed got = frame(event("first", "") + bytes + event("last", ""));
    EXPECT_EQ(got.messages, std::vector<std::string>{"event first "}) << "bit " << bit;
    EXPECT_EQ(got.fault, bit < 96 ? EventFault::notThisFormat : EventFault::badSum);
  }
}

TEST(EventStream, LengthsThatLie) {
  const std::string block = text(":event-type", "a");
  const std::size_t size = 16 + block.size() + 2;
  const auto fault = [&](std::uint64_t total, std::uint64_t ofHeaders) {
    return frameEveryWay(message(block, "{}", total, ofHeaders)).fault;
  };
  EXPECT_EQ(fault(size, block.size()), EventFault::none);
  EXPECT_EQ(fault(0, 0), EventFault::badLengths);
  EXPECT_EQ(fault(15, 0), EventFault::badLengths);
  EXPECT_EQ(fault(size, size - 15), EventFault::badLengths);
  EXPECT_EQ(fault(size, 0xFFFFFFFF), EventFault::badLengths);
  EXPECT_EQ(fault(0xFFFFFFFF, block.size()), EventFault::tooLarge);
  EXPECT_EQ(fault(size - 1, block.size()), EventFault::badSum);
  EXPECT_EQ(fault(size, block.size() - 1), EventFault::badHeaders);
  EXPECT_EQ(fault(size, block.size() + 1), EventFault::badHeaders);
  // Longer than what comes: that is no message.
  EXPECT_TRUE(frame(message(block, "{}", size + 1, block.size())).unfinished);
}

TEST(EventStream, WhatIsCutOffIsUnfinished) {
  const std::string bytes = event("a", "{}");
  for (std::size_t end = 1; end < bytes.size(); ++end) {
    EXPECT_EQ(frame(bytes.substr(0, end)), (Framed{{}, EventFault::none, true})) << end;
  }
  EXPECT_FALSE(frame(bytes).unfinished);
  EXPECT_FALSE(frame("").unfinished);
}

TEST(EventStream, Limit) {
  const std::string bytes = event("a", "0123456789");
  EXPECT_EQ(frameEveryWay(bytes, bytes.size()).fault, EventFault::none);
  EXPECT_EQ(frameEveryWay(bytes, bytes.size() - 1), (Framed{{}, EventFault::tooLarge, false}));
}

TEST(EventStream, OtherFormatsAreNoticed) {
  EXPECT_EQ(frameEveryWay("data: {\"a\":1}\n\n").fault, EventFault::notThisFormat);
  EXPECT_EQ(frameEveryWay("{\"message\":\"no\"}").fault, EventFault::notThisFormat);
}

TEST(EventStream, WholeMessagesAreNotCopied) {
  const std::string bytes = event("a", "abc") + event("b", "def");
  EventFramer framer;
  EventMessage got;
  framer.give(bytes);
  ASSERT_TRUE(framer.next(got));
  ASSERT_TRUE(framer.next(got));
  EXPECT_EQ(got.payload.data(), bytes.data() + bytes.size() - 7);
}

TEST(EventStream, OneHugeMessageInManyPieces) {
  const std::string bytes = event("a", std::string(15 << 20, 'x')) + event("b", "");
  std::vector<std::size_t> ends;
  for (std::size_t at = 16000; at < bytes.size(); at += 16000) ends.push_back(at);
  const Framed out = frame(bytes, ends, 16 << 20);
  ASSERT_EQ(out.messages.size(), 2U);
  EXPECT_EQ(out.messages[0].size(), (15U << 20) + 8);
  EXPECT_EQ(out.messages[1], "event b ");
}

TEST(EventStream, RandomMessagesRandomlySplit) {
  std::mt19937 random(7);
  for (int round = 0; round < 1000; ++round) {
    std::string bytes;
    for (auto count = random() % 4; count > 0; --count) {
      bytes += event("e" + std::to_string(random() % 9), std::string(random() % 60, 'x'));
    }
    if (!bytes.empty() && random() % 3 == 0) bytes[random() % bytes.size()] ^= 4;
    std::vector<std::size_t> ends;
    for (std::size_t at = random() % 5; at < bytes.size(); at += 1 + random() % 40) {
      ends.push_back(at);
    }
    ASSERT_EQ(frame(bytes).messages, frame(bytes, ends).messages);
    ASSERT_EQ(frame(bytes).fault, frame(bytes, ends).fault);
  }
}

}  // namespace
}  // namespace sluice::wire
