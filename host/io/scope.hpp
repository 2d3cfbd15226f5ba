// Scope: owns tasks that run beside each other, and joins them.
// Threads: one loop.
#pragma once

#include <coroutine>
#include <exception>
#include <utility>

#include "io/frame_pool.hpp"
#include "io/list.hpp"
#include "io/task.hpp"
#include "io/wait.hpp"

namespace sluice::io {

// Owns child tasks. Each starts in spawn() and runs until it ends; join() resumes when all have.
// The first child that throws cancels the others, and join() throws what it threw. A scope that
// dies with children alive destroys them where they stand; nothing they use may die before it.
class Scope {
 public:
  explicit Scope(Loop& loop, CancelToken parent = {}) noexcept : loop_(loop), cancel_(parent) {}
  ~Scope() {
    while (Child::promise_type* child = children_.front()) {
      std::coroutine_handle<Child::promise_type>::from_promise(*child).destroy();
    }
  }
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
