#include "io/clock.hpp"

namespace sluice::io {

Clock& steadyClock() {
  struct Steady : Clock {
    TimePoint now() override { return std::chrono::steady_clock::now(); }
  };
  static Steady clock;
  return clock;
}

}  // namespace sluice::io
