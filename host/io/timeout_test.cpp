#include <vector>

#include "io/test_support.hpp"

namespace sluice::io::test {
namespace {

TEST_F(LoopTest, sleepersWakeInOrderNeverEarly) {
  std::vector<int> woken;
  Scope scope(loop);
  for (int ms : {30, 10, 20, 5000, 70}) {
    scope.spawn([](Loop& l, Until until, int tag, std::vector<int>& out) -> Task<void> {
      const Wake wake = co_await l.sleep(until);
      EXPECT_EQ(Wake::timeout, wake);
      out.push_back(tag);
    }(loop, in(std::chrono::milliseconds(ms)), ms, woken));
  }
  pass(9ms);
  EXPECT_TRUE(woken.empty());
  pass(11ms);
  EXPECT_EQ((std::vector<int>{10, 20}), woken);
  pass(10000ms);
  EXPECT_EQ((std::vector<int>{10, 20, 30, 70, 5000}), woken);
  EXPECT_TRUE(scope.empty());
}

TEST_F(LoopTest, aDeadlineBetweenTwoTicksIsNotEarly) {
  Wake wake = Wake::ready;
  Scope scope(loop);
  scope.spawn([](Loop& l, Wake& out) -> Task<void> {
    const Until until{l.after(10'400us), {}};
    out = co_await l.sleep(until);
  }(loop, wake));
  pass(10ms);
  EXPECT_FALSE(scope.empty());
  pass(1ms);
  EXPECT_EQ(Wake::timeout, wake);
  EXPECT_TRUE(scope.empty());
}

TEST_F(LoopTest, theFirstCompletionWins) {
  Wait wait(loop, in(10ms));
  Wake wake = Wake::timeout;
  int resumed = 0;
  Scope scope(loop);
  scope.spawn([](Wait& w, Wake& out, int& count) -> Task<void> {
    out = co_await w;
    ++count;
  }(wait, wake, resumed));
  wait.complete(Wake::cancelled);
  wait.complete(Wake::ready);
  pass(20ms);
  EXPECT_EQ(Wake::cancelled, wake);
  EXPECT_EQ(1, resumed);
}

TEST_F(LoopTest, aHundredThousandSleepersCancelledAtOnce) {
  int cancelled = 0;
  Scope scope(loop);
  for (int i = 0; i < 100'000; ++i) {
    scope.spawn([](Loop& l, Until until, int& count) -> Task<void> {
      const Wake wake = co_await l.sleep(until);
      if (wake == Wake::cancelled) ++count;
    }(loop, in(std::chrono::milliseconds(1000 + i), scope.token()), cancelled));
  }
  scope.cancel();
  EXPECT_EQ(0, cancelled);  // cancel() marks, the loop runs
  settle(loop);
  EXPECT_EQ(100'000, cancelled);
  EXPECT_TRUE(scope.empty());
}

}  // namespace
}  // namespace sluice::io::test
