#include "upstream/upstream_fixture.hpp"

namespace sluice::upstream::test {
namespace {

struct PoolTest : UpstreamTest {
  // So many calls at once, each on its own connection.
  void atOnce(int count) {
    std::vector<Outcome> outcomes(static_cast<std::size_t>(count));
    const Endpoint endpoint = plain();
    for (Outcome& outcome : outcomes) start(endpoint, outcome);
    for (Outcome& outcome : outcomes) {
      turnUntil([&] { return outcome.ended; });
      EXPECT_TRUE(outcome.whole) << describe(outcome.failure);
    }
  }
  static Script answers(int count) {
    Script script;
    for (int i = 0; i < count; ++i) {
      script.push_back(request());
      script.push_back(send(answer("ok")));
    }
    return script;
  }
};

TEST_F(PoolTest, aConnectionServesManyRequests) {
  server.play({answers(10)});
  for (int i = 0; i < 10; ++i) EXPECT_EQ(i > 0, get(plain()).reused);
  EXPECT_EQ(1u, server.accepted);
  EXPECT_EQ(1u, client.counts().opened);
  EXPECT_EQ(9u, client.counts().reused);
  EXPECT_EQ(1u, client.idle());
}

TEST_F(PoolTest, itGoesBackOnlyIfTheUpstreamKeepsIt) {
  server.play({{request(), send(answer("1", "Connection: close\r\n"))},
               {request(), send("HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\n2")},
               {request(), send("HTTP/1.1 200 OK\r\n\r\n3"), close()}});
  for (const char* expected : {"1", "2", "3"}) EXPECT_EQ(expected, get(plain()).body);
  EXPECT_EQ(0u, client.idle());
  EXPECT_EQ(3u, client.counts().opened);
}

TEST_F(PoolTest, keepsNoMoreThanItMay) {
  server.play({answers(1), answers(1), answers(1), answers(1), answers(1)});
  atOnce(5);
  EXPECT_EQ(5u, server.accepted);
  EXPECT_EQ(3u, client.idle());
  turnUntil([&] { return server.ended == 2; });
}

TEST_F(PoolTest, theOldestMakesRoom) {
  std::vector<Script> scripts;
  for (int i = 0; i < 4; ++i) {
    Script script{request(), wait((i + 1) * 10ms), send(answer("first"))};
    if (i > 0) script.insert(script.end(), {request(), send(answer("second"))});
    scripts.push_back(std::move(script));
  }
  server.play(scripts);
  std::vector<Outcome> outcomes(4);
  const Endpoint endpoint = plain();
  for (Outcome& outcome : outcomes) start(endpoint, outcome);
  turnUntil([&] { return server.requests.size() == 4; });
  for (Outcome& outcome : outcomes) {
    clock.time += 10ms;
    turnUntil([&] { return outcome.ended; });
  }
  atOnce(3);  // none of them on the first connection
  EXPECT_EQ(4u, server.accepted);
}

TEST_F(PoolTest, originsAreApart) {
  ScriptedUpstream other(loop);
  other.play({answers(1)});
  server.play({answers(1), answers(1)});
  get(plain());
  get({{false, "127.0.0.1", other.port(), ""}, {}});
  EXPECT_EQ(1u, other.accepted);
  EXPECT_EQ(2u, client.idle());
  // The same address under another name is another origin; so is another proxy.
  get({{false, "localhost", server.port(), ""}, {}});
  EXPECT_EQ(2u, server.accepted);
  EXPECT_EQ(0u, client.counts().reused);
}

TEST_F(PoolTest, plainAndTlsAreApart) {
  Endpoint secured = overTls();
  server.play({answers(1), {secure(), request(), send(answer("secret"))}});
  EXPECT_EQ("ok", get(plain()).body);
  EXPECT_EQ("secret", get(secured).body);
  EXPECT_EQ(2u, server.accepted);
}

TEST_F(PoolTest, theOldAreClosedByTheClock) {
  calls.spawn(client.maintain(calls.token()));
  server.play({answers(2), answers(2)});
  atOnce(2);
  EXPECT_EQ(2u, client.idle());
  pass(30s);
  EXPECT_TRUE(get(plain()).reused);  // the newest; it begins to rest anew
  pass(24s);
  EXPECT_EQ(2u, client.idle());
  pass(2s);
  EXPECT_EQ(1u, client.idle());
  turnUntil([&] { return server.ended == 1; });
  pass(30s);
  EXPECT_EQ(0u, client.idle());
  turnUntil([&] { return server.ended == 2; });
}

TEST_F(PoolTest, theDeadAreClosedWithinASecond) {
  calls.spawn(client.maintain(calls.token()));
  server.play({{request(), send(answer("ok")), close()}});
  get(plain());
  turnUntil([&] { return server.ended == 1; });
  io::test::settle(loop);
  pass(1s);
  EXPECT_EQ(0u, client.idle());
}

TEST_F(PoolTest, theEndOfMaintenanceClosesAll) {
  io::Scope maintenance(loop);
  maintenance.spawn(client.maintain(maintenance.token()));
  server.play({answers(1)});
  get(plain());
  EXPECT_EQ(1u, client.idle());
  maintenance.cancel();
  io::test::settle(loop);
  EXPECT_TRUE(maintenance.empty());
  EXPECT_EQ(0u, client.idle());
}

TEST_F(PoolTest, oneThatSpeaksOutOfTurnIsNotUsedAgain) {
  server.play({{request(), pieces(answer("ok") + "surplus", answer("ok").size())}, answers(1)});
  get(plain());
  for (int i = 0; i < 10; ++i) loop.turn(false);
  const Outcome outcome = get(plain());
  EXPECT_EQ("ok", outcome.body);
  EXPECT_FALSE(outcome.reused);
}

// --- dead connections ---

// The upstream ends the kept connection when the second request reaches it.
struct StaleTest : PoolTest, testing::WithParamInterface<int> {
  Act ending() const { return GetParam() == 0 ? close() : reset(); }
};

TEST_P(StaleTest, aDeadConnectionIsReplacedOnce) {
  server.play({{request(), send(answer("1")), request(), ending()}, answers(1)});
  EXPECT_EQ("1", get(plain()).body);
  const Outcome outcome = get(plain());
  EXPECT_EQ("ok", outcome.body);
  EXPECT_FALSE(outcome.reused);
  EXPECT_EQ(1u, client.counts().retried);
  EXPECT_EQ(3u, server.requests.size());
}

TEST_P(StaleTest, notTwice) {
  server.play({{request(), send(answer("1")), request(), ending()}, {request(), ending()}});
  get(plain());
  EXPECT_EQ(Failure::reset, get(plain()).failure);
  EXPECT_EQ(2u, server.accepted);
  EXPECT_EQ(1u, client.counts().retried);
}

// Another connection at rest would be as dead: the second try is on a new one.
TEST_P(StaleTest, notOnAnotherOldConnection) {
  server.play({{request(), send(answer("1")), request(), ending()},
               {request(), send(answer("2")), request(), ending()},
               answers(1)});
  atOnce(2);
  EXPECT_EQ("ok", get(plain()).body);
  EXPECT_EQ(3u, server.accepted);
}

TEST_P(StaleTest, notAfterAByteOfAnAnswer) {
  server.play({{request(), send(answer("1")), request(), send("H"), ending()}});
  get(plain());
  EXPECT_EQ(Failure::reset, get(plain()).failure);
  EXPECT_EQ(0u, client.counts().retried);
}

TEST_P(StaleTest, notOnANewConnection) {
  server.play({{request(), ending()}});
  EXPECT_EQ(Failure::reset, get(plain()).failure);
  EXPECT_EQ(0u, client.counts().retried);
}

INSTANTIATE_TEST_SUITE_P(Upstream, StaleTest, testing::Values(0, 1),
                         [](const auto& info) { return info.param == 0 ? "closed" : "reset"; });

TEST_F(PoolTest, silenceOnAnOldConnectionIsNotRetried) {
  server.play({{request(), send(answer("1")), request(), still()}});
  get(plain());
  Outcome outcome;
  const Endpoint endpoint = plain();
  start(endpoint, outcome);
  turnUntil([&] { return server.requests.size() == 2; });
  pass(5s);
  EXPECT_EQ(Failure::firstByteTimeout, outcome.failure);
  EXPECT_EQ(0u, client.counts().retried);
}

// It had been closed before the request was sent, and nobody had looked.
TEST_F(PoolTest, oneClosedAtRestIsReplacedUnseen) {
  server.play({{request(), send(answer("1")), close()}, answers(1)});
  get(plain());
  turnUntil([&] { return server.ended == 1; });
  EXPECT_EQ("ok", get(plain()).body);
  EXPECT_EQ(2u, server.requests.size());
}

}  // namespace
}  // namespace sluice::upstream::test
