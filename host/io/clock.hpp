// Clock: where loops take the time from; tests bring their own.
// Threads: steadyClock() any thread.
#pragma once

#include <chrono>

namespace sluice::io {

using TimePoint = std::chrono::steady_clock::time_point;
using Deadline = TimePoint;
constexpr Deadline kNever = Deadline::max();

struct Clock {
  virtual ~Clock() = default;
  virtual TimePoint now() = 0;
};
Clock& steadyClock();

}  // namespace sluice::io
