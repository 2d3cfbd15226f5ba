#include "io/scope.hpp"

#include <stdexcept>
#include <string>

#include "io/test_support.hpp"

namespace sluice::io::test {
namespace {

Task<void> fail(const char* what) {
  throw std::runtime_error(what);
  co_return;
}

TEST_F(LoopTest, joinWaitsForAllAndThrowsTheFirstFailure) {
  std::string caught;
  int ended = 0;
  run([](Loop& l, std::string& text, int& count) -> Task<void> {
    Scope scope(l);
    for (int i = 0; i < 3; ++i) {
      scope.spawn([](Loop& inner, CancelToken cancel, int& n) -> Task<void> {
        const Wake wake = co_await inner.sleep(Until{kNever, cancel});
        EXPECT_EQ(Wake::cancelled, wake);
        co_await inner.yield();
        ++n;
      }(l, scope.token(), count));
    }
    scope.spawn([](Loop& inner) -> Task<void> {
      co_await inner.yield();
      co_await fail("one of four");
    }(l));
    try {
      co_await scope.join();
    } catch (const std::runtime_error& error) {
      text = error.what();
    }
    EXPECT_EQ(3, count);
  }(loop, caught, ended));
  EXPECT_EQ("one of four", caught);
}

TEST_F(LoopTest, cancelReachesTheWholeTree) {
  int ended = 0;
  auto leaf = [](Loop& l, CancelToken cancel, int& count) -> Task<void> {
    co_await l.sleep(Until{kNever, cancel});
    ++count;
  };
  auto branch = [&leaf](Loop& l, CancelToken cancel, int& count) -> Task<void> {
    Scope scope(l, cancel);
    scope.spawn(leaf(l, scope.token(), count));
    scope.spawn(leaf(l, scope.token(), count));
    co_await scope.join();
    ++count;
  };
  Scope root(loop);
  root.spawn(branch(loop, root.token(), ended));
  root.spawn(branch(loop, root.token(), ended));
  settle(loop);
  EXPECT_EQ(0, ended);
  root.cancel();
  settle(loop);
  EXPECT_EQ(6, ended);
  EXPECT_TRUE(root.empty());
}

}  // namespace
}  // namespace sluice::io::test
