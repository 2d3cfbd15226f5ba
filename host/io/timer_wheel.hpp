// A hierarchical timer wheel: seven levels of 64 slots, one tick a millisecond, 139 years.
// Insert and remove are O(1); a timer moves down at most six times before it fires. One bitmap a
// level tells the next tick with work without walking the slots.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

#include "io/list.hpp"

namespace sluice::io {

struct TimerTag;
struct Timer : Link<TimerTag> {
  std::uint64_t tick = 0;
  std::uint8_t level = 0;
  std::uint8_t place = 0;
};

class TimerWheel {
 public:
  static constexpr std::uint64_t kNever = ~std::uint64_t{0};

  // `tick` must lie after the last advance. The timer must be removed before it dies.
  void insert(Timer& timer, std::uint64_t tick) noexcept {
    timer.tick = std::clamp(tick, now_ + 1, kLast);
    put(timer);
  }

  void remove(Timer& timer) noexcept {
    if (!timer.linked()) return;
    static_cast<Link<TimerTag>&>(timer).unlink();
    if (slots_[timer.level][timer.place].empty()) clear(timer.level, timer.place);
  }

  // The next tick at which advance() has something to do: a timer, or a slot to spread out.
  std::uint64_t next() const noexcept {
    const int level = lowestLevel();
    return level < 0 ? kNever : startOf(level, std::countr_zero(used_[level]));
  }

  // Calls fire(Timer&) for each timer whose tick has come. `fire` may insert and remove timers.
  template <class Fire>
  void advance(std::uint64_t now, Fire fire) {
    for (;;) {
      const int level = lowestLevel();
      if (level < 0) break;
      const int slot = std::countr_zero(used_[level]);
      const std::uint64_t start = startOf(level, slot);
      if (start > now) break;
      now_ = start;
      clear(level, slot);
      while (Timer* timer = slots_[level][slot].popFront()) {
        if (timer->tick <= start) {
          fire(*timer);
        } else {
          put(*timer);  // always at a lower level
        }
      }
    }
    now_ = std::max(now_, now);
  }

 private:
  static constexpr int kBits = 6;
  static constexpr int kLevels = 7;
  static constexpr std::uint64_t kLast = (std::uint64_t{1} << (kBits * kLevels)) - 1;

  // The level of the highest bit in which `tick` differs from now: every used slot then lies ahead
  // of the hand, and a lower level is always due before a higher one.
  void put(Timer& timer) noexcept {
    const int bit = 63 - std::countl_zero((timer.tick ^ now_) | 63);
    timer.level = static_cast<std::uint8_t>(bit / kBits);
    timer.place = static_cast<std::uint8_t>((timer.tick >> (kBits * timer.level)) & 63);
    used_[timer.level] |= std::uint64_t{1} << timer.place;
    slots_[timer.level][timer.place].pushBack(timer);
  }
  void clear(int level, int slot) noexcept { used_[level] &= ~(std::uint64_t{1} << slot); }
  int lowestLevel() const noexcept {
    for (int level = 0; level < kLevels; ++level) {
      if (used_[level] != 0) return level;
    }
    return -1;
  }
  std::uint64_t startOf(int level, int slot) const noexcept {
    const int above = kBits * (level + 1);
    return ((now_ >> above) << above) + (static_cast<std::uint64_t>(slot) << (kBits * level));
  }

  std::uint64_t now_ = 0;
  std::array<std::uint64_t, kLevels> used_{};
  std::array<std::array<List<Timer, TimerTag>, 64>, kLevels> slots_;
};

}  // namespace sluice::io
