// A call that is cancelled, destroyed or late, in each of its phases: what it says, and that it
// leaves no descriptor behind.
#include <netinet/in.h>

#include <array>
#include <functional>
#include <utility>

#include "upstream/upstream_fixture.hpp"

namespace sluice::upstream::test {
namespace {

// A listener whose backlog is full: who connects to it waits.
class FullListener {
 public:
  FullListener(const char* host, std::uint16_t port) {
    const Poco::Net::SocketAddress wanted(host, port);
    EXPECT_EQ(0, ::bind(listener_, wanted.addr(), wanted.length()));
    EXPECT_EQ(0, ::listen(listener_, 0));
    socklen_t size = sizeof address_;
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address_), &size);
    for (int& fd : fillers_) {
      fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
      const int begun = ::connect(fd, reinterpret_cast<sockaddr*>(&address_), sizeof address_);
      EXPECT_TRUE(begun == 0 || errno == EINPROGRESS);
    }
  }
  ~FullListener() {
    for (const int fd : fillers_) ::close(fd);
    ::close(listener_);
  }
  std::uint16_t port() const { return ntohs(address_.sin_port); }

 private:
  int listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address_{};
  std::array<int, 4> fillers_{};
};

struct PhaseTest : UpstreamTest {
  std::unique_ptr<FullListener> full;
  Endpoint endpoint;
  Wanted wanted;
  std::function<bool()> reached;
};

struct Phase {
  const char* name;
  void (*prepare)(PhaseTest& t);
  Failure late;                   // when its own limit has passed
  std::chrono::milliseconds own;  // that limit
};

