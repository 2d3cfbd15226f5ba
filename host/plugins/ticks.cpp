#include "plugins/ticks.hpp"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace sluice::plugins {

namespace {

using std::chrono::steady_clock;

// Whether the counter runs at one rate, whatever the core does and sleeps.
bool counterIsSteady() noexcept {
#if defined(__x86_64__)
  constexpr unsigned kPowerManagement = 0x80000007;
  constexpr unsigned kInvariant = 1u << 8;
  unsigned a = 0;
  unsigned b = 0;
  unsigned c = 0;
  unsigned d = 0;
  return __get_cpuid(kPowerManagement, &a, &b, &c, &d) != 0 && (d & kInvariant) != 0;
#else
  return false;
#endif
}

}  // namespace

namespace detail {
const bool kCounterIsSteady = counterIsSteady();
}

namespace {

const std::uint64_t kFirstTick = ticks();
const steady_clock::time_point kFirstTime = steady_clock::now();

}  // namespace

double microsecondsPerTick() noexcept {
  const std::uint64_t passed = ticks() - kFirstTick;
  const std::chrono::duration<double, std::micro> time = steady_clock::now() - kFirstTime;
  return passed == 0 ? 0 : time.count() / static_cast<double>(passed);
}

}  // namespace sluice::plugins
