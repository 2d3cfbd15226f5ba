#include "faulty.hpp"

struct Schemeless : Idle {
  static constexpr auto config_schema = R"({"type": "object")";
};

SLUICE_PLUGIN("Tests", "1.0.0", "Apache-2.0", sluice::StrategyComponent<Schemeless>)
