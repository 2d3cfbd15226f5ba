#include <array>

#include "http/http_fixture.hpp"

namespace sluice::http::test {
namespace {

constexpr std::string_view kGet = "GET /tell HTTP/1.1\r\nHost: localhost\r\n\r\n";
constexpr std::string_view kPost =
    "POST /tell HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello";
constexpr std::string_view kChunked =
    "POST /tell HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    "3;x=1\r\nhel\r\n2\r\nlo\r\n0\r\nTrailer: t\r\n\r\n";

struct ConnectionTest : ServerTest {};

TEST_F(ConnectionTest, answersWithAllCommonFields) {
  startTelling();
  const Reply reply = ask(kGet);
  EXPECT_EQ(200, reply.status);
  EXPECT_EQ("GET  ", reply.body);
  EXPECT_EQ("text/plain", reply.field("content-type"));
  EXPECT_EQ("5", reply.field("content-length"));
  EXPECT_EQ(29u, reply.field("date").size());
  EXPECT_TRUE(reply.field("date").ends_with(" GMT"));
  EXPECT_TRUE(reply.field("x-request-id").starts_with("req_"));
  EXPECT_EQ(28u, reply.field("x-request-id").size());
  EXPECT_EQ(reply.field("x-request-id"), reply.field("x-sluice-request-id"));
  EXPECT_EQ("", reply.field("connection"));
}

TEST_F(ConnectionTest, keepsTheConnectionForRequestAfterRequest) {
  startTelling();
  RawClient client = connect();
  std::string ids;
  for (int i = 0; i < 3; ++i) {
    const Reply reply = ask(client, kPost);
    EXPECT_EQ("POST  hello", reply.body);
    EXPECT_EQ("", client.received);
    EXPECT_EQ(std::string::npos, ids.find(reply.field("x-request-id")));
    ids += reply.field("x-request-id");
  }
  EXPECT_FALSE(client.ended);
  EXPECT_EQ(1u, face->connections());
}

TEST_F(ConnectionTest, understandsRequestsSplitAtEveryByte) {
  startTelling();
  for (const std::string_view request : {kGet, kPost, kChunked}) {
    const std::string want = request == kGet ? "GET  " : "POST  hello";
    for (std::size_t at = 1; at < request.size(); ++at) {
      RawClient client = connect();
      feed(client, request.substr(0, at));
      EXPECT_EQ("", client.received);
      ASSERT_EQ(want, ask(client, request.substr(at)).body)
          << "split at " << at << " of " << request;
    }
  }
}

TEST_F(ConnectionTest, understandsRequestsThatComeByteByByte) {
  startTelling();
  for (const std::string_view request : {kPost, kChunked}) {
    RawClient client = connect();
    for (const char& byte : request) feed(client, {&byte, 1});
    EXPECT_EQ("POST  hello", next(client).body);
  }
}

TEST_F(ConnectionTest, answersPipelinedRequestsInOrder) {
  startTelling();
  RawClient client = connect();
  std::string requests;
  for (int i = 0; i < 200; ++i) {
    requests += "GET /tell/" + std::to_string(i) + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
    if (i % 7 == 0) requests += kChunked;
  }
  client.send(requests);
  for (int i = 0; i < 200; ++i) {
    ASSERT_EQ("GET " + std::to_string(i) + " ", next(client).body);
    if (i % 7 == 0) {
      ASSERT_EQ("POST  hello", next(client).body);
    }
  }
  EXPECT_EQ("", client.received);
}

TEST_F(ConnectionTest, answersPipelinedRequestsSplitAtEveryByte) {
  startTelling();
  const std::string requests = std::string(kChunked) + std::string(kGet) + std::string(kPost);
  for (std::size_t at = 1; at < requests.size(); ++at) {
    RawClient client = connect();
    feed(client, std::string_view(requests).substr(0, at));
    feed(client, std::string_view(requests).substr(at));
    ASSERT_EQ("POST  hello", next(client).body) << at;
    ASSERT_EQ("GET  ", next(client).body) << at;
    ASSERT_EQ("POST  hello", next(client).body) << at;
    ASSERT_EQ("", client.received);
  }
}

TEST_F(ConnectionTest, headIsAnsweredAsGetWithoutBody) {
  startTelling();
  RawClient client = connect();
  const Reply reply = ask(client, "HEAD /tell HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(200, reply.status);
  EXPECT_EQ("6", reply.field("content-length"));
  EXPECT_EQ("GET  ", ask(client, kGet).body);
}

TEST_F(ConnectionTest, closesWhenAskedTo) {
  startTelling();
  RawClient client = connect();
  const Reply reply =
      ask(client, "GET /tell HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  EXPECT_EQ("close", reply.field("connection"));
  EXPECT_TRUE(ended(client));
  EXPECT_TRUE(allClosed());
}

TEST_F(ConnectionTest, speaksHttp10) {
  startTelling();
  RawClient once = connect();
  EXPECT_EQ("close", ask(once, "GET /tell HTTP/1.0\r\n\r\n").field("connection"));
  EXPECT_TRUE(ended(once));

  RawClient kept = connect();
  for (int i = 0; i < 2; ++i) {
    const Reply reply = ask(kept, "GET /tell HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_EQ("keep-alive", reply.field("connection"));
  }
}

struct Strictness {
  std::string_view name;
  std::string_view request;
  int status;
};

// Each is answered with an envelope, and the connection ends: nothing after it is a request.
TEST_F(ConnectionTest, refusesWhatIsAmbiguous) {
  startTelling();
  using namespace std::string_view_literals;
  const std::array table{
      Strictness{"length and chunked",
                 "POST /tell HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
                 "5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                 400},
      Strictness{"chunked and length",
                 "POST /tell HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: "
                 "chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
                 400},
      Strictness{"two lengths",
                 "POST /tell HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: "
                 "6\r\n\r\nhello",
                 400},
      Strictness{"length with comma",
                 "POST /tell HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1,0\r\n\r\nhello", 400},
      Strictness{"length with plus",
                 "POST /tell HTTP/1.1\r\nHost: localhost\r\nContent-Length: +5\r\n\r\nhello", 400},
      Strictness{"negative length",
                 "POST /tell HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\nhello", 400},
      Strictness{"empty length",
                 "POST /tell HTTP/1.1\r\nHost: localhost\r\nContent-Length: \r\n\r\nhello", 400},
      Strictness{"hexadecimal length",
                 "POST /tell HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0x5\r\n\r\nhello", 400},
      Strictness{"length beyond 64 bits",
                 "POST /tell HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
                 "18446744073709551621\r\n\r\nhello",
                 400},
      Strictness{"gzip, chunked",
                 "POST /tell HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip, "
                 "chunked\r\n\r\n0\r\n\r\n",
                 400},
      Strictness{"gzip",
                 "POST /tell HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip\r\n\r\n", 400},
      Strictness{"chunked twice",
                 "POST /tell HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: "
                 "chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                 400},
      Strictness{
          "chunked in 1.0",
          "POST /tell HTTP/1.0\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
          400},
      Strictness{
          "space before colon",
          "POST /tell HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
          400},
      Strictness{"no colon", "GET /tell HTTP/1.1\r\nHost: localhost\r\nNonsense\r\n\r\n", 400},
      Strictness{"empty name", "GET /tell HTTP/1.1\r\nHost: localhost\r\n: x\r\n\r\n", 400},
      Strictness{"folded line", "GET /tell HTTP/1.1\r\nHost: localhost\r\nX: a\r\n b\r\n\r\n", 400},
      Strictness{"bare line feed", "GET /tell HTTP/1.1\nHost: localhost\n\n", 400},
      Strictness{"one bare line feed", "GET /tell HTTP/1.1\r\nHost: localhost\nX: y\r\n\r\n", 400},
      Strictness{"bare carriage return", "GET /tell HTTP/1.1\r\nHost: localhost\r\nX: a\rb\r\n\r\n",
                 400},
      Strictness{"NUL in a value", "GET /tell HTTP/1.1\r\nHost: localhost\r\nX: a\0b\r\n\r\n"sv,
                 400},
      Strictness{"no host", "GET /tell HTTP/1.1\r\n\r\n", 400},
      Strictness{"two hosts", "GET /tell HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n",
                 400},
      Strictness{"malformed host", "GET /tell HTTP/1.1\r\nHost: a b\r\n\r\n", 400},
      Strictness{"blank in target", "GET /te ll HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
      Strictness{"authority form", "CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
      Strictness{"no version", "GET /tell\r\nHost: localhost\r\n\r\n", 400},
      Strictness{"HTTP/2.0", "GET /tell HTTP/2.0\r\nHost: localhost\r\n\r\n", 505},
      Strictness{
          "other expectation",
          "POST /tell HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nExpect: miracles\r\n\r\n",
          417},
      Strictness{"chunk size with sign",
                 "POST /tell HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: "
                 "chunked\r\n\r\n+5\r\nhello\r\n0\r\n\r\n",
                 400},
      Strictness{"chunk size beyond 64 bits",
                 "POST /tell HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: "
                 "chunked\r\n\r\n10000000000000005\r\nhello\r\n0\r\n\r\n",
                 400},
      Strictness{"chunk too long",
                 "POST /tell HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: "
                 "chunked\r\n\r\n4\r\nhello\r\n0\r\n\r\n",
                 400},
      Strictness{"chunk with bare line feed",
                 "POST /tell HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: "
                 "chunked\r\n\r\n5\nhello\r\n0\r\n\r\n",
                 400},
  };
  for (const Strictness& one : table) {
    RawClient client = connect();
    const Reply reply = ask(client, std::string(one.request) + std::string(kGet));
    EXPECT_EQ(one.status, reply.status) << one.name;
    EXPECT_EQ("close", reply.field("connection")) << one.name;
    EXPECT_EQ("application/json", reply.field("content-type")) << one.name;
    EXPECT_TRUE(reply.body.starts_with("{\"error\":{\"message\":\"")) << reply.body;
    EXPECT_NE(std::string::npos, reply.body.find("\"type\":\"")) << reply.body;
    EXPECT_NE(std::string::npos, reply.body.find("\"param\":null")) << reply.body;
    EXPECT_NE(std::string::npos, reply.body.find("\"code\":\"")) << reply.body;
    client.endSending();
    EXPECT_TRUE(ended(client)) << one.name;
  }
  EXPECT_TRUE(allClosed());
}

TEST_F(ConnectionTest, headsOfAnySizeUpToTheLimitAreUnderstood) {
  startTelling();
  const auto request = [](std::size_t size) {
    std::string head = "GET /tell HTTP/1.1\r\nHost: localhost\r\nX: ";
    return head + std::string(size - head.size() - 4, 'x') + "\r\n\r\n";
  };
  for (const std::size_t size : {std::size_t{4092}, std::size_t{4096}, std::size_t{8192},
                                 std::size_t{32'768}, std::size_t{65'535}, std::size_t{65'536}}) {
    EXPECT_EQ(200, ask(request(size)).status) << size;
  }
  EXPECT_EQ(431, ask(request(65'537)).status);
  EXPECT_EQ(431, ask(request(100'000)).status);
}

TEST_F(ConnectionTest, aHeadWithoutEndIsRefusedAtTheLimit) {
  startTelling();
  RawClient client = connect();
  const std::string line = "X: " + std::string(1000, 'x') + "\r\n";
  feed(client, "GET /tell HTTP/1.1\r\nHost: localhost\r\n");
  for (int i = 0; i < 70 && client.received.empty(); ++i) feed(client, line);
  EXPECT_EQ(431, next(client).status);
}

TEST_F(ConnectionTest, bodiesHaveALimit) {
  server.maxBodyBytes = 1000;
  startTelling();
  const auto post = [](std::size_t size) {
    return "POST /tell HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(size) +
           "\r\n\r\n";
  };
  EXPECT_EQ(200, ask(post(1000) + std::string(1000, 'x')).status);
  const Reply early = ask(post(1001));  // before any of it is sent
  EXPECT_EQ(413, early.status);
  EXPECT_NE(std::string::npos, early.body.find("server.max_body_bytes"));

  const std::string head =
      "POST /tell HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_EQ(200, ask(head + "3e8\r\n" + std::string(1000, 'x') + "\r\n0\r\n\r\n").status);
  EXPECT_EQ(413, ask(head + "3e8\r\n" + std::string(1000, 'x') + "\r\n1\r\nx\r\n").status);
}

TEST_F(ConnectionTest, aBodyHasRoomForParsersThatReadBeyondTheEnd) {
  std::size_t least = ~std::size_t{0};
  route("POST", "/room", handler([&least](Exchange& exchange, io::CancelToken) -> io::Task<void> {
          const std::string& body = exchange.body();
          least = std::min(least, body.capacity() - body.size());
          static_cast<void>(co_await exchange.answer(200, "text/plain", {}, "ok"));
        }));
  start();
  for (const int size : {0, 1, 15, 16, 1000, 64 << 10, 300'000}) {
    const std::string body(static_cast<std::size_t>(size), 'x');
    const std::string head = "POST /room HTTP/1.1\r\nHost: localhost\r\nContent-Length: ";
    EXPECT_EQ(200, ask((head + std::to_string(size)).append("\r\n\r\n").append(body)).status);
  }
  EXPECT_LE(64u, least);
}

// The answer must be seen, although the client is still sending what nobody will read.
TEST_F(ConnectionTest, anEarlyAnswerIsNotLostInAReset) {
  server.maxBodyBytes = 1000;
  startTelling();
  RawClient client = connect();
  client.send("POST /tell HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n");
  client.send(std::string(10'000, 'x'));
  settle();
  client.send(std::string(10'000, 'x'));
  settle();
  EXPECT_EQ(413, next(client).status);
  EXPECT_TRUE(ended(client));
  EXPECT_EQ(1u, face->connections());
  pass(1100ms);  // and not for ever
  EXPECT_EQ(0u, face->connections());
}

TEST_F(ConnectionTest, nothingIsResetWhereTheBodyFollowsTheAnswer) {
  server.maxBodyBytes = 1000;
  startTelling();
  RawClient client = connect();
  feed(client, "POST /tell HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n");
  EXPECT_EQ(413, next(client).status);
  const std::string body(10'000, 'x');
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(10'000, ::send(client.fd(), body.data(), body.size(), MSG_NOSIGNAL));
    settle();
  }
  EXPECT_TRUE(ended(client));
}

TEST_F(ConnectionTest, aClientThatGoesOnSendingIsCutOff) {
  server.maxBodyBytes = 1000;
  startTelling();
  RawClient client = connect();
  feed(client, "POST /tell HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000000\r\n\r\n");
  for (int i = 0; i < 17; ++i) client.send(std::string(1 << 20, 'x'));
  EXPECT_TRUE(allClosed());
}

TEST_F(ConnectionTest, expectIsAnsweredBeforeTheBodyComes) {
  startTelling();
  RawClient client = connect();
  const std::string head =
      "POST /tell HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n";
  EXPECT_EQ("HTTP/1.1 100 Continue\r\n\r\n", ask(client, head).head);
  EXPECT_EQ("POST  hello", ask(client, "hello").body);
  EXPECT_EQ(200, ask(client, kGet).status);
  EXPECT_EQ(200, ask(head + "hello").status);  // from one that does not wait for it
}

TEST_F(ConnectionTest, expectIsRefusedWhereTheRequestIs) {
  auth.mode = config::AuthMode::keys;
  auth.clientKeys.emplace_back("secret");
  server.maxBodyBytes = 1000;
  startTelling();
  const std::string expect = "Host: localhost\r\nExpect: 100-continue\r\n";
  const std::string key = "Authorization: Bearer secret\r\n";
  EXPECT_EQ(401, ask("POST /tell HTTP/1.1\r\nContent-Length: 5\r\n" + expect + "\r\n").status);
  EXPECT_EQ(404,
            ask("POST /none HTTP/1.1\r\nContent-Length: 5\r\n" + expect + key + "\r\n").status);
  EXPECT_EQ(413,
            ask("POST /tell HTTP/1.1\r\nContent-Length: 5000\r\n" + expect + key + "\r\n").status);
  EXPECT_EQ(100,
            ask("POST /tell HTTP/1.1\r\nContent-Length: 5\r\n" + expect + key + "\r\n").status);
}

TEST_F(ConnectionTest, aRefusedRequestWhoseBodyIsHereKeepsTheConnection) {
  startTelling();
  RawClient client = connect();
  const std::string_view lost =
      "POST /none HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello";
  EXPECT_EQ(404, ask(client, lost).status);
  EXPECT_EQ(200, ask(client, kGet).status);
}

TEST_F(ConnectionTest, aHeadMustComeInTime) {
  startTelling();
  RawClient client = connect();
  feed(client, "GET /tell HTTP/1.1\r\n");
  pass(9'900ms);
  feed(client, "Host: localhost\r\n");  // does not buy time
  EXPECT_EQ("", client.received);
  pass(200ms);
  const Reply reply = next(client);
  EXPECT_EQ(408, reply.status);
  EXPECT_NE(std::string::npos, reply.body.find("head"));
  EXPECT_TRUE(ended(client));
}

TEST_F(ConnectionTest, aBodyMustComeInTime) {
  startTelling();
  RawClient client = connect();
  feed(client, kPost.substr(0, kPost.size() - 1));
  pass(59'900ms);
  client.read();
  EXPECT_EQ("", client.received);
  pass(200ms);
  const Reply reply = next(client);
  EXPECT_EQ(408, reply.status);
  EXPECT_NE(std::string::npos, reply.body.find("body"));
}

TEST_F(ConnectionTest, anIdleConnectionIsClosedInTheEnd) {
  startTelling();
  RawClient fresh = connect();
  RawClient used = connect();
  EXPECT_EQ(200, ask(used, kGet).status);
  EXPECT_TRUE(eventually([&] { return face->connections() == 2; }));
  pass(74'000ms);
  EXPECT_EQ(2u, face->connections());
  EXPECT_EQ(200, ask(used, kGet).status);
  pass(2'000ms);
  EXPECT_EQ(1u, face->connections());
  EXPECT_TRUE(ended(fresh));
  pass(74'000ms);
  EXPECT_EQ(0u, face->connections());
  EXPECT_TRUE(ended(used));
}

TEST_F(ConnectionTest, aClientMayLeaveAtAnyByte) {
  startTelling();
  const std::string requests = std::string(kPost) + std::string(kChunked);
  for (std::size_t at = 0; at < requests.size(); ++at) {
    RawClient client = connect();
    feed(client, std::string_view(requests).substr(0, at));
    if (at % 2 == 0) client.close();
    else client.reset();
    ASSERT_TRUE(allClosed()) << at;
  }
}

TEST_F(ConnectionTest, aHandlerThatThrowsIsA500) {
  route("GET", "/throw", handler([](Exchange&, io::CancelToken) -> io::Task<void> {
          throw std::runtime_error("secret detail");
          co_return;
        }));
  route("GET", "/silent", handler([](Exchange&, io::CancelToken) -> io::Task<void> { co_return; }));
  routeTell();
  start();
  RawClient client = connect();
  for (const char* path : {"/throw", "/silent"}) {
    const Reply reply =
        ask(client, std::string("GET ") + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    EXPECT_EQ(500, reply.status);
    EXPECT_NE(std::string::npos, reply.body.find("\"type\":\"server_error\""));
    EXPECT_EQ(std::string::npos, reply.body.find("secret detail"));
  }
  EXPECT_EQ(200, ask(client, kGet).status);
}

}  // namespace
}  // namespace sluice::http::test
