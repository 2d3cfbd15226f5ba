#include "upstream/exchange.hpp"

#include "upstream/upstream_fixture.hpp"

namespace sluice::upstream::test {
namespace {

struct ExchangeTest : UpstreamTest {};

const std::string kChunked =
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    "5\r\nHello\r\n1;note=x\r\n,\r\n7\r\n world!\r\n0\r\nTrailer: t\r\n\r\n";

TEST_F(ExchangeTest, theRequestIsWhatTheUpstreamGets) {
  server.play({{request(), send(answer("{}"))}});
  const Outcome outcome = get(plain());
  ASSERT_EQ(1u, server.requests.size());
  EXPECT_EQ("POST /v1/chat HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(server.port()) +
                "\r\nUser-Agent: sluice/" SLUICE_VERSION
                "\r\nAccept-Encoding: identity\r\nContent-Length: 13\r\nX-Test: 1\r\n\r\n"
                R"({"model":"m"})",
            server.requests[0]);
  EXPECT_EQ(200, outcome.status);
  EXPECT_EQ("{}", outcome.body);
  EXPECT_TRUE(outcome.whole);
  EXPECT_FALSE(outcome.reused);
}

TEST_F(ExchangeTest, aPostWithoutBodySaysSoAndAGetSaysNothing) {
  server.play({{request(), send(answer("")), request(), send(answer(""))}});
  Wanted wanted;
  wanted.body.clear();
  EXPECT_TRUE(get(plain(), wanted).whole);
  wanted.method = "GET";
  EXPECT_TRUE(get(plain(), wanted).whole);
  EXPECT_NE(std::string::npos, server.requests[0].find("Content-Length: 0\r\n"));
  EXPECT_EQ(std::string::npos, server.requests[1].find("Content-Length"));
}

TEST_F(ExchangeTest, bodiesOfEachFraming) {
  server.play({{request(), send(answer("by length")), request(), send(kChunked), request(),
                send("HTTP/1.1 200 OK\r\n\r\nuntil the end"), close()}});
  for (const char* expected : {"by length", "Hello, world!", "until the end"}) {
    const Outcome outcome = get(plain());
    EXPECT_TRUE(outcome.whole) << describe(outcome.failure) << ' ' << outcome.detail;
    EXPECT_EQ(expected, outcome.body);
  }
  EXPECT_EQ(1u, server.accepted);
}

TEST_F(ExchangeTest, answersThatHaveNoBody) {
  server.play(
      {{request(), send("HTTP/1.1 204 No Content\r\n\r\n"), request(),
        send("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n"), request(),
        send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"), request(), send(answer("after"))}});
  Wanted head;
  head.method = "HEAD";
  head.body.clear();
  EXPECT_TRUE(get(plain()).whole);
  EXPECT_TRUE(get(plain()).whole);
  EXPECT_TRUE(get(plain(), head).whole);
  EXPECT_EQ("after", get(plain()).body);
  EXPECT_EQ(1u, server.accepted);
}

TEST_F(ExchangeTest, headsCutAtEveryByte) {
  const std::string whole = "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + answer("body");
  Script script;
  for (std::size_t at = 1; at < whole.size(); ++at) {
    script.push_back(request());
    script.push_back(pieces(whole, at));
  }
  script.push_back(request());
  script.push_back(bytes(whole));
  server.play({script});
  for (std::size_t at = 1; at <= whole.size(); ++at) {
    const Outcome outcome = get(plain());
    ASSERT_TRUE(outcome.whole) << at << ' ' << describe(outcome.failure) << ' ' << outcome.detail;
    ASSERT_EQ(200, outcome.status) << at;
    ASSERT_EQ("body", outcome.body) << at;
  }
  EXPECT_EQ(1u, server.accepted);
}

TEST_F(ExchangeTest, chunkedBodiesCutAtEveryByteIntoBuffersOfAnySize) {
  for (const std::size_t buffer : {1u, 2u, 3u, 7u, 4096u}) {
    Script script;
    for (std::size_t at = kChunked.find("\r\n\r\n"); at < kChunked.size(); ++at) {
      script.push_back(request());
      script.push_back(pieces(kChunked, at));
    }
    script.push_back(request());
    script.push_back(bytes(kChunked));
    script.push_back(close());
    const std::size_t calls = script.size() / 2;
    server.accepted = 0;
    server.play({script});
    Wanted wanted;
    wanted.buffer = buffer;
    for (std::size_t i = 0; i < calls; ++i) {
      const Outcome outcome = get(plain(), wanted);
      ASSERT_TRUE(outcome.whole) << i << ' ' << outcome.detail;
      ASSERT_EQ("Hello, world!", outcome.body) << i;
    }
    EXPECT_EQ(1u, server.accepted);
  }
}

TEST_F(ExchangeTest, interimAnswersAreSkipped) {
  server.play({{request(), send("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n"
                                "HTTP/1.1 103 Early Hints\r\nContent-Length: 7\r\n\r\n" +
                                answer("final"))}});
  const Outcome outcome = get(plain());
  EXPECT_EQ(200, outcome.status);
  EXPECT_EQ("final", outcome.body);
}

TEST_F(ExchangeTest, bodiesOfMegabytesInBothDirections) {
  const std::string large(6 << 20, 'u');
  server.play({{request(), send(answer(large))}});
  Wanted wanted;
  wanted.body = large;
  const Outcome outcome = get(plain(), wanted);
  EXPECT_TRUE(outcome.whole) << outcome.detail;
  EXPECT_TRUE(outcome.body == large);
  EXPECT_TRUE(server.requests[0].ends_with(large));
}

// A refusal before the body was read: 413, and then the upstream closes. Since what we sent lies
// unread there, the kernel resets the connection.
TEST_F(ExchangeTest, anEarlyRefusalIsReadThoughTheRequestBreaks) {
  const std::string refusal = "HTTP/1.1 413 Payload Too Large\r\nContent-Length: 4\r\n\r\nlong";
  for (const bool leaves : {true, false}) {
    server.accepted = 0;
    server.play({{send(refusal), leaves ? close() : still()}});
    Wanted wanted;
    wanted.body.assign(16 << 20, 'x');
    const Outcome outcome = get(plain(), wanted);
    EXPECT_TRUE(outcome.opened) << describe(outcome.failure) << ' ' << outcome.detail;
    EXPECT_EQ(413, outcome.status);
    EXPECT_EQ("long", outcome.body);
    EXPECT_TRUE(outcome.whole);
    EXPECT_EQ(0u, client.idle());
  }
}

TEST_F(ExchangeTest, anInterimAnswerWhileTheRequestIsSentEndsNothing) {
  server.play({{send("HTTP/1.1 102 Processing\r\n\r\n"), request(), send(answer("done"))}});
  Wanted wanted;
  wanted.body.assign(16 << 20, 'x');
  const Outcome outcome = get(plain(), wanted);
  EXPECT_EQ("done", outcome.body);
  EXPECT_EQ(1u, client.idle());
}

}  // namespace
}  // namespace sluice::upstream::test
