#include "thinking.hpp"

#include <algorithm>
#include <array>

namespace gemini {
namespace {

using sluice::Body;

// What an effort means in either way of asking. 0: the most that the model takes.
struct Effort {
  std::string_view name, level;
  std::uint64_t budget;
};
constexpr std::array<Effort, 6> kEfforts = {{{"minimal", "minimal", 512},
                                             {"low", "low", 1024},
                                             {"medium", "medium", 8192},
                                             {"high", "high", 24576},
                                             {"xhigh", "high", 0},
                                             {"max", "high", 0}}};

const Effort* effortNamed(std::string_view name) {
  for (const Effort& effort : kEfforts)
    if (effort.name == name) return &effort;
  return nullptr;
}

std::string_view levelOf(std::uint64_t budget) {
  for (const Effort& effort : kEfforts)
    if (effort.budget != 0 && budget <= effort.budget) return effort.level;
  return "high";
}

std::string_view nearest(std::string_view level, const Abilities& abilities) {
  if (level == "minimal" && !abilities.minimal) return "low";
  if (level == "medium" && !abilities.medium) return "high";
  return level;
}

}  // namespace

Plan plan(sluice::json::Value effort, sluice::json::Value budget, const Abilities& abilities) {
  const bool hasBudget = budget.exists() && !budget.isNull();
  const bool hasEffort = effort.exists() && !effort.isNull();
  if (hasBudget && !budget.unsignedInteger())
    Body::refuse("reasoning_budget", "must be a whole number, not negative");
  const Effort* known = effortNamed(effort.string());
  if (hasEffort && !known && effort.string() != "none")
    Body::refuse("reasoning_effort", "is none of none, minimal, low, medium, high, xhigh and max");

  Plan out;
  if (!hasBudget && !hasEffort) return out;
  const bool none = hasBudget ? budget.whole() == 0 : !known;
  out.dropped = none ? abilities.thinks && abilities.thinksAlways : !abilities.thinks;
  if (!abilities.thinks) return out;
  out.thoughts = !none;
  if (abilities.levels) {
    const std::string_view wanted = none        ? std::string_view("minimal")
                                    : hasBudget ? levelOf(budget.whole())
                                                : known->level;
    out.level = nearest(wanted, abilities);
    return out;
  }
  if (none && !abilities.thinksAlways) {
    out.budget = 0;
    return out;
  }
  std::uint64_t tokens = hasBudget ? budget.whole() : none ? 0 : known->budget;
  if (!none && tokens == 0) tokens = abilities.mostBudget;
  out.budget = std::clamp(tokens, abilities.leastBudget, abilities.mostBudget);
  return out;
}

}  // namespace gemini
