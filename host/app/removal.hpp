// Removal: what a reload took out, and by when the calls that still use it are to end. Each loop
// ends its own; the last one says how many there were.
// Threads: any.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <mutex>
#include <string>

#include "io/clock.hpp"
#include "plugins/instance.hpp"

namespace sluice::app {

class Removal {
 public:
  // Begins now.
  Removal(std::size_t loops, std::chrono::seconds patience);
  io::Deadline deadline() const noexcept { return deadline_; }

  void ended(const plugins::Instance& instance);  // a call that used it was made to end
  void loopIsDone();

 private:
  const std::chrono::seconds patience_;
  const io::Deadline deadline_;
  std::mutex mutex_;
  std::size_t loops_;
  std::map<std::string, std::size_t> calls_;  // by instance
};

}  // namespace sluice::app
