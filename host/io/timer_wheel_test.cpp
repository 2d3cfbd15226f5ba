#include "io/timer_wheel.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace sluice::io::test {
namespace {

TEST(TimerWheel, agreesWithASortedListAtRandom) {
  std::mt19937_64 random(7);
  std::vector<Timer> timers(5000);
  TimerWheel wheel;
  std::uint64_t now = 0;
  std::size_t left = timers.size();
  for (Timer& timer : timers) {
    const int bits = static_cast<int>(random() % 30);
    wheel.insert(timer, 1 + (random() & ((std::uint64_t{1} << bits) - 1)));
  }
  for (std::size_t i = 0; i < timers.size(); i += 3) {
    wheel.remove(timers[i]);
    --left;
  }
  while (left > 0) {
    const std::uint64_t next = wheel.next();
    ASSERT_NE(TimerWheel::kNever, next);
    const std::uint64_t before = now;
    now = random() % 4 == 0 ? next + random() % 100000 : next;
    wheel.advance(now, [&](Timer& timer) {
      EXPECT_GT(timer.tick, before);
      EXPECT_LE(timer.tick, now);
      --left;
    });
    for (Timer& timer : timers) {
      if (timer.linked()) {
        ASSERT_GT(timer.tick, now);
      }
    }
  }
  EXPECT_EQ(TimerWheel::kNever, wheel.next());
}

TEST(TimerWheel, aMillionTimers) {
  constexpr std::size_t kCount = 1'000'000;
  std::vector<Timer> timers(kCount);
  TimerWheel wheel;
  std::mt19937_64 random(1);
  for (Timer& timer : timers) wheel.insert(timer, 1 + random() % 600'000);
  for (std::size_t i = 0; i < kCount; i += 2) wheel.remove(timers[i]);
  std::size_t fired = 0;
  std::uint64_t last = 0;
  for (std::uint64_t now = 1; now <= 600'000; now += 10) {
    wheel.advance(now, [&](Timer& timer) {
      EXPECT_GE(timer.tick, last);
      last = timer.tick;
      ++fired;
    });
  }
  wheel.advance(600'001, [&](Timer&) { ++fired; });
  EXPECT_EQ(kCount / 2, fired);
  EXPECT_EQ(TimerWheel::kNever, wheel.next());
}

}  // namespace
}  // namespace sluice::io::test
