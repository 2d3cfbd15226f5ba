#include "plugins/control.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "plugins/instance.hpp"
#include "plugins/log.hpp"

namespace sluice::plugins {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kLong{2};

class ControlThread {
 public:
  struct Work {
    std::string label;
    const char* function = "";
    std::function<void()> run;
  };

  ControlThread() {
    std::thread([this] { run(); }).detach();
    std::thread([this] { watch(); }).detach();
  }

  void add(Work work) {
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
      current_ = std::move(queue_.front());
      queue_.pop_front();
      busy_ = true;
      ++turn_;
      began_ = Clock::now();
      if (watcherSleeps_) watched_.notify_one();
      lock.unlock();
      current_.run();
      current_.run = nullptr;  // what it owned may give the thread more to do
      lock.lock();
      busy_ = false;
      if (queue_.empty()) changed_.notify_all();
    }
  }

  // Says so when one piece of work takes long: what waits behind it may be another plugin's.
  void watch() {
    std::uint64_t told = 0;
    std::unique_lock lock(mutex_);
    for (;;) {
      watcherSleeps_ = true;
      watched_.wait(lock, [&] { return busy_ && turn_ != told; });
      watcherSleeps_ = false;
      const std::uint64_t turn = turn_;
      const auto due = began_ + kLong;
      watched_.wait_until(lock, due, [&] { return Clock::now() >= due; });
      if (!busy_ || turn_ != turn) continue;
      told = turn;
      const std::string label = current_.label;
      const std::string function = current_.function;
      lock.unlock();
      log(LogLevel::warning, label,
          function + "() has taken " + std::to_string(kLong.count()) +
              " s and goes on; what other plugins have to retire, release or end waits for it");
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_, watched_;
  std::deque<Work> queue_;
  Work current_;  // its names are guarded; what it runs is the control thread's
  std::uint64_t turn_ = 0;
  Clock::time_point began_;
  bool busy_ = false;
  bool watcherSleeps_ = false;
};

// Never destroyed: it may be needed until the last moment of the process.
ControlThread& controlThread() {
  static auto* const thread = new ControlThread;
  return *thread;
}

}  // namespace

void onControlThread(std::string label, const char* function, std::function<void()> work) {
  controlThread().add({std::move(label), function, std::move(work)});
}

void retireLater(std::shared_ptr<const Instance> instance) {
  std::string label = instance->name() + " (" + instance->componentId() + ')';
  onControlThread(std::move(label), "retire",
                  [instance = std::move(instance)] { instance->retire(); });
}

void waitForRetired() { controlThread().waitUntilIdle(); }

}  // namespace sluice::plugins
