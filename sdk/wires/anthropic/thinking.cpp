#include "thinking.hpp"

#include <algorithm>
#include <array>

namespace anthropic {
namespace {

using sluice::Body;

constexpr std::uint64_t kLeastBudget = 1024;  // the upstream refuses less

// Budgets that leave 8,192 tokens of the 32,000 that the smallest thinking model may answer with.
struct Level {
  std::string_view effort;
  std::uint64_t budget;
};
constexpr std::array<Level, 6> kLevels = {{{"minimal", 1024},
                                           {"low", 2048},
                                           {"medium", 8192},
                                           {"high", 16384},
                                           {"xhigh", 20480},
                                           {"max", 23552}}};

const Level* levelOf(std::string_view effort) {
  for (const Level& level : kLevels)
    if (level.effort == effort) return &level;
  return nullptr;
}

std::string_view nearestEffort(std::uint64_t budget) {
  for (const Level& level : kLevels)
    if (budget <= level.budget) return level.effort;
  return "max";
}

std::string_view adaptiveEffort(std::string_view effort, const Abilities& abilities) {
  if (effort == "minimal") return "low";
  if (effort == "xhigh" && !abilities.xhigh) return "high";
  return effort;
}

// Fits the budget below the limit, or the limit above the budget if the request sets none.
// `out.maxTokens` is what the request says, or will say if it asks for no thoughts.
void fit(const Wish& wish, std::uint64_t budget, bool byEffort, std::uint64_t longest, Plan& out) {
  budget = std::max(budget, kLeastBudget);
  const bool told = wish.limit != 0;
  if (!told) out.maxTokens = atMost(longest, budget + wish.otherwise);
  if (budget >= out.maxTokens || (told && byEffort && budget > out.maxTokens / 2)) {
    budget = out.maxTokens / 2;  // the answer needs its part
  }
  if (budget < kLeastBudget) {
    out.dropped = true;
    return;
  }
  out.mode = Plan::Mode::budget;
  out.budget = budget;
}

}  // namespace

Plan plan(const Wish& wish, const Abilities& abilities) {
  Plan out;
  out.maxTokens = atMost(abilities.longest, wish.limit != 0 ? wish.limit : wish.otherwise);
  const bool hasBudget = wish.budget.exists() && !wish.budget.isNull();
  const bool hasEffort = wish.effort.exists() && !wish.effort.isNull();
  if (hasBudget && !wish.budget.unsignedInteger())
    Body::refuse("reasoning_budget", "must be a whole number, not negative");
  const std::string_view effort = wish.effort.string();
  const Level* level = levelOf(effort);
  if (hasEffort && !level && effort != "none")
    Body::refuse("reasoning_effort", "is none of none, minimal, low, medium, high, xhigh and max");

  const bool none = effort == "none" || (hasBudget && wish.budget.whole() == 0);
  const bool wanted = (hasBudget || hasEffort) && !none;
  out.dropped = wanted && (wish.forced || (!wish.adaptive && !wish.possible));
  if (!wanted || out.dropped) {
    const bool thinksUnasked = abilities.thinksUnasked && !abilities.thinksAlways;
    if (thinksUnasked && (none || wish.forced)) out.mode = Plan::Mode::disabled;
    return out;
  }
  if (wish.adaptive) {
    out.mode = Plan::Mode::adaptive;
    out.effort = adaptiveEffort(level ? effort : nearestEffort(wish.budget.whole()), abilities);
    return out;
  }
  fit(wish, hasBudget ? wish.budget.whole() : level->budget, !hasBudget, abilities.longest, out);
  return out;
}

}  // namespace anthropic
