// @NAME@: a strategy that ranks candidates by what they cost and how long they take. Change it to
// yours.
#include <algorithm>
#include <sluice/plugin.hpp>
#include <vector>

namespace {

struct @CLASS@Strategy : sluice::Strategy {
  static constexpr auto id = "@ID@", description = "Cheap and quick first; the unhealthy last";
  static constexpr bool may_unload = true;
  static constexpr auto config_schema = R"({
    "$schema": "http://json-schema.org/draft-07/schema#",
    "type": "object", "additionalProperties": false,
    "properties": {
      "second_costs": {"type": "number", "minimum": 0, "default": 1,
                       "description": "What a second counts, in USD per million tokens"}}})";

  explicit @CLASS@Strategy(const sluice::Setup& setup)
      : second_costs(sluice::Settings(setup).number("second_costs", 1)) {}

  // A pure function of what it is given: it may run on any thread, several at a time.
  void rank(const sluice::Request& /*request*/, const sluice::Candidates& candidates,
            sluice::Order& order) const override {
    std::vector<std::pair<double, std::size_t>> costs;
    costs.reserve(candidates.size());
    for (std::size_t i = 0; i < candidates.size(); ++i)
      costs.emplace_back(cost(candidates[i], candidates.healthy(i)), i);
    std::sort(costs.begin(), costs.end());
    for (const auto& [cost, index] : costs) order.add(index);
  }

  double cost(const sluice_candidate& of, bool healthy) const {
    const double money = of.price_in + of.price_out, seconds = of.latency_us * 1e-6;
    return money + seconds * second_costs + (healthy ? 0 : 1e9);
  }

  double second_costs;
};

}  // namespace

SLUICE_PLUGIN("Example", "0.1.0", "Apache-2.0", sluice::StrategyComponent<@CLASS@Strategy>)
