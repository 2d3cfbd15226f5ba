#include "io/task.hpp"

#include <memory>
#include <stdexcept>
#include <string>

#include "io/test_support.hpp"

namespace sluice::io::test {
namespace {

Task<int> give(int value) { co_return value; }
Task<int> fail(const char* what) {
  throw std::runtime_error(what);
  co_return 0;
}
Task<std::unique_ptr<int>> giveOwned(std::unique_ptr<int> value) { co_return std::move(value); }

TEST_F(LoopTest, taskIsLazyAndHandsOverValuesAndExceptions) {
  bool ran = false;
  auto mark = [](bool& flag) -> Task<void> {
    flag = true;
    co_return;
  };
  static_cast<void>(mark(ran));
  EXPECT_FALSE(ran);
  int sum = 0;
  std::string caught;
  run([](int& total, std::string& text) -> Task<void> {
    total = co_await give(40);
    const int two = co_await give(2);
    total += two;
    auto owned = co_await giveOwned(std::make_unique<int>(7));
    EXPECT_EQ(7, *owned);
    try {
      co_await fail("as told");
    } catch (const std::runtime_error& error) {
      text = error.what();
    }
  }(sum, caught));
  EXPECT_EQ(42, sum);
  EXPECT_EQ("as told", caught);
}

TEST_F(LoopTest, aMillionChildrenThatNeverWaitUseNoStack) {
  std::uint64_t sum = 0;
  run([](std::uint64_t& total) -> Task<void> {
    for (int i = 0; i < 1'000'000; ++i) {
      const int value = co_await give(1);
      total += static_cast<unsigned>(value);
    }
  }(sum));
  EXPECT_EQ(1'000'000u, sum);
}

Task<int> nested(Loop& loop, int depth) {
  if (depth == 0) {
    co_await loop.yield();
    co_return 0;
  }
  const int below = co_await nested(loop, depth - 1);
  co_return below + 1;
}

TEST_F(LoopTest, deepChainsResumeAndDie) {
  int depth = 0;
  run([](Loop& l, int& d) -> Task<void> { d = co_await nested(l, 1000); }(loop, depth));
  EXPECT_EQ(1000, depth);
  Scope scope(loop);
  scope.spawn([](Loop& l) -> Task<void> { co_await nested(l, 1000); }(loop));
  EXPECT_FALSE(scope.empty());  // and the scope's end destroys 1,001 frames
}

}  // namespace
}  // namespace sluice::io::test
