#include "upstream/resolver.hpp"

#include <stdexcept>
#include <thread>

#include "upstream/upstream_fixture.hpp"

namespace sluice::upstream::test {
namespace {

struct ResolverTest : UpstreamTest {
  struct Answered {
    bool ended = false;
    Resolver::Found found{io::Status::again, nullptr, {}};
    std::string first() const { return found.addresses ? found.addresses->front().toString() : ""; }
  };
  static io::Task<void> ask(Resolver& resolver, io::Loop& loop, io::WorkerPool& workers,
                            std::string host, io::Until until, Answered& answered) {
    answered.found = co_await resolver.resolve(loop, workers, host, until);
    answered.ended = true;
  }
  io::Until in(std::chrono::milliseconds time) { return {loop.after(time), calls.token()}; }
  void begin(const std::string& host, Answered& answered) {
    calls.spawn(ask(resolver, loop, workers, host, in(5000ms), answered));
  }
  Answered resolve(const std::string& host) {
    Answered answered;
    begin(host, answered);
    turnUntil([&] { return answered.ended; });
    return answered;
  }
};

TEST_F(ResolverTest, addressesAnswerForThemselves) {
  for (const char* host : {"127.0.0.1", "::1", "2001:db8::7"}) {
    const Answered answered = resolve(host);
    EXPECT_EQ(io::Status::ok, answered.found.status);
    EXPECT_EQ(host, answered.first());
  }
  EXPECT_EQ(0, names->asked());
}

TEST_F(ResolverTest, keepsAllAddressesForHalfAMinute) {
  names->set("x.test", {"127.0.0.3", "::1", "127.0.0.4"});
  EXPECT_EQ(3u, resolve("x.test").found.addresses->size());
  names->set("x.test", {"127.0.0.5"});
  pass(29s);
  EXPECT_EQ("127.0.0.3", resolve("x.test").first());
  EXPECT_EQ(1, names->asked());
  pass(1s);
  EXPECT_EQ("127.0.0.5", resolve("x.test").first());
  EXPECT_EQ(2, names->asked());
}

TEST_F(ResolverTest, anOldAnswerServesWhileNewLookUpsFail) {
  names->set("x.test", {"127.0.0.3"});
  resolve("x.test");
  names->set("x.test", Result<Addresses>(Error{"Temporary failure in name resolution"}));
  pass(9min + 59s);
  EXPECT_EQ("127.0.0.3", resolve("x.test").first());
  EXPECT_EQ(2, names->asked());
  EXPECT_EQ("127.0.0.3", resolve("x.test").first());  // not asked again within a second
  EXPECT_EQ(2, names->asked());
  pass(1s);
  const Answered answered = resolve("x.test");
  EXPECT_EQ(io::Status::refused, answered.found.status);
  EXPECT_EQ("Temporary failure in name resolution", answered.found.error);
  EXPECT_EQ(3, names->asked());
}

TEST_F(ResolverTest, anOldAnswerServesWhileANewLookUpHangs) {
  names->set("x.test", {"127.0.0.3"});
  resolve("x.test");
  pass(30s);
  names->block(true);
  Answered first, second;
  begin("x.test", first);
  io::test::settle(loop);
  pass(299ms);
  EXPECT_FALSE(first.ended);
  pass(1ms);
  EXPECT_EQ("127.0.0.3", first.first());
  begin("x.test", second);  // it has been waited for long enough
  io::test::settle(loop);
  EXPECT_EQ("127.0.0.3", second.first());
  names->set("x.test", {"127.0.0.9"});
  names->block(false);
  turnUntil([&] { return resolve("x.test").first() == "127.0.0.9"; });
  EXPECT_EQ(2, names->asked());
}

TEST_F(ResolverTest, callersShareALookUp) {
  names->set("x.test", {"127.0.0.3"});
  names->block(true);
  std::vector<Answered> answers(50);
  for (Answered& answered : answers) begin("x.test", answered);
  names->awaitAsked(1);
  names->block(false);
  for (Answered& answered : answers) {
    turnUntil([&] { return answered.ended; });
    EXPECT_EQ("127.0.0.3", answered.first());
  }
  EXPECT_EQ(1, names->asked());
}

TEST_F(ResolverTest, oneThatLeavesOrIsLateDoesNotDisturbTheOthers) {
  names->set("x.test", {"127.0.0.3"});
  names->block(true);
  Answered patient, cancelled, late, dead;
  io::Scope leaving(loop);
  leaving.spawn(
      ask(resolver, loop, workers, "x.test", {loop.after(5s), leaving.token()}, cancelled));
  begin("x.test", patient);
  calls.spawn(ask(resolver, loop, workers, "x.test", in(10ms), late));
  {
    io::Scope dying(loop);
    dying.spawn(ask(resolver, loop, workers, "x.test", in(5s), dead));
    io::test::settle(loop);
  }
  leaving.cancel();
  pass(10ms);
  EXPECT_EQ(io::Status::cancelled, cancelled.found.status);
  EXPECT_EQ(io::Status::timeout, late.found.status);
  names->block(false);
  turnUntil([&] { return patient.ended; });
  EXPECT_EQ("127.0.0.3", patient.first());
  EXPECT_FALSE(dead.ended);
}

TEST_F(ResolverTest, unknownNamesAreAskedForAgain) {
  EXPECT_EQ(io::Status::refused, resolve("x.test").found.status);
  names->set("x.test", {"127.0.0.3"});
  EXPECT_EQ("127.0.0.3", resolve("x.test").first());
}

TEST_F(ResolverTest, whatALookUpThrowsIsItsError) {
  Resolver throwing([](const std::string&) -> Result<Addresses> { throw std::runtime_error("no"); },
                    Resolver::Options());
  Answered answered;
  calls.spawn(ask(throwing, loop, workers, "x.test", in(5s), answered));
  turnUntil([&] { return answered.ended; });
  EXPECT_EQ(io::Status::refused, answered.found.status);
  EXPECT_EQ("no", answered.found.error);
}

TEST_F(ResolverTest, withoutRoomTheOldAnswerServesElseItIsBusy) {
  io::WorkerPool none(1, 0);
  Answered answered;
  calls.spawn(ask(resolver, loop, none, "x.test", in(5s), answered));
  EXPECT_EQ(io::Status::busy, answered.found.status);
  names->set("x.test", {"127.0.0.3"});
  resolve("x.test");
  pass(30s);
  calls.spawn(ask(resolver, loop, none, "x.test", in(5s), answered));
  EXPECT_EQ("127.0.0.3", answered.first());
}

TEST_F(ResolverTest, whatAnsweredGoesFirstAlsoAfterANewLookUp) {
  names->set("x.test", {"127.0.0.3", "127.0.0.4", "127.0.0.5"});
  resolve("x.test");
  resolver.prefer("x.test", Poco::Net::IPAddress("127.0.0.5"));
  EXPECT_EQ("127.0.0.5", resolve("x.test").first());
  pass(30s);
  EXPECT_EQ("127.0.0.5", resolve("x.test").first());
  EXPECT_EQ("127.0.0.3", resolve("x.test").found.addresses->at(1).toString());
  EXPECT_EQ(2, names->asked());
}

TEST_F(ResolverTest, aDistrustedNameIsLookedUpAnew) {
  names->set("x.test", {"127.0.0.3"});
  resolve("x.test");
  names->set("x.test", {"127.0.0.4"});
  resolver.distrust("x.test");
  EXPECT_EQ("127.0.0.4", resolve("x.test").first());
  EXPECT_EQ("127.0.0.4", resolve("x.test").first());
  EXPECT_EQ(2, names->asked());
}

TEST_F(ResolverTest, servesLoopsOnManyThreads) {
  for (int i = 0; i < 8; ++i) names->set("x" + std::to_string(i), {"127.0.0.3"});
  io::WorkerPool many(2, 1000);
  std::vector<std::thread> threads;
  threads.reserve(3);
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&] {
      io::Loop own;
      io::Scope scope(own);
      std::vector<Answered> answers(200);
      for (std::size_t i = 0; i < answers.size(); ++i) {
        const io::Until until{own.after(20s), scope.token()};
        scope.spawn(ask(resolver, own, many, "x" + std::to_string(i % 8), until, answers[i]));
      }
      io::test::finish(scope);
      for (const Answered& answered : answers) EXPECT_EQ("127.0.0.3", answered.first());
      resolver.prefer("x1", Poco::Net::IPAddress("127.0.0.3"));
      resolver.distrust("x2");
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST_F(ResolverTest, mayGoWhileALookUpRuns) {
  names->block(true);
  {
    Resolver brief([known = names](const std::string& host) { return known->lookUp(host); },
                   Resolver::Options());
    Answered answered;
    io::Scope scope(loop);
    scope.spawn(ask(brief, loop, workers, "x.test", in(5s), answered));
    names->awaitAsked(1);
  }
  names->block(false);
  EXPECT_EQ(io::Status::ok, resolve("upstream.test").found.status);
}

TEST(SystemLookup, knowsLocalhost) {
  const Result<Addresses> found = Resolver::systemLookup("localhost");
  ASSERT_TRUE(found) << found.error().message;
  for (const Poco::Net::IPAddress& address : *found) EXPECT_TRUE(address.isLoopback());
}

}  // namespace
}  // namespace sluice::upstream::test
