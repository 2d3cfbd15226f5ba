#include "io/offload.hpp"

#include <latch>
#include <stdexcept>
#include <thread>

#include "io/test_support.hpp"

namespace sluice::io::test {
namespace {

TEST(Offload, bringsValuesAndExceptionsBackToTheLoop) {
  Loop loop;
  WorkerPool workers(2, 64);
  Scope scope(loop);
  int sum = 0;
  for (int i = 0; i < 50; ++i) {
    scope.spawn([](Loop& l, WorkerPool& pool, int n, int& total) -> Task<void> {
      const auto home = std::this_thread::get_id();
      const Until until{l.after(10s), {}};
      const auto work = [n, home] {
        EXPECT_NE(home, std::this_thread::get_id());
        if (n % 10 == 9) throw std::runtime_error("ten");
        return std::string(static_cast<std::size_t>(n), 'x');
      };
      try {
        const auto made = co_await offload(pool, l, until, work);
        EXPECT_EQ(home, std::this_thread::get_id());
        EXPECT_EQ(static_cast<std::size_t>(n), made.value->size());
        ++total;
      } catch (const std::runtime_error&) {
        total += 100;
      }
    }(loop, workers, i, sum));
  }
  finish(scope);
  EXPECT_EQ(545, sum);
}

TEST(Offload, aBusyThreadKeepsNoneWaitingWhileThereMayBeMore) {
  std::latch together(3);
  WorkerPool workers(3, 64);
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(workers.submit([&together] { together.arrive_and_wait(); }));
  }
  std::latch ended(1);
  workers.submit([&] {
    together.arrive_and_wait();
    ended.count_down();
  });
  ended.wait();
}

TEST(Offload, fullQueueSaysBusyAndAbandonedWorkIsNotRun) {
  Loop loop;
  auto ran = std::make_shared<std::atomic<int>>(0);
  int busy = 0;
  {
    WorkerPool workers(1, 2);
    std::mutex gate;
    std::atomic<bool> started = false;
    std::unique_lock lock(gate);
    workers.submit([&gate, &started] {
      started = true;
      const std::lock_guard inner(gate);
    });
    while (!started) std::this_thread::yield();
    {
      Scope scope(loop);
      for (int i = 0; i < 3; ++i) {
        scope.spawn([](Loop& l, WorkerPool& pool, std::shared_ptr<std::atomic<int>> count,
                       int& refused) -> Task<void> {
          const Until until{l.after(10s), {}};
          const auto work = [count] { ++*count; };
          const auto done = co_await offload(pool, l, until, work);
          if (done.status == Status::busy) ++refused;
        }(loop, workers, ran, busy));
      }
    }
    lock.unlock();
  }
  EXPECT_EQ(1, busy);
  EXPECT_EQ(0, *ran);
}

TEST(Offload, resultThatComesAfterTheCallerDiedIsDropped) {
  Loop loop;
  std::mutex gate;
  std::unique_lock lock(gate);
  auto kept = std::make_shared<int>(1);
  {
    WorkerPool workers(1, 2);
    std::atomic<bool> started = false;
    {
      Scope scope(loop);
      scope.spawn([](Loop& l, WorkerPool& pool, std::mutex& m, std::atomic<bool>& on,
                     std::shared_ptr<int> value) -> Task<void> {
        const Until until{l.after(10s), {}};
        const auto work = [&m, &on, value] {
          on = true;
          const std::lock_guard inner(m);
          return value;
        };
        co_await offload(pool, l, until, work);
        ADD_FAILURE() << "the caller was destroyed";
      }(loop, workers, gate, started, kept));
      while (!started) std::this_thread::yield();
    }
    lock.unlock();
  }
  settle(loop);
  EXPECT_EQ(1, kept.use_count());
}

}  // namespace
}  // namespace sluice::io::test