void resolving(PhaseTest& t) {
  t.names->block(true);
  t.endpoint = {{false, "upstream.test", 80, ""}, {}};
  t.reached = [&t] {
    t.names->awaitAsked(1);
    return true;
  };
}
void connecting(PhaseTest& t) {
  t.full = std::make_unique<FullListener>("127.0.0.1", 0);
  t.endpoint = {{false, "127.0.0.1", t.full->port(), ""}, {}};
  t.reached = [] { return true; };
}
void tunnelling(PhaseTest& t) {
  t.server.play({{request(), still()}});
  t.endpoint = {{true, "upstream.test", 443, ""},
                {{false, "127.0.0.1", t.server.port(), ""}, {}, {}}};
  t.reached = [&t] { return t.server.requests.size() == 1; };
}
void shakingHands(PhaseTest& t) {
  t.server.play({{still()}});
  t.endpoint = t.overTls();
  t.reached = [&t] { return t.server.accepted == 1; };
}
void sending(PhaseTest& t) {
  t.server.play({{still()}});
  t.endpoint = t.plain();
  t.wanted.body.assign(16 << 20, 'x');
  t.reached = [&t] { return t.server.accepted == 1 && t.client.counts().opened == 1; };
}
void awaitingHead(PhaseTest& t) {
  t.server.play({{request(), still()}});
  t.endpoint = t.plain();
  t.reached = [&t] { return t.server.requests.size() == 1; };
}
void amidHead(PhaseTest& t) {
  t.server.play({{request(), send("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 2"), still()}});
  t.endpoint = t.plain();
  t.reached = [&t] { return t.server.requests.size() == 1; };
}
void awaitingBody(PhaseTest& t) {
  t.server.play({{request(), send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nbo"), still()}});
  t.endpoint = t.plain();
  t.reached = [&t] { return t.server.requests.size() == 1; };
}

constexpr Phase kPhases[] = {
    {"resolving", resolving, Failure::connectTimeout, 2000ms},
    {"connecting", connecting, Failure::connectTimeout, 2000ms},
    {"tunnelling", tunnelling, Failure::connectTimeout, 2000ms},
    {"shakingHands", shakingHands, Failure::connectTimeout, 2000ms},
    {"sending", sending, Failure::firstByteTimeout, 5000ms},
    {"awaitingHead", awaitingHead, Failure::firstByteTimeout, 5000ms},
    {"amidHead", amidHead, Failure::firstByteTimeout, 5000ms},
    {"awaitingBody", awaitingBody, Failure::timeout, 60000ms},
};

struct Interruption : PhaseTest, testing::WithParamInterface<std::size_t> {
  const Phase& phase = kPhases[GetParam()];
  Outcome outcome;
  std::size_t before = 0;

  void begin(io::Scope& scope) {
    phase.prepare(*this);
    before = descriptors();
    scope.spawn(call(loop, client, endpoint, wanted, scope.token(), outcome));
    io::test::settle(loop);
    turnUntil(reached);
    io::test::settle(loop);
    ASSERT_FALSE(outcome.ended) << outcome.detail;
  }
  // The server holds its ends of connections still; the client holds nothing.
  void nothingIsLeft() {
    EXPECT_EQ(0u, client.idle());
    EXPECT_EQ(before + server.accepted - server.ended, descriptors());
  }
};

TEST_P(Interruption, cancelled) {
  begin(calls);
  calls.cancel();
  io::test::settle(loop);
  EXPECT_TRUE(outcome.ended);
  EXPECT_EQ(Failure::cancelled, outcome.failure);
  nothingIsLeft();
}

TEST_P(Interruption, destroyed) {
  {
    io::Scope scope(loop);
    begin(scope);
  }
  io::test::settle(loop);
  EXPECT_FALSE(outcome.ended);
  nothingIsLeft();
}

TEST_P(Interruption, late) {
  begin(calls);
  pass(phase.own - 1ms);
  EXPECT_FALSE(outcome.ended);
  pass(1ms);
  EXPECT_TRUE(outcome.ended);
  EXPECT_EQ(phase.late, outcome.failure);
  nothingIsLeft();
}

TEST_P(Interruption, lateForTheWholeAttempt) {
  wanted.total = 1500ms;
  begin(calls);
  pass(1499ms);
  EXPECT_FALSE(outcome.ended);
  pass(1ms);
  EXPECT_TRUE(outcome.ended);
  EXPECT_EQ(Failure::timeout, outcome.failure);
  nothingIsLeft();
}

INSTANTIATE_TEST_SUITE_P(Upstream, Interruption, testing::Range<std::size_t>(0, std::size(kPhases)),
                         [](const auto& info) { return kPhases[info.param].name; });

TEST_F(PhaseTest, cancelledOrLateBeforehandNothingIsTried) {
  Outcome late;
  Wanted none;
  none.total = 0ms;
  const Endpoint upstream = plain();
  start(upstream, late, none);
  calls.cancel();
  Outcome cancelled;
  start(upstream, cancelled);
  io::test::settle(loop);
  EXPECT_EQ(Failure::timeout, late.failure);
  EXPECT_EQ(Failure::cancelled, cancelled.failure);
  EXPECT_EQ(0u, server.accepted);
}

// The time to the head runs from the request's end; while it is taken bit by bit, only silence
// counts.
TEST_F(PhaseTest, aRequestThatIsTakenSlowlyIsNotLate) {
  wanted.body.assign(32 << 20, 'x');
  endpoint = plain();
  server.play({{take(4 << 20), wait(4s), take(8 << 20), still()}});
  Outcome outcome;
  start(endpoint, outcome, wanted);
  turnUntil([&] { return server.taken >= 4 << 20; });
  io::test::settle(loop);
  pass(4s);
  turnUntil([&] { return server.taken >= 12 << 20; });
  io::test::settle(loop);
  pass(4s);
  EXPECT_FALSE(outcome.ended);
  pass(5s);
  EXPECT_EQ(Failure::firstByteTimeout, outcome.failure);
}

// --- several addresses ---

struct AddressesTest : PhaseTest {
  // Nobody listens at 127.0.0.2; somebody does at 127.0.0.1.
  AddressesTest() {
    names->set("two.test", {"127.0.0.2", "127.0.0.1"});
    endpoint = {{false, "two.test", server.port(), ""}, {}};
  }
  Script once() { return {request(), send(answer("ok", "Connection: close\r\n"))}; }
};

TEST_F(AddressesTest, theNextIsTriedAndRemembered) {
  server.play({once(), once()});
  EXPECT_EQ("ok", get(endpoint).body);
  Outcome outcome;
  full = std::make_unique<FullListener>("127.0.0.2", server.port());
  start(endpoint, outcome);  // would hang at the first address
  turnUntil([&] { return outcome.ended; });
  EXPECT_EQ("ok", outcome.body);
  EXPECT_EQ(1, names->asked());
}

TEST_F(AddressesTest, oneThatHangsHasItsShareOfTheTime) {
  full = std::make_unique<FullListener>("127.0.0.2", server.port());
  server.play({once()});
  Outcome outcome;
  const std::size_t before = descriptors();
  start(endpoint, outcome);
  turnUntil([&] { return descriptors() > before; });
  pass(999ms);
  EXPECT_EQ(0u, server.accepted);
  pass(1ms);
  turnUntil([&] { return outcome.ended; });
  EXPECT_EQ("ok", outcome.body);
}

TEST_F(AddressesTest, ifAllRefuseTheNameIsLookedUpAnew) {
  names->set("two.test", {"127.0.0.2", "127.0.0.3"});
  EXPECT_EQ(Failure::refused, get(endpoint).failure);
  names->set("two.test", {"127.0.0.1"});
  server.play({once()});
  EXPECT_EQ("ok", get(endpoint).body);
}

TEST_F(AddressesTest, aNameWithoutAddress) {
  endpoint.url.host = "unknown.test";
  const Outcome outcome = get(endpoint);
  EXPECT_EQ(Failure::unresolved, outcome.failure);
  EXPECT_EQ("looking up unknown.test: Name or service not known", outcome.detail);
}

TEST_F(AddressesTest, noRoomForLookUps) {
  io::WorkerPool none(1, 0);
  Client crowded(loop, none, resolver, options());
  Outcome outcome;
  calls.spawn(call(loop, crowded, endpoint, Wanted(), calls.token(), outcome));
  io::test::settle(loop);
  EXPECT_EQ(Failure::overloaded, outcome.failure);
}

}  // namespace
}  // namespace sluice::upstream::test
