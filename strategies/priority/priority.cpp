// priority: the configured order, what is not healthy last.
#include <sluice/plugin.hpp>

namespace {

struct Priority : sluice::Strategy {
  static constexpr auto id = "sluice.priority";
  static constexpr auto description = "The configured order; what is not healthy goes last";
  static constexpr auto config_schema = R"({"type":"object","additionalProperties":false})";
  static constexpr bool may_unload = true;

  void rank(const sluice::Request& /*request*/, const sluice::Candidates& candidates,
            sluice::Order& order) const override {
    for (const bool healthy : {true, false})
      for (std::size_t i = 0; i < candidates.size(); ++i)
        if (candidates.healthy(i) == healthy) order.add(i);
  }
};

}  // namespace

SLUICE_PLUGIN("Sluice", "0.1.0", "Apache-2.0", sluice::StrategyComponent<Priority>)
