// Task<T>: a lazy coroutine that one parent awaits. It runs when awaited, on the loop's thread, and
// hands its value or its exception to the parent. Destroying a suspended task destroys what it
// waits for, all the way down: each awaiter takes itself out of whatever it was registered with.
#pragma once

#include <coroutine>
#include <exception>
#include <optional>
#include <utility>

#include "io/frame_pool.hpp"

namespace sluice::io {

template <class T>
class Task;

namespace detail {

struct PromiseBase {
  // Outward by symmetric transfer: a finished child becomes its parent without using stack.
  struct Final {
    bool await_ready() const noexcept { return false; }
    template <class Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> self) const noexcept {
      std::coroutine_handle<> parent = self.promise().parent;
      return parent ? parent : std::noop_coroutine();
    }
    void await_resume() const noexcept {}
  };

  static void* operator new(std::size_t size) { return FramePool::allocate(size); }
  static void operator delete(void* frame, std::size_t size) noexcept {
    FramePool::release(frame, size);
  }

  std::suspend_always initial_suspend() const noexcept { return {}; }
  Final final_suspend() const noexcept { return {}; }
  void unhandled_exception() noexcept { error = std::current_exception(); }

  std::coroutine_handle<> parent;
  std::exception_ptr error;
};

template <class T>
struct Promise : PromiseBase {
  Task<T> get_return_object() noexcept;
  template <class U>
  void return_value(U&& result) {
    value.emplace(std::forward<U>(result));
  }
  T take() {
    if (error) std::rethrow_exception(error);
    return std::move(*value);  // NOLINT(bugprone-unchecked-optional-access): it returned or threw
  }
  std::optional<T> value;
};

template <>
struct Promise<void> : PromiseBase {
  Task<void> get_return_object() noexcept;
  void return_void() const noexcept {}
  void take() const {
    if (error) std::rethrow_exception(error);
  }
};

}  // namespace detail

template <class T = void>
class [[nodiscard]] Task {
 public:
  using promise_type = detail::Promise<T>;
  using Handle = std::coroutine_handle<promise_type>;

  Task() = default;
  explicit Task(Handle handle) noexcept : handle_(handle) {}
  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  Task& operator=(Task&& other) noexcept {
    if (this != &other) reset(std::exchange(other.handle_, {}));
    return *this;
  }
  ~Task() { reset({}); }

  // Inward by a plain resume: a child that ends without waiting is seen here, and the parent goes
  // on in its own frame. With a transfer in both directions a loop over such children would grow
  // the stack in every build that makes no tail calls (-O0, the sanitizers).
  struct Awaiter {
    bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> parent) const {
      child.resume();
      if (child.done()) return false;
      child.promise().parent = parent;
      return true;
    }
    T await_resume() const { return child.promise().take(); }
    Handle child;
  };
  Awaiter operator co_await() && noexcept { return Awaiter{handle_}; }

 private:
  void reset(Handle next) noexcept {
    if (handle_) handle_.destroy();
    handle_ = next;
  }
  Handle handle_;
};

template <class T>
Task<T> detail::Promise<T>::get_return_object() noexcept {
  return Task<T>(std::coroutine_handle<Promise>::from_promise(*this));
}
inline Task<void> detail::Promise<void>::get_return_object() noexcept {
  return Task<void>(std::coroutine_handle<Promise>::from_promise(*this));
}

}  // namespace sluice::io
