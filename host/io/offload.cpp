#include "io/offload.hpp"

#include <system_error>
#include <utility>

namespace sluice::io {

WorkerPool::WorkerPool(std::size_t threads, std::size_t queueLimit)
    : mostThreads_(threads), queueLimit_(queueLimit) {}

WorkerPool::~WorkerPool() {
  std::deque<std::function<void()>> dropped;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    dropped.swap(queue_);
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

bool WorkerPool::submit(std::function<void()> work) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || queue_.size() >= queueLimit_) return false;
    if (queue_.size() >= idle_ && threads_.size() < mostThreads_ && !begin()) return false;
    queue_.push_back(std::move(work));
  }
  wake_.notify_one();
  return true;
}

// False: the system gives no thread, and there is none yet.
bool WorkerPool::begin() {
  try {
    threads_.emplace_back([this] { work(); });
  } catch (const std::system_error&) {
    return !threads_.empty();
  }
  return true;
}

void WorkerPool::work() {
  for (;;) {
    std::function<void()> next;
    {
      std::unique_lock lock(mutex_);
      ++idle_;
      wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      --idle_;
      if (stopping_) return;
      next = std::move(queue_.front());
      queue_.pop_front();
    }
    next();
  }
}

}  // namespace sluice::io
