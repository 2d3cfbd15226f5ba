// Work that may block (DNS, files, databases, blocking plugins), on a bounded pool of threads.
//
//   const auto work = [name] { return lookUp(name); };  // named: see the traps of g++ 12
//   const auto found = co_await offload(pool, loop, until, work);
//
// The coroutine resumes on its own loop. The function owns what it uses: by value, never by
// reference, for it may outlive the caller. On a timeout, on cancellation and when the coroutine is
// destroyed the caller goes on at once; a function that waits in the queue is then never run, one
// that runs is run to its end and its result dropped. A full queue says busy.
// What the function throws, the await throws.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <type_traits>
#include <vector>

#include "io/status.hpp"

namespace sluice::io {

class WorkerPool {
 public:
  // A thread begins when there is work and none is free, until there are `threads`.
  WorkerPool(std::size_t threads, std::size_t queueLimit);
  ~WorkerPool();  // drops what is queued, waits for what runs
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  bool submit(std::function<void()> work);  // any thread; false: the queue is full

 private:
  void work();
  bool begin();
  const std::size_t mostThreads_;
  const std::size_t queueLimit_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> queue_;
  std::size_t idle_ = 0;  // threads that wait for work, or have been told of it
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

template <class T>
struct Offloaded {
  Status status;           // ok, timeout, cancelled or busy
  std::optional<T> value;  // with ok
};

namespace detail {

struct Nothing {};

template <class F>
class Offload : public Wait {
  using Raw = std::invoke_result_t<F&>;

 public:
  using Value = std::conditional_t<std::is_void_v<Raw>, Nothing, Raw>;

  Offload(WorkerPool& pool, Loop& loop, Until until, F function)
      : Wait(loop, until), pool_(pool), job_(std::make_shared<Job>(std::move(function))) {}
  Offload(const Offload&) = delete;
  ~Offload() {
    job_->abandoned.store(true, std::memory_order_relaxed);
    job_->waiter = nullptr;
  }

  bool await_suspend(std::coroutine_handle<> handle) {
    const std::shared_ptr<Job> job = job_;
    const auto mailbox = loop().mailbox();
    busy_ = !pool_.submit([job, mailbox] {
      if (job->abandoned.load(std::memory_order_relaxed)) return;
      job->run();
      mailbox->post([job] {  // on the loop's thread, where `waiter` lives
        if (job->waiter != nullptr) job->waiter->complete(Wake::ready);
      });
    });
    if (busy_) return false;
    job_->waiter = this;
    arm(handle);
    return true;
  }

  Offloaded<Value> await_resume() {
    const Wake wake = Wait::await_resume();
    if (busy_) return {Status::busy, std::nullopt};
    if (wake != Wake::ready) return {toStatus(wake), std::nullopt};
    if (job_->error) std::rethrow_exception(job_->error);
    return {Status::ok, std::move(job_->value)};
  }

 private:
  struct Job {
    explicit Job(F f) : function(std::move(f)) {}
    void run() noexcept {
      try {
        if constexpr (std::is_void_v<Raw>) {
          function();
          value.emplace();
        } else {
          value.emplace(function());
        }
      } catch (...) {
        error = std::current_exception();
      }
    }
    F function;
    std::optional<Value> value;  // written by the worker, read after its letter has arrived
    std::exception_ptr error;
    std::atomic<bool> abandoned{false};
    Wait* waiter = nullptr;  // the loop's thread only
  };
  WorkerPool& pool_;
  std::shared_ptr<Job> job_;
  bool busy_ = false;
};

}  // namespace detail

template <class F>
[[nodiscard]] auto offload(WorkerPool& pool, Loop& loop, Until until, F function) {
  return detail::Offload<F>(pool, loop, until, std::move(function));
}

}  // namespace sluice::io
