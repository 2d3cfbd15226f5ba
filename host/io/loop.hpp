// Loop: one thread's event loop. Edge-triggered epoll, a timer wheel, a mailbox for other threads.
// Threads: everything belongs to the loop's thread but post(), stop() and mailbox().
//
// A turn has two phases. First the events, the mailbox and the timers only mark who is due; then
// the due coroutines run. While event pointers are read no coroutine runs, hence no descriptor can
// die; and no cancel(), wake-up or timer ever runs a coroutine inside another one. Letters run
// between the two; they must not throw.
#pragma once

#include <atomic>
#include <chrono>
#include <coroutine>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "io/cancel.hpp"
#include "io/clock.hpp"
#include "io/descriptor.hpp"
#include "io/list.hpp"
#include "io/mailbox.hpp"
#include "io/scope.hpp"
#include "io/timer_wheel.hpp"
#include "io/wait.hpp"

namespace sluice::io {

class Loop {
 public:
  explicit Loop(Clock& clock = steadyClock());
  ~Loop();  // after every Wait and Descriptor on it
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  void run();             // until stop()
  bool turn(bool block);  // one turn; false: nothing was due
  void stop();            // any thread
  bool post(std::function<void()> work) { return mailbox_->post(std::move(work)); }  // any thread
  std::shared_ptr<Mailbox> mailbox() const { return mailbox_; }
  void closeMailbox() { mailbox_->close(); }  // for a loop that will not turn again: drops letters

  TimePoint now() const noexcept { return now_; }  // as of the start of this turn
  Deadline after(std::chrono::nanoseconds delay) const noexcept { return now_ + delay; }

  Wait sleep(Until until) noexcept { return Wait(*this, until); }  // ends with timeout
  auto yield() noexcept;  // lets the others run; for loops that may never have to wait

  // Memory for one read-and-pass-on step. Not to be held across an await: others use it too.
  std::vector<char>& scratch() noexcept { return scratch_; }

 private:
  friend class Wait;
  friend class Descriptor;
  std::uint64_t tickOf(TimePoint time, bool up) const noexcept;
  int timeoutMs() const noexcept;

  Clock& clock_;
  TimePoint start_;
  TimePoint now_;
  int epoll_;
  TimerWheel wheel_;
  List<Wait, ReadyTag> ready_;
  std::shared_ptr<Mailbox> mailbox_;
  std::vector<std::function<void()>> letters_;
  std::vector<char> scratch_;
  std::atomic<bool> stopped_{false};
};

inline auto Loop::yield() noexcept {
  struct Yield : Wait {
    explicit Yield(Loop& loop) noexcept : Wait(loop, {kNever, {}}) {}
    void await_suspend(std::coroutine_handle<> handle) noexcept {
      arm(handle);
      complete(Wake::ready);
    }
  };
  return Yield(*this);
}

}  // namespace sluice::io
