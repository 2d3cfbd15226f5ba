#include "http/exchange.hpp"

#include <array>
#include <cstring>

#include "http/http_fixture.hpp"

namespace sluice::http::test {
namespace {

constexpr std::string_view kGet = "GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n";
constexpr std::string_view kGet10 = "GET /stream HTTP/1.0\r\n\r\n";

// Data segments that the client's side has received: tcpi_data_segs_in of Linux's tcp_info, which
// libc's does not have.
unsigned segments(const RawClient& client) {
  constexpr std::size_t at = 152;
  std::array<unsigned char, 256> info{};
  socklen_t size = info.size();
  EXPECT_EQ(0, ::getsockopt(client.fd(), IPPROTO_TCP, TCP_INFO, info.data(), &size));
  unsigned count = 0;
  EXPECT_GE(size, at + sizeof count);
  std::memcpy(&count, info.data() + at, sizeof count);
  return count;
}

// A handler that is led by the test: it does one step each time the test says so.
struct Led {
  using Step = std::function<io::Status(Exchange&)>;
  std::vector<Step> steps;
  io::Slot go{false};
  std::vector<io::Status> seen;
  Client::Left left = Client::Left::no;
  io::Wake woken = io::Wake::ready;
  bool over = false;

  static io::Task<void> lead(Led& led, Exchange& exchange, io::CancelToken token) {
    for (Step& step : led.steps) {
      const io::Until until{io::kNever, token};
      led.woken = co_await io::Wait(exchange.loop(), until, &led.go);
      led.go.ready = false;
      if (led.woken != io::Wake::ready) break;
      led.seen.push_back(step(exchange));
    }
    led.left = exchange.left();
    led.over = true;
  }
};

struct ExchangeTest : ServerTest {
  Led led;

