#include "faulty.hpp"

struct Demanding : Idle {
  static constexpr const char* requires_ext[] = {SLUICE_EXT_HOST_CLOCK, "test.host.teleport/1"};
};

SLUICE_PLUGIN("Tests", "1.0.0", "Apache-2.0", sluice::StrategyComponent<Demanding>)
