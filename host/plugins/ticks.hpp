// A clock for measuring what happens very often: cheaper to read than the system's where the
// processor counts steadily. Its unit is known only afterwards: see microsecondsPerTick().
// Threads: any.
#pragma once

#include <chrono>
#include <cstdint>
#if defined(__x86_64__)
#include <x86intrin.h>
#endif

namespace sluice::plugins {

namespace detail {
extern const bool kCounterIsSteady;
}

inline std::uint64_t ticks() noexcept {
#if defined(__x86_64__)
  if (detail::kCounterIsSteady) return __rdtsc();
#endif
  return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
}

// Measured since the program began: the better the longer that is.
double microsecondsPerTick() noexcept;

}  // namespace sluice::plugins
