#include "answer_reader.hpp"

#include <gtest/gtest.h>

namespace sluice::bench {
namespace {

struct Seen {
  AnswerReader reader;
  std::string body;
  std::string left;

  void feed(std::string_view bytes) {
    while (!bytes.empty() && !reader.ended()) body += reader.next(bytes);
    left += bytes;
  }
};

Seen readInTwo(std::string_view text, std::size_t cut) {
  Seen seen;
  seen.feed(text.substr(0, cut));
  seen.feed(text.substr(cut));
  return seen;
}

TEST(AnswerReader, readsByLengthWhereverItIsCut) {
  const std::string text =
      "HTTP/1.1 200 OK\r\ncontent-LENGTH: 5\r\nX: y\r\n\r\nhello"
      "HTTP";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    const Seen seen = readInTwo(text, cut);
    ASSERT_TRUE(seen.reader.done()) << cut;
    EXPECT_EQ(200, seen.reader.status());
    EXPECT_EQ("hello", seen.body);
    EXPECT_EQ("HTTP", seen.left);
  }
}

TEST(AnswerReader, readsChunksWhereverTheyAreCut) {
  const std::string text =
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nContent-Type: text/event-stream\r\n"
      "Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA;x=1\r\n0123456789\r\n"
      "0\r\nTrailer: z\r\n\r\n";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    const Seen seen = readInTwo(text, cut);
    ASSERT_TRUE(seen.reader.done()) << cut;
    EXPECT_EQ(201, seen.reader.status());
    EXPECT_EQ("abc0123456789", seen.body);
    EXPECT_TRUE(seen.reader.eventStream());
    EXPECT_TRUE(seen.reader.close());
  }
}

TEST(AnswerReader, anAnswerCutShortIsNotDone) {
  const std::string text =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n";
  for (std::size_t size = 0; size < text.size(); ++size) {
    EXPECT_FALSE(readInTwo(text.substr(0, size), 0).reader.ended()) << size;
  }
}

TEST(AnswerReader, refusesWhatIsNotAnAnswer) {
  for (const char* text :
       {"HTP/1.1 200 OK\r\n", "HTTP/1.1 2x0 OK\r\n", "HTTP/1.1 200 OK\n", "HTTP/1.1 200 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno colon\r\n", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n"}) {
    EXPECT_TRUE(readInTwo(text, 0).reader.broken()) << text;
  }
}

}  // namespace
}  // namespace sluice::bench
