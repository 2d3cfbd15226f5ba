// How much a model is asked to think: canonical effort and budget as a thinkingConfig.
// Threads: pure functions.
#pragma once

#include <optional>
#include <sluice/plugin.hpp>

#include "abilities.hpp"

namespace gemini {

struct Plan {
  std::string_view level;               // empty: none is told
  std::optional<std::uint64_t> budget;  // 0: no thoughts
  bool thoughts = false;                // they are to be shown
  bool dropped = false;                 // what was asked for cannot be had

  bool says() const noexcept { return !level.empty() || budget.has_value(); }
};

// `effort`: reasoning_effort; `budget`: reasoning_budget, which goes first. Throws sluice::Error
// naming the one that is wrong.
Plan plan(sluice::json::Value effort, sluice::json::Value budget, const Abilities& abilities);

}  // namespace gemini
