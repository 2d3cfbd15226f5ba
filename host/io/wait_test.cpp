#include <utility>
#include <vector>

#include "io/test_support.hpp"

namespace sluice::io::test {
namespace {

struct EitherTest : LoopTest {
  std::pair<ConnectionPtr, ConnectionPtr> pair = connectedPair(loop);
  std::pair<ConnectionPtr, ConnectionPtr> other = connectedPair(loop);
  int ended = 0;
  Status status = Status::again;
  bool first = false, second = false;
  static Task<void> wait(EitherTest& t, Until until) {
    char buffer[1];
    t.pair.first->tryRead(buffer);
    t.other.first->tryRead(buffer);
    const Wake wake = co_await waitEither(*t.pair.first, *t.other.first, until);
    t.status = toStatus(wake);
    t.first = t.pair.first->readSlot().ready;
    t.second = t.other.first->readSlot().ready;
    ++t.ended;
  }
};

TEST_F(EitherTest, tellsWhich) {
  Scope scope(loop);
  scope.spawn(wait(*this, in(1000ms)));
  settle(loop);
  other.second->tryWrite("x");
  settle(loop);
  EXPECT_EQ(1, ended);
  EXPECT_EQ(Status::ok, status);
  EXPECT_TRUE(!first && second);
}

TEST_F(EitherTest, peerThatLeavesWakes) {
  Scope scope(loop);
  scope.spawn(wait(*this, in(1000ms)));
  settle(loop);
  other.second.reset();
  settle(loop);
  EXPECT_TRUE(ended == 1 && second && other.first->hungUp());
  char buffer[4];
  EXPECT_EQ(Status::eof, other.first->tryRead(buffer).status);
}

TEST_F(EitherTest, bothAndDeadlineAndCancelInOneTurnWakeOnce) {
  Scope scope(loop);
  scope.spawn(wait(*this, in(1000ms, scope.token())));
  settle(loop);
  pair.second->tryWrite("x");
  other.second->tryWrite("x");
  clock.time += 2000ms;
  settle(loop);
  scope.cancel();
  settle(loop);
  EXPECT_EQ(1, ended);
  EXPECT_EQ(Status::ok, status);  // events go before timers
  EXPECT_TRUE(first && second);
}

TEST_F(EitherTest, whoWaitsOnADescriptorThatDiesIsCancelled) {
  Scope scope(loop);
  char buffer[1];
  pair.first->tryRead(buffer);
  scope.spawn([](EitherTest& t, Until until) -> Task<void> {
    const Wake wake = co_await Wait(t.loop, until, &t.pair.first->readSlot());
    t.status = toStatus(wake);
  }(*this, in(1000ms)));
  settle(loop);
  pair.first.reset();
  settle(loop);
  EXPECT_EQ(Status::cancelled, status);
}

// Two descriptors become readable in one batch. The first reader closes the second connection and
// opens another, which gets the same number: the event of the dead one must reach nobody.
TEST_F(EitherTest, descriptorReusedWithinOneBatch) {
  Scope scope(loop), victims(loop);
  char buffer[1];
  pair.first->tryRead(buffer);
  other.first->tryRead(buffer);
  const int number = other.first->socket().impl()->sockfd();
  ConnectionPtr fresh, freshPeer;
  Status victim = Status::again;
  scope.spawn([](EitherTest& t, Scope& doomed, ConnectionPtr& a, ConnectionPtr& b,
                 Until until) -> Task<void> {
    co_await Wait(t.loop, until, &t.pair.first->readSlot());
    doomed.cancel();
    t.other.first.reset();
    auto made = connectedPair(t.loop);
    a = std::move(made.first);
    b = std::move(made.second);
    char one[1];
    a->tryRead(one);  // empty: from here on only a true event makes it ready
  }(*this, victims, fresh, freshPeer, in(1000ms)));
  victims.spawn([](EitherTest& t, Status& out, Until until) -> Task<void> {
    const Wake wake = co_await Wait(t.loop, until, &t.other.first->readSlot());
    out = toStatus(wake);
  }(*this, victim, in(1000ms, victims.token())));
  settle(loop);
  pair.second->tryWrite("x");
  other.second->tryWrite("x");
  settle(loop);
  EXPECT_TRUE(scope.empty() && victims.empty());
  // The victim's event came first: it wakes once and finds no connection, rather than a wrong one.
  EXPECT_EQ(Status::ok, victim);
  ASSERT_EQ(number, fresh->socket().impl()->sockfd());
  EXPECT_FALSE(fresh->readSlot().ready);
}

// --- a reader and a writer on one slot ---

struct SlotTest : LoopTest {
  Slot slot{false};
  static Task<void> wait(SlotTest& t, Until until, std::vector<Wake>& woken) {
    const Wake wake = co_await Wait(t.loop, until, &t.slot);
    woken.push_back(wake);
  }
};

TEST_F(SlotTest, wakesReaderAndWriter) {
  std::vector<Wake> woken;
  Scope scope(loop);
  scope.spawn(wait(*this, in(1000ms), woken));
  scope.spawn(wait(*this, in(1000ms), woken));
  settle(loop);
  slot.set();
  settle(loop);
  EXPECT_EQ((std::vector<Wake>{Wake::ready, Wake::ready}), woken);
}

TEST_F(SlotTest, oneMayLeaveAndAnotherTakeItsPlace) {
  std::vector<Wake> first, second, third;
  Scope scope(loop);
  scope.spawn(wait(*this, in(10ms), first));
  scope.spawn(wait(*this, in(1000ms), second));
  pass(10ms);
  EXPECT_EQ(std::vector<Wake>{Wake::timeout}, first);
  scope.spawn(wait(*this, in(1000ms), third));
  settle(loop);
  slot.set();
  settle(loop);
  EXPECT_EQ(std::vector<Wake>{Wake::ready}, second);
  EXPECT_EQ(std::vector<Wake>{Wake::ready}, third);
}

TEST_F(SlotTest, oneThatDiesLeavesTheOther) {
  std::vector<Wake> dead, alive;
  Scope scope(loop);
  {
    Scope doomed(loop);
    doomed.spawn(wait(*this, in(1000ms), dead));
    scope.spawn(wait(*this, in(1000ms), alive));
  }
  slot.set();
  settle(loop);
  EXPECT_TRUE(dead.empty());
  EXPECT_EQ(std::vector<Wake>{Wake::ready}, alive);
}

// With TLS reading and writing may both want the same slot of one connection.
TEST_F(SlotTest, aWaitForTheSameSlotTwiceTakesOnePlace) {
  std::vector<Wake> twice, once;
  Scope scope(loop);
  scope.spawn([](SlotTest& t, Until until, std::vector<Wake>& woken) -> Task<void> {
    const Wake wake = co_await Wait(t.loop, until, &t.slot, &t.slot);
    woken.push_back(wake);
  }(*this, in(1000ms), twice));
  scope.spawn(wait(*this, in(1000ms), once));
  settle(loop);
  slot.set();
  settle(loop);
  EXPECT_EQ(std::vector<Wake>{Wake::ready}, twice);
  EXPECT_EQ(std::vector<Wake>{Wake::ready}, once);
}

TEST_F(SlotTest, aThirdIsAFaultOfTheProgram) {
  std::vector<Wake> woken;
  Scope scope(loop);
  scope.spawn(wait(*this, in(1000ms), woken));
  scope.spawn(wait(*this, in(1000ms), woken));
  EXPECT_DEATH(scope.spawn(wait(*this, in(1000ms), woken)), "");
}

}  // namespace
}  // namespace sluice::io::test
