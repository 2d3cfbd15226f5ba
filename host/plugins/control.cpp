#include "plugins/control.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

namespace sluice::plugins {

namespace {

class ControlThread {
 public:
  ControlThread() {
    std::thread([this] { run(); }).detach();
  }

  void add(std::function<void()> work) {
    {
      const std::lock_guard lock(mutex_);
      queue_.push_back(std::move(work));
    }
    changed_.notify_all();
  }

  void waitUntilIdle() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return queue_.empty() && !busy_; });
  }

 private:
  void run() {
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [this] { return !queue_.empty(); });
      std::function<void()> work = std::exchange(queue_.front(), nullptr);
      queue_.pop_front();
      busy_ = true;
      lock.unlock();
      work();
      work = nullptr;  // what it owned may give the thread more to do
      lock.lock();
      busy_ = false;
      if (queue_.empty()) changed_.notify_all();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> queue_;
  bool busy_ = false;
};

// Never destroyed: it may be needed until the last moment of the process.
ControlThread& controlThread() {
  static auto* const thread = new ControlThread;
  return *thread;
}

}  // namespace

void onControlThread(std::function<void()> work) { controlThread().add(std::move(work)); }
void waitForRetired() { controlThread().waitUntilIdle(); }

}  // namespace sluice::plugins
