#include "plugins/clean_text.hpp"

#include <gtest/gtest.h>

#include "plugins/chunk_queue.hpp"

using namespace sluice::plugins;

namespace {

TEST(Cleaned, IsOneLineOfValidText) {
  EXPECT_EQ(cleaned("plain \xc3\xa9 \xf0\x9f\x98\x80", 100), "plain \xc3\xa9 \xf0\x9f\x98\x80");
  EXPECT_EQ(cleaned("a\r\nb\tc", 100), "a  b c");
  EXPECT_EQ(cleaned(std::string_view("a\0b\x1b[31m\x7f", 9), 100), "ab[31m");
  EXPECT_EQ(cleaned("a\xc2\x85z", 100), "az") << "control characters beyond ASCII";
  EXPECT_EQ(cleaned("a\xff\xe9z", 100), "a\xef\xbf\xbd\xef\xbf\xbdz");
  EXPECT_EQ(cleaned("\xed\xa0\x80", 100), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd") << "a surrogate";
}

TEST(Cleaned, DropsWhatWasCutOffAtTheEnd) {
  EXPECT_EQ(cleaned("caf\xc3", 100), "caf");
  EXPECT_EQ(cleaned("caf\xf0\x9f\x98", 100), "caf");
  EXPECT_EQ(cleaned("caf\xff", 100), "caf\xef\xbf\xbd");
}

TEST(Cleaned, IsBoundedAtACharacter) {
  EXPECT_EQ(cleaned("abcdef", 3), "abc");
  EXPECT_EQ(cleaned("ab\xc3\xa9", 3), "ab");
  EXPECT_EQ(cleaned("abc", 0), "");
}

TEST(ChunkQueue, GivesBackWhatItWasGivenInOrder) {
  ChunkQueue queue;
  for (int round = 0; round < 3; ++round) {
    Usage usage{1, 2, 3, 4, 5};
    Chunk chunk;
    chunk.type = ChunkType::toolCall;
    chunk.index = 7;
    chunk.text = "text";
    chunk.name = "name";
    chunk.ref = "";
    chunk.extra = "{}";
    queue.add(chunk);
    Chunk second;
    second.type = ChunkType::usage;
    second.usage = &usage;
    queue.add(second);
    usage = {};
    const Chunk front = queue.front();
    EXPECT_EQ(front.type, ChunkType::toolCall);
    EXPECT_EQ(front.index, 7u);
    EXPECT_EQ(front.text, "text");
    EXPECT_EQ(front.name, "name");
    EXPECT_EQ(front.ref, "");
    EXPECT_EQ(front.extra, "{}");
    EXPECT_EQ(front.usage, nullptr);
    queue.pop();
    ASSERT_NE(queue.front().usage, nullptr);
    EXPECT_EQ(*queue.front().usage, (Usage{1, 2, 3, 4, 5}));
    queue.pop();
    EXPECT_TRUE(queue.empty());
  }
}

}  // namespace
