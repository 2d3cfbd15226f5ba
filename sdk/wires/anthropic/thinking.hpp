// How much a model is asked to think: canonical effort and budget as the Messages API has them.
// Threads: pure functions.
#pragma once

#include <sluice/plugin.hpp>
#include <string_view>

#include "abilities.hpp"

namespace anthropic {

struct Plan {
  enum class Mode : std::uint8_t { unsaid, disabled, budget, adaptive };
  Mode mode = Mode::unsaid;
  bool dropped = false;         // thinking was asked for and cannot be had
  std::uint64_t budget = 0;     // tokens, at least 1,024 and below maxTokens; of Mode::budget
  std::string_view effort;      // of Mode::adaptive
  std::uint64_t maxTokens = 0;  // of the answer, thoughts included

  bool thinks() const noexcept { return mode == Mode::budget || mode == Mode::adaptive; }
};

struct Wish {
  sluice::json::Value effort, budget;  // reasoning_effort and reasoning_budget
  std::uint64_t limit = 0;             // what the request says of max_tokens; 0: nothing
  std::uint64_t otherwise = 0;         // the limit if it says nothing, apart from thoughts
  bool adaptive = false;
  bool possible = true;  // a budget may be used
  bool forced = false;   // the model must call a tool, which it cannot do after thinking
};

// Throws sluice::Error naming the member that is wrong.
Plan plan(const Wish& wish, const Abilities& abilities);

}  // namespace anthropic
