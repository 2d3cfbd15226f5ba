// Mailbox: the way from any thread to a loop's.
// Threads: post() any; the rest is the loop's.
#pragma once

#include <functional>
#include <mutex>
#include <vector>

namespace sluice::io {

// Takes work from any thread to a loop's; outlives the loop for those who still hold it.
class Mailbox {
 public:
  Mailbox();
  ~Mailbox();
  bool post(std::function<void()> work);  // false: the loop is over, `work` was dropped

 private:
  friend class Loop;
  void drain(std::vector<std::function<void()>>& into);
  void close();
  int eventFd_;
  std::mutex mutex_;
  std::vector<std::function<void()>> letters_;
  bool closed_ = false;
};

}  // namespace sluice::io
