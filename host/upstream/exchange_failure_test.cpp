#include <sys/resource.h>

#include <set>

#include "upstream/upstream_fixture.hpp"

namespace sluice::upstream::test {
namespace {

struct FailureTest : UpstreamTest {
  // What a call comes to if the upstream answers so.
  Outcome after(const std::string& text, Act ending = close()) {
    server.accepted = 0;
    server.play({{request(), send(text), std::move(ending)}});
    Outcome outcome = get(plain());
    EXPECT_FALSE(outcome.whole) << text;
    EXPECT_EQ(0u, client.idle()) << text;
    return outcome;
  }
};

TEST_F(FailureTest, eachIsDescribedInItsOwnWords) {
  std::set<std::string_view> texts;
  for (int i = 0; i <= static_cast<int>(Failure::overloaded); ++i) {
    const std::string_view text = describe(static_cast<Failure>(i));
    EXPECT_TRUE(text.ends_with('.'));
    texts.insert(text);
  }
  EXPECT_EQ(static_cast<std::size_t>(Failure::overloaded) + 1, texts.size());
}

TEST_F(FailureTest, refused) {
  std::uint16_t port = 0;
  {
    io::Listener closed(loop, Poco::Net::SocketAddress("127.0.0.1", 0));
    port = closed.port();
  }
  const Outcome outcome = get({{false, "127.0.0.1", port, ""}, {}});
  EXPECT_EQ(Failure::refused, outcome.failure);
  EXPECT_EQ("connecting to 127.0.0.1:" + std::to_string(port) + ": Connection refused",
            outcome.detail);
}

TEST_F(FailureTest, endsBeforeAnAnswer) {
  for (const Act& ending : {close(), reset()}) {
    EXPECT_EQ(Failure::reset, after("", ending).failure);
    EXPECT_EQ(Failure::reset, after("HTTP/1.1 200 OK\r\nContent-Le", ending).failure);
    EXPECT_EQ(Failure::reset, after("HTTP/1.1 100 Continue\r\n\r\n", ending).failure);
  }
}

TEST_F(FailureTest, headsThatAreNotHttp) {
  for (const char* head :
       {"SSH-2.0-OpenSSH_9.2\r\n\r\n", "HTTP/1.1 200 OK\nContent-Length: 0\n\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length : 1\r\n\r\n", "HTTP/2.0 200 OK\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"}) {
    const Outcome outcome = after(head, still());
    EXPECT_EQ(Failure::badHead, outcome.failure) << head;
    EXPECT_FALSE(outcome.detail.empty()) << head;
  }
  EXPECT_EQ(Failure::badHead, after("HTTP/1.1 200 OK\r\nX: " + std::string(70'000, 'x')).failure);
}

TEST_F(FailureTest, interimAnswersWithoutEnd) {
  std::string flood;
  for (int i = 0; i < 1000; ++i) flood += "HTTP/1.1 100 Continue\r\n\r\n";
  EXPECT_EQ(Failure::badHead, after(flood).failure);
}

TEST_F(FailureTest, bodiesThatEndEarly) {
  const std::string byLength = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n123456789";
  const std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const Act& ending : {close(), reset()}) {
    EXPECT_EQ(Failure::truncated, after(byLength, ending).failure);
    for (const char* part : {"", "4", "4\r\n", "4\r\nab", "4\r\nabcd", "4\r\nabcd\r\n",
                             "4\r\nabcd\r\n0", "4\r\nabcd\r\n0\r\n", "4\r\nabcd\r\n0\r\n\r"}) {
      const Outcome outcome = after(chunked + part, ending);
      EXPECT_EQ(Failure::truncated, outcome.failure) << part;
      EXPECT_TRUE(outcome.opened);
    }
  }
  EXPECT_EQ("123456789", after(byLength).body);
  EXPECT_EQ(Failure::truncated, after("HTTP/1.1 200 OK\r\n\r\nno end told", reset()).failure);
}

TEST_F(FailureTest, bodiesThatAreNotAsAnnounced) {
  const std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  const std::vector<std::string> texts{answer("four") + "x",
                                       answer("") + "x",
                                       "HTTP/1.1 204 No Content\r\n\r\nx",
                                       chunked + "1\r\na\r\n0\r\n\r\nx",
                                       chunked + "g\r\n",
                                       chunked + "1\r\nab\r\n",
                                       chunked + "1\na\n0\n\n",
                                       chunked + "-1\r\n"};
  for (const std::string& text : texts) {
    const Outcome outcome = after(text, still());
    EXPECT_EQ(Failure::badBody, outcome.failure) << text;
    EXPECT_FALSE(outcome.detail.empty()) << text;
  }
}

TEST_F(FailureTest, moreThanAnnouncedIsFoundWhateverTheBuffer) {
  for (const std::size_t buffer : {1u, 2u, 4u, 5u, 100u}) {
    server.accepted = 0;
    server.play({{request(), send(answer("four") + "more"), still()}});
    Wanted wanted;
    wanted.buffer = buffer;
    EXPECT_EQ(Failure::badBody, get(plain(), wanted).failure) << buffer;
  }
}

TEST_F(FailureTest, compressedAnswersShowTheirHeadOnly) {
  for (const char* encoding : {"gzip", "br", "gzip, identity"}) {
    const Outcome outcome =
        after(answer("\x1f\x8b", std::string("Content-Encoding: ") + encoding + "\r\n"), still());
    EXPECT_TRUE(outcome.opened);
    EXPECT_EQ(200, outcome.status);
    EXPECT_EQ(Failure::badBody, outcome.failure);
    EXPECT_EQ("it is compressed, which was not asked for", outcome.detail);
  }
  server.accepted = 0;
  server.play({{request(), send(answer("as it is", "Content-Encoding: Identity\r\n"))}});
  EXPECT_EQ("as it is", get(plain()).body);
}

TEST_F(FailureTest, noDescriptorsLeft) {
  server.play({{request(), send(answer("later"))}});
  rlimit before{};
  ASSERT_EQ(0, ::getrlimit(RLIMIT_NOFILE, &before));
  const int next = ::dup(0);
  ASSERT_GE(next, 0);
  ::close(next);
  rlimit none = before;
  none.rlim_cur = static_cast<rlim_t>(next);
  ASSERT_EQ(0, ::setrlimit(RLIMIT_NOFILE, &none));
  const Outcome outcome = get(plain());
  ::setrlimit(RLIMIT_NOFILE, &before);
  EXPECT_EQ(Failure::overloaded, outcome.failure);
  EXPECT_EQ("later", get(plain()).body);
}

}  // namespace
}  // namespace sluice::upstream::test
