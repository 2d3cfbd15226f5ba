// Loop: one thread's event loop. Edge-triggered epoll, a timer wheel, a mailbox for other threads.
// Wait: the one way to wait; it resumes exactly once, with ready, timeout or cancelled.
// Threads: everything belongs to the loop's thread but Loop::post, Loop::stop and Mailbox::post.
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
#include <mutex>
#include <vector>

#include "io/list.hpp"
#include "io/task.hpp"
#include "io/timer_wheel.hpp"

namespace sluice::io {

using TimePoint = std::chrono::steady_clock::time_point;
using Deadline = TimePoint;
constexpr Deadline kNever = Deadline::max();

struct Clock {
  virtual ~Clock() = default;
  virtual TimePoint now() = 0;
};
Clock& steadyClock();

enum class Wake : std::uint8_t { ready, timeout, cancelled };

// --- cancellation ---

struct CancelTag;
class CancelHook : public Link<CancelTag> {
 public:
  virtual void onCancel() noexcept = 0;

 protected:
  ~CancelHook() = default;
};

class CancelSource;

// A view of a CancelSource, which must outlive it. An empty token is never cancelled.
class CancelToken {
 public:
  CancelToken() = default;
  explicit CancelToken(CancelSource* source) noexcept : source_(source) {}
  bool cancelled() const noexcept;
  void attach(CancelHook& hook) const noexcept;

 private:
  CancelSource* source_ = nullptr;
};

// Cancelled by cancel() or together with its parent; there is no way back. cancel() only marks.
class CancelSource final : private CancelHook {
 public:
  explicit CancelSource(CancelToken parent = {}) noexcept {
    if (parent.cancelled()) cancelled_ = true;
    else parent.attach(*this);
  }
  void cancel() noexcept {
    cancelled_ = true;
    while (CancelHook* hook = hooks_.popFront()) hook->onCancel();
  }
  bool cancelled() const noexcept { return cancelled_; }
  CancelToken token() noexcept { return CancelToken(this); }

 private:
  friend class CancelToken;
  void onCancel() noexcept override { cancel(); }
  List<CancelHook, CancelTag> hooks_;
  bool cancelled_ = false;
};

inline bool CancelToken::cancelled() const noexcept { return source_ && source_->cancelled(); }
inline void CancelToken::attach(CancelHook& hook) const noexcept {
  if (source_) source_->hooks_.pushBack(hook);
}

// What bounds a wait. Every wait takes one: no call waits for ever by default.
struct Until {
  Deadline deadline;
  CancelToken cancel;
};

// --- waiting ---

class Loop;
class Wait;

// One direction of a descriptor. `ready` stays set until an attempt finds nothing more to do.
// At most one wait at a time.
struct Slot {
  explicit Slot(bool isReady) noexcept : ready(isReady) {}
  void set() noexcept;
  bool ready;
  Wait* waiter = nullptr;
};

struct ReadyTag;

// An awaiter. `co_await Wait(loop, until, &slot)` waits for a slot, with two slots for either of
// them, with none for the deadline alone. A wait begun when cancelled, or after its deadline, says
// so even if a slot is ready: a total deadline holds on a stream that never falls silent.
// Afterwards the first thing to happen wins; within one turn events go before timers.
class [[nodiscard]] Wait : public Link<ReadyTag>, private Timer, private CancelHook {
 public:
  Wait(Loop& loop, Until until, Slot* first = nullptr, Slot* second = nullptr) noexcept
      : loop_(loop), until_(until), slots_{first, second} {}
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
  Slot* slots_[2];
  std::coroutine_handle<> handle_;
  Wake wake_ = Wake::ready;
  bool armed_ = false;
};

// A file descriptor's registration with a loop, in both directions, edge-triggered, for its life.
// Takes itself out of epoll before the owner closes the descriptor; whoever still waits is
// cancelled.
class Descriptor {
 public:
  Descriptor(Loop& loop, int fd, bool connecting = false);
  ~Descriptor();
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  Loop& loop() const noexcept { return loop_; }
  int fd() const noexcept { return fd_; }

  Slot readable;
  Slot writable;
  bool hungUp = false;  // the peer closed or reset, seen or not yet read

 private:
  Loop& loop_;
  int fd_;
};

// --- the loop ---

// Takes work from any thread to a loop's; outlives the loop for those who still hold it.
class Mailbox {
 public:
  Mailbox();
  ~Mailbox();
  bool post(std::function<void()> work);  // false: the loop is gone, `work` was dropped

 private:
  friend class Loop;
  void drain(std::vector<std::function<void()>>& into);
  void close();
  int eventFd_;
  std::mutex mutex_;
  std::vector<std::function<void()>> letters_;
  bool closed_ = false;
};

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

// --- scopes ---

// Owns child tasks. Each starts in spawn() and runs until it ends; join() resumes when all have.
// The first child that throws cancels the others, and join() throws what it threw. A scope that
// dies with children alive destroys them where they stand; nothing they use may die before it.
class Scope {
 public:
  explicit Scope(Loop& loop, CancelToken parent = {}) noexcept : loop_(loop), cancel_(parent) {}
  ~Scope();
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;

  void spawn(Task<void> task) { run(*this, std::move(task)); }
  void cancel() noexcept { cancel_.cancel(); }
  CancelToken token() noexcept { return cancel_.token(); }
  bool empty() const noexcept { return children_.empty(); }
  Loop& loop() const noexcept { return loop_; }

  class Join : public Wait {
   public:
    explicit Join(Scope& scope) noexcept : Wait(scope.loop_, {kNever, {}}), scope_(scope) {}
    ~Join() {
      if (scope_.joiner_ == this) scope_.joiner_ = nullptr;
    }
    bool await_ready() const noexcept { return scope_.empty(); }
    void await_suspend(std::coroutine_handle<> handle) noexcept {
      scope_.joiner_ = this;
      arm(handle);
    }
    void await_resume() const {
      if (scope_.error_) std::rethrow_exception(std::exchange(scope_.error_, nullptr));
    }

   private:
    Scope& scope_;
  };
  // Takes no deadline: cancel() bounds it, for the children's waits carry this scope's token.
  Join join() noexcept { return Join(*this); }

 private:
  struct ChildTag;
  struct Child {
    struct promise_type : Link<ChildTag> {
      promise_type(Scope& owner, Task<void>&) noexcept : scope(owner) {
        owner.children_.pushBack(*this);
      }
      ~promise_type() {
        unlink();
        scope.childGone();
      }
      static void* operator new(std::size_t size) { return FramePool::allocate(size); }
      static void operator delete(void* frame, std::size_t size) noexcept {
        FramePool::release(frame, size);
      }
      Child get_return_object() const noexcept { return {}; }
      std::suspend_never initial_suspend() const noexcept { return {}; }
      std::suspend_never final_suspend() const noexcept { return {}; }
      void return_void() const noexcept {}
      void unhandled_exception() noexcept {
        if (!scope.error_) scope.error_ = std::current_exception();
        scope.cancel();
      }
      Scope& scope;
    };
  };
  static Child run(Scope&, Task<void> task) { co_await std::move(task); }
  void childGone() noexcept {
    if (joiner_ != nullptr && children_.empty()) joiner_->complete(Wake::ready);
  }

  Loop& loop_;
  CancelSource cancel_;
  List<Child::promise_type, ChildTag> children_;
  Join* joiner_ = nullptr;
  std::exception_ptr error_;
};

}  // namespace sluice::io