  void startLed(std::vector<Led::Step> steps) {
    led.steps = std::move(steps);
    route("GET", "/stream", handler([this](Exchange& exchange, io::CancelToken token) {
            return Led::lead(led, exchange, token);
          }));
    routeTell();
    start();
  }
  void startStream(FunctionHandler::Function function) {
    route("GET", "/stream", handler(std::move(function)));
    routeTell();
    start();
  }
  void step() {
    led.go.set();
    settle();
  }
  static io::Status beginStream(Exchange& exchange) {
    exchange.begin(200, "text/event-stream", "X-Mine: yes\r\n", std::nullopt);
    return io::Status::ok;
  }
  static Led::Step writes(const std::string& text) {
    return [text](Exchange& exchange) { return exchange.write(text); };
  }
};

io::Task<void> finishWith(Exchange& exchange, std::string last, bool keep) {
  exchange.begin(200, "text/event-stream", {}, std::nullopt);
  static_cast<void>(exchange.write("data: 1\n\n"));
  static_cast<void>(co_await exchange.finish(last, keep));
}

TEST_F(ExchangeTest, eachPieceIsOneChunkInOneSegmentTheHeadBesideTheFirst) {
  startLed({beginStream, writes("data: 1\n\n"), writes("data: 2\n\n")});
  RawClient client = connect();
  feed(client, kGet);
  step();
  client.read();
  EXPECT_EQ("", client.received) << "the head waits for the first piece";
  step();
  EXPECT_TRUE(eventually([&] {
    client.read();
    return client.received.ends_with("\r\n\r\n9\r\ndata: 1\n\n\r\n");
  }));
  EXPECT_NE(std::string::npos, client.received.find("Transfer-Encoding: chunked\r\n"));
  EXPECT_NE(std::string::npos, client.received.find("X-Mine: yes\r\n"));
  EXPECT_EQ(1u, segments(client));
  client.received.clear();
  step();
  EXPECT_TRUE(eventually([&] {
    client.read();
    return client.received == "9\r\ndata: 2\n\n\r\n";
  }));
  EXPECT_EQ(2u, segments(client));
}

TEST_F(ExchangeTest, aWholeAnswerIsOneSegment) {
  routeTell();
  start();
  RawClient client = connect();
  EXPECT_EQ(200, ask(client, "GET /tell HTTP/1.1\r\nHost: localhost\r\n\r\n").status);
  EXPECT_EQ(1u, segments(client));
}

TEST_F(ExchangeTest, theLastPieceAndTheEndAreOneSegment) {
  startStream([](Exchange& exchange, io::CancelToken) {
    return finishWith(exchange, "data: 2\n\n", true);
  });
  RawClient client = connect();
  const Reply reply = ask(client, kGet);
  EXPECT_EQ("data: 1\n\ndata: 2\n\n", reply.body);
  EXPECT_TRUE(reply.whole);
  EXPECT_EQ(2u, segments(client));
  EXPECT_EQ(200, ask(client, kGet).status) << "the connection goes on";
}

TEST_F(ExchangeTest, anAnswerMayEndTheConnection) {
  startStream([](Exchange& exchange, io::CancelToken) { return finishWith(exchange, {}, false); });
  RawClient client = connect();
  EXPECT_TRUE(ask(client, kGet).whole);
  EXPECT_TRUE(ended(client));
}

TEST_F(ExchangeTest, aStreamToHttp10EndsWithTheConnection) {
  startStream([](Exchange& exchange, io::CancelToken) {
    return finishWith(exchange, "data: 2\n\n", true);
  });
  RawClient client = connect();
  const Reply reply = ask(client, "GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ("data: 1\n\ndata: 2\n\n", reply.body);
  EXPECT_EQ("", reply.field("transfer-encoding"));
  EXPECT_EQ("close", reply.field("connection"));
  EXPECT_TRUE(ended(client));
}

TEST_F(ExchangeTest, headOfAStreamHasNoBody) {
  startStream([](Exchange& exchange, io::CancelToken) {
    return finishWith(exchange, "data: 2\n\n", true);
  });
  RawClient client = connect();
  EXPECT_EQ(200, ask(client, "HEAD /stream HTTP/1.1\r\nHost: localhost\r\n\r\n").status);
  EXPECT_EQ("data: 1\n\ndata: 2\n\n", ask(client, kGet).body);
}

TEST_F(ExchangeTest, aStatusWithoutBodyHasNoLength) {
  startStream([](Exchange& exchange, io::CancelToken) -> io::Task<void> {
    static_cast<void>(co_await exchange.answer(204, {}, {}, "not sent"));
  });
  RawClient client = connect();
  const Reply reply = ask(client, kGet);
  EXPECT_EQ(204, reply.status);
  EXPECT_EQ("", reply.field("content-length") + reply.field("transfer-encoding"));
  EXPECT_EQ(204, ask(client, kGet).status);
}

// --- clients that read slowly ---

constexpr std::size_t kPiece = 30'000;
constexpr std::size_t kPieces = 400;  // more than any socket buffers hold

std::string piece(std::size_t number) {
  std::string text = std::to_string(number) + ":";
  text.resize(kPiece, static_cast<char>('a' + number % 26));
  return text;
}

struct Pace {
  bool waited = false;
  io::Status last = io::Status::ok;
  Client::Left left = Client::Left::no;
};

io::Task<void> streamMuch(Pace& pace, Exchange& exchange) {
  exchange.begin(200, "text/event-stream", {}, std::nullopt);
  for (std::size_t i = 0; i < kPieces && pace.last == io::Status::ok; ++i) {
    const std::string bytes = piece(i);
    pace.last = exchange.write(bytes);
    if (pace.last != io::Status::again) continue;
    pace.waited = true;
    pace.last = co_await exchange.drain();
  }
  if (pace.last == io::Status::ok) pace.last = co_await exchange.finish({}, true);
  pace.left = exchange.left();
}

TEST_F(ExchangeTest, aClientThatReadsSlowlyGetsEverythingInOrder) {
  Pace pace;
  startStream([&pace](Exchange& exchange, io::CancelToken) { return streamMuch(pace, exchange); });
  RawClient client = connect(4096);
  client.send(kGet);
  EXPECT_TRUE(eventually([&] { return pace.waited; }));
  const Reply reply = next(client);
  ASSERT_TRUE(reply.whole);
  ASSERT_EQ(kPiece * kPieces, reply.body.size());
  for (std::size_t i = 0; i < kPieces; ++i) {
    ASSERT_TRUE(reply.body.compare(i * kPiece, kPiece, piece(i)) == 0) << i;
  }
  EXPECT_EQ(io::Status::ok, pace.last);
}

TEST_F(ExchangeTest, aClientThatRefusesToReadIsGoneAfterTheWriteTimeout) {
  Pace pace;
  startStream([&pace](Exchange& exchange, io::CancelToken) { return streamMuch(pace, exchange); });
  RawClient client = connect(4096);
  client.send(kGet);
  EXPECT_TRUE(eventually([&] { return pace.waited; }));
  pass(59'900ms);
  EXPECT_EQ(1u, face->connections());
  pass(200ms);
  EXPECT_EQ(io::Status::timeout, pace.last);
  EXPECT_EQ(Client::Left::client, pace.left);
  EXPECT_EQ(0u, face->connections());
}

TEST_F(ExchangeTest, readingALittleBuysTime) {
  Pace pace;
  startStream([&pace](Exchange& exchange, io::CancelToken) { return streamMuch(pace, exchange); });
  RawClient client = connect(4096);
  client.send(kGet);
  EXPECT_TRUE(eventually([&] { return pace.waited; }));
  for (int i = 0; i < 3; ++i) {
    pass(50'000ms);
    const std::size_t before = client.received.size();
    EXPECT_TRUE(eventually([&] {
      client.read(64 << 10);
      return client.received.size() > before + 2'000'000;
    }));
  }
  EXPECT_EQ(1u, face->connections());
  EXPECT_EQ(Client::Left::no, pace.left);
}

TEST_F(ExchangeTest, aLargeAnswerOfKnownLengthIsWhole) {
  const std::string body(5'000'000, 'x');
  startStream([&body](Exchange& exchange, io::CancelToken) -> io::Task<void> {
    static_cast<void>(co_await exchange.answer(200, "text/plain", {}, body));
  });
  RawClient client = connect(4096);
  const Reply reply = ask(client, kGet);
  EXPECT_TRUE(reply.whole);
  EXPECT_TRUE(reply.body == body);
  EXPECT_EQ(200, ask(client, "GET /tell HTTP/1.1\r\nHost: localhost\r\n\r\n").status);
}

// --- clients that leave ---

TEST_F(ExchangeTest, aClientThatLeavesCancelsTheHandlerAtOnce) {
  for (const bool rude : {false, true}) {
    led.over = false;
    if (face == nullptr) startLed({beginStream, writes("never")});
    RawClient client = connect();
    feed(client, kGet);
    EXPECT_TRUE(eventually([&] { return face->connections() == 1; }));
    EXPECT_FALSE(led.over);
    if (rude) client.reset();
    else client.close();
    EXPECT_TRUE(eventually([&] { return led.over; }));  // time stands still: no timer is in it
    EXPECT_EQ(io::Wake::cancelled, led.woken);
    EXPECT_EQ(Client::Left::client, led.left);
    EXPECT_TRUE(allClosed());
  }
}

TEST_F(ExchangeTest, writingToAClientThatIsGoneSaysSo) {
  startStream([](Exchange& exchange, io::CancelToken token) -> io::Task<void> {
    exchange.begin(200, "text/plain", {}, std::nullopt);
    EXPECT_EQ(io::Status::ok, exchange.write("something"));
    const io::Until until{io::kNever, token};
    EXPECT_EQ(io::Wake::cancelled, co_await exchange.loop().sleep(until));
    EXPECT_EQ(io::Status::reset, exchange.write("something"));
    EXPECT_EQ(io::Status::reset, co_await exchange.drain());
    EXPECT_EQ(io::Status::reset, co_await exchange.finish({}, true));
  });
  RawClient client = connect();
  feed(client, kGet);
  client.close();
  EXPECT_TRUE(allClosed());
}

TEST_F(ExchangeTest, requestsSentAheadAreNoLeaving) {
  startLed({beginStream, [](Exchange& exchange) { return exchange.write("x"); }});
  RawClient client = connect();
  feed(client, std::string(kGet) + "GET /tell HTTP/1.1\r\nHost: localhost\r\n\r\n");
  feed(client, "GET /tell/2 HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_FALSE(led.over);
  client.close();  // but this is one
  EXPECT_TRUE(eventually([&] { return led.over; }));
  EXPECT_EQ(Client::Left::client, led.left);
}

TEST_F(ExchangeTest, requestsSentAheadAreAnsweredAfterwards) {
  bool waiting = false;
  io::Slot go{false};
  startStream([&](Exchange& exchange, io::CancelToken token) -> io::Task<void> {
    waiting = true;
    const io::Until until{io::kNever, token};
    const io::Wake woken = co_await io::Wait(exchange.loop(), until, &go);
    EXPECT_EQ(io::Wake::ready, woken);
    static_cast<void>(co_await exchange.answer(200, "text/plain", {}, "slow"));
  });
  RawClient client = connect();
  client.send(kGet);
  EXPECT_TRUE(eventually([&] { return waiting; }));
  for (int i = 0; i < 50; ++i) {
    feed(client, "GET /tell/" + std::to_string(i) + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
  }
  go.set();
  EXPECT_EQ("slow", next(client).body);
  for (int i = 0; i < 50; ++i) EXPECT_EQ("GET " + std::to_string(i) + " ", next(client).body);
}

TEST_F(ExchangeTest, whatIsReadAheadIsBounded) {
  startLed({beginStream, writes("never")});
  RawClient client = connect();
  feed(client, kGet);
  const std::string much(10'000, 'x');
  for (;;) {  // until neither the server nor the kernel takes more
    const ssize_t sent = ::send(client.fd(), much.data(), much.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    settle();
    if (sent < 0) break;
  }
  EXPECT_FALSE(led.over);
  client.reset();  // which is then noticed within a second
  EXPECT_TRUE(eventually([&] {
    clock.time += 10ms;
    return led.over;
  }));
  EXPECT_EQ(Client::Left::client, led.left);
}

// --- answers that break ---

io::Task<void> breakStream(Exchange& exchange) {
  exchange.begin(200, "text/event-stream", {}, std::nullopt);
  static_cast<void>(exchange.write("data: 1\n\n"));
  throw std::runtime_error("broken");
  co_return;
}

TEST_F(ExchangeTest, aBrokenStreamDoesNotLookWhole) {
  startStream([](Exchange& exchange, io::CancelToken) { return breakStream(exchange); });
  RawClient client = connect();
  const Reply reply = ask(client, kGet);
  EXPECT_EQ("data: 1\n\n", reply.body);
  EXPECT_FALSE(reply.whole);
  EXPECT_TRUE(ended(client));

  RawClient old = connect();  // knows the end by the connection's end only
  feed(old, kGet10);
  EXPECT_TRUE(eventually([&] {
    old.read();
    return old.wasReset;
  }));
}

TEST_F(ExchangeTest, aBodyShorterThanAnnouncedDoesNotLookWhole) {
  startStream([](Exchange& exchange, io::CancelToken) -> io::Task<void> {
    exchange.begin(200, "text/plain", {}, 10);
    static_cast<void>(co_await exchange.finish("short", true));
  });
  RawClient client = connect();
  const Reply reply = ask(client, kGet);
  EXPECT_EQ("short", reply.body);
  EXPECT_FALSE(reply.whole);
  EXPECT_TRUE(ended(client));
}

TEST_F(ExchangeTest, moreThanAnnouncedIsNotSent) {
  startStream([](Exchange& exchange, io::CancelToken) -> io::Task<void> {
    exchange.begin(200, "text/plain", {}, 5);
    static_cast<void>(co_await exchange.finish("hello HTTP/1.1 200 OK\r\n\r\n", true));
  });
  RawClient client = connect();
  EXPECT_EQ("hello", ask(client, kGet).body);
  EXPECT_EQ("hello", ask(client, kGet).body);
}

// --- the server's end ---

TEST_F(ExchangeTest, aStreamIsToldOfTheEndAndMaySayGoodbye) {
  startStream([](Exchange& exchange, io::CancelToken token) -> io::Task<void> {
    exchange.begin(200, "text/event-stream", {}, std::nullopt);
    static_cast<void>(exchange.write("data: 1\n\n"));
    const io::Until until{io::kNever, token};
    EXPECT_EQ(io::Wake::cancelled, co_await exchange.loop().sleep(until));
    EXPECT_EQ(Client::Left::shutdown, exchange.left());
    EXPECT_EQ(io::Status::ok, co_await exchange.finish("data: error\n\n", true));
  });
  RawClient client = connect();
  feed(client, kGet);
  face->stop();
  const Reply reply = next(client);
  EXPECT_EQ("data: 1\n\ndata: error\n\n", reply.body);
  EXPECT_TRUE(reply.whole);
  EXPECT_TRUE(ended(client));
}

TEST_F(ExchangeTest, goodbyeToAClientThatDoesNotReadIsShort) {
  Pace pace;
  startStream([&pace](Exchange& exchange, io::CancelToken) -> io::Task<void> {
    co_await streamMuch(pace, exchange);
    EXPECT_EQ(Client::Left::shutdown, exchange.left());
    pace.last = co_await exchange.finish("data: error\n\n", false);
  });
  RawClient client = connect(4096);
  client.send(kGet);
  EXPECT_TRUE(eventually([&] { return pace.waited; }));
  face->stop();
  pass(900ms);
  EXPECT_EQ(1u, face->connections());
  pass(200ms);
  EXPECT_EQ(io::Status::timeout, pace.last);
  EXPECT_EQ(0u, face->connections());
}

TEST_F(ExchangeTest, aHandlerThatHasNotBegunIsAnsweredForAtTheEnd) {
  startLed({beginStream});
  RawClient client = connect();
  feed(client, kGet);
  face->stop();
  const Reply reply = next(client);
  EXPECT_EQ(503, reply.status);
  EXPECT_NE("", reply.field("retry-after"));
  EXPECT_TRUE(ended(client));
}

}  // namespace
}  // namespace sluice::http::test
