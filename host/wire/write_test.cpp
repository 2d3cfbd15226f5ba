#include "wire/write.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "wire/body.hpp"
#include "wire/head.hpp"

namespace sluice::wire {
namespace {

TEST(Write, AHeadThatOurParserReads) {
  std::string out;
  appendStatusLine(out, 429);
  appendField(out, "Retry-After", std::uint64_t{3});
  appendField(out, "Content-Type", "application/json");
  appendField(out, "Content-Length", std::numeric_limits<std::int64_t>::max());
  out += "\r\n";
  EXPECT_EQ(out,
            "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 3\r\nContent-Type: application/json\r\n"
            "Content-Length: 9223372036854775807\r\n\r\n");
  ResponseHead parsed;
  EXPECT_EQ(parseResponse(out, false, parsed), HeadFault::none);
  EXPECT_EQ(parsed.status, 429);
}

TEST(Write, AnUnknownStatusHasNoReason) {
  std::string out;
  appendStatusLine(out, 599);
  EXPECT_EQ(out, "HTTP/1.1 599 \r\n");
  ResponseHead parsed;
  EXPECT_EQ(parseResponse(out + "\r\n", false, parsed), HeadFault::none);
}

TEST(Write, AFieldIsFoundByItsName) {
  const std::string lines = "A: 1\r\nLonger-Name: a: b\r\n";
  EXPECT_TRUE(hasField(lines, "a"));
  EXPECT_TRUE(hasField(lines, "longer-name"));
  for (const char* name : {"", "longer", "name", "b", "1"}) EXPECT_FALSE(hasField(lines, name));
  EXPECT_FALSE(hasField("", "a"));
  EXPECT_TRUE(hasField("a: no end", "A"));
}

TEST(Write, Chunks) {
  std::string out;
  for (const std::size_t size : {1U, 15U, 16U, 255U, 4096U}) {
    appendChunkHead(out, size);
    out += std::string(size, 'x') + "\r\n";
  }
  out += lastChunk;
  EXPECT_TRUE(out.starts_with("1\r\nx\r\nf\r\n"));
  BodyDecoder decoder;
  decoder.start(BodyKind::chunked, 0);
  EXPECT_EQ(decoder.feed(out).payload.size(), 1U + 15 + 16 + 255 + 4096);
  EXPECT_TRUE(decoder.whole());
}

}  // namespace
}  // namespace sluice::wire
