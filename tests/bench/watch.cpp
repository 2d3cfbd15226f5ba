#include "watch.hpp"

#include <array>
#include <cstdio>
#include <ctime>
#include <fstream>

#include "base/text.hpp"

namespace sluice::bench {

namespace {

constexpr std::uint64_t kNanosASecond = 1'000'000'000;

}  // namespace

std::uint64_t Watch::cpuNanos() const noexcept {
  clockid_t clock{};
  timespec used{};
  if (process_ == 0 || ::clock_getcpuclockid(process_, &clock) != 0) return 0;
  if (::clock_gettime(clock, &used) != 0) return 0;
  return static_cast<std::uint64_t>(used.tv_sec) * kNanosASecond +
         static_cast<std::uint64_t>(used.tv_nsec);
}

std::uint64_t Watch::peakKb() const {
  constexpr std::string_view kName = "VmHWM:";
  if (process_ == 0) return 0;
  std::ifstream status("/proc/" + std::to_string(process_) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (!line.starts_with(kName)) continue;
    std::string_view value = text::trim(std::string_view(line).substr(kName.size()));
    return text::parseUnsigned(value.substr(0, value.find(' '))).value_or(0);
  }
  return 0;
}

Window::Window(Arguments& arguments)
    : watch_(static_cast<pid_t>(arguments.number("watch", 0))),
      warm_(arguments.number("warm-ms", 300)),
      length_(arguments.number("window-ms", 4000)) {}

io::Task<void> Window::keep(io::Loop& loop) {
  const io::Until warm{loop.after(warm_), {}};
  co_await loop.sleep(warm);
  cpuBegan_ = watch_.cpuNanos();
  began_ = std::chrono::steady_clock::now();
  open_ = true;
  const io::Until end{began_ + length_, {}};
  co_await loop.sleep(end);
  cpuEnded_ = watch_.cpuNanos();
  ended_ = std::chrono::steady_clock::now();
  open_ = false;
  over_ = true;
}

double Window::seconds() const noexcept {
  return std::chrono::duration<double>(ended_ - began_).count();
}

std::string Window::usage(std::uint64_t count) const {
  const double micros = static_cast<double>(cpuEnded_ - cpuBegan_) / 1000;
  return "\"cpu_us_each\":" + decimal(count == 0 ? 0 : micros / static_cast<double>(count)) +
         ",\"peak_kb\":" + std::to_string(watch_.peakKb());
}

std::string decimal(double value) {
  std::array<char, 64> text;
  std::snprintf(text.data(), text.size(), "%.2f", value);
  return text.data();
}

}  // namespace sluice::bench
