// Watch: what a process of ours has used, all its threads together.
// Window: the part of a load that is measured, after the warm-up and before the end.
// Threads: one loop's.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

#include "arguments.hpp"
#include "io/loop.hpp"

namespace sluice::bench {

class Watch {
 public:
  // Process 0 stands for none: everything is then nought.
  explicit Watch(pid_t process) noexcept : process_(process) {}

  // User and system time. The same sum as utime + stime of /proc/PID/stat, without their rounding
  // to ticks of 10 ms.
  std::uint64_t cpuNanos() const noexcept;
  std::uint64_t peakKb() const;  // VmHWM

 private:
  pid_t process_;
};

class Window {
 public:
  // Options --watch PID, --warm-ms, --window-ms.
  explicit Window(Arguments& arguments);

  io::Task<void> keep(io::Loop& loop);  // opens and shuts it; spawn it beside the load
  bool open() const noexcept { return open_; }
  bool over() const noexcept { return over_; }  // begin nothing more
  double seconds() const noexcept;
  // `"cpu_us_each":..,"peak_kb":..`, the CPU time shared out among `count`.
  std::string usage(std::uint64_t count) const;

 private:
  Watch watch_;
  std::chrono::milliseconds warm_;
  std::chrono::milliseconds length_;
  io::TimePoint began_;
  io::TimePoint ended_;
  std::uint64_t cpuBegan_ = 0;
  std::uint64_t cpuEnded_ = 0;
  bool open_ = false;
  bool over_ = false;
};

std::string decimal(double value);  // two digits after the point

}  // namespace sluice::bench
