// Wait: the one way to wait; it resumes exactly once, with ready, timeout or cancelled.
// Slot: what a wait waits for, one direction of a descriptor.
// Threads: one loop.
#pragma once

#include <array>
#include <coroutine>
#include <cstdint>

#include "io/cancel.hpp"
#include "io/clock.hpp"
#include "io/list.hpp"
#include "io/timer_wheel.hpp"

namespace sluice::io {

enum class Wake : std::uint8_t { ready, timeout, cancelled };

// What bounds a wait. Every wait takes one: no call waits for ever by default.
struct Until {
  Deadline deadline;
  CancelToken cancel;
};

class Loop;
class Wait;

// One direction of a descriptor. `ready` stays set until an attempt finds nothing more to do.
// At most two wait at a time: the reader and the writer of a connection, for TLS may make both want
// the same direction.
struct Slot {
  explicit Slot(bool isReady) noexcept : ready(isReady) {}
  void set() noexcept {
    ready = true;
    wake(Wake::ready);
  }
  void wake(Wake wake) noexcept;  // both, if there are any
  bool ready;
  std::array<Wait*, 2> waiters{};
};

struct ReadyTag;

// An awaiter. `co_await Wait(loop, until, &slot)` waits for a slot, with two slots for either of
// them, with none for the deadline alone. A wait begun when cancelled, or after its deadline, says
// so even if a slot is ready: a total deadline holds on a stream that never falls silent.
// Afterwards the first thing to happen wins; within one turn events go before timers.
class [[nodiscard]] Wait : public Link<ReadyTag>, private Timer, private CancelHook {
 public:
  Wait(Loop& loop, Until until, Slot* first = nullptr, Slot* second = nullptr) noexcept
      : loop_(loop), until_(until), slots_{first, second == first ? nullptr : second} {}
  ~Wait() { disarm(); }

  bool await_ready() noexcept;
  void await_suspend(std::coroutine_handle<> handle) noexcept { arm(handle); }
  Wake await_resume() const noexcept { return wake_; }

  // Marks the wait as over; the coroutine runs later in this turn, or in the next. The first wins.
  void complete(Wake wake) noexcept;

 protected:
  void arm(std::coroutine_handle<> handle) noexcept;
  Loop& loop() const noexcept { return loop_; }

 private:
  friend class Loop;
  void disarm() noexcept;
  void onCancel() noexcept override { complete(Wake::cancelled); }

  Loop& loop_;
  Until until_;
  std::array<Slot*, 2> slots_;
  std::coroutine_handle<> handle_;
  Wake wake_ = Wake::ready;
  bool armed_ = false;
};

}  // namespace sluice::io
