// Plan: the lanes of one call in the order in which they are to be tried.
// Threads: belongs to one call.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "calls/generation.hpp"
#include "calls/judge.hpp"
#include "plugins/instance.hpp"

namespace sluice::calls {

struct Step {
  const Target* target = nullptr;
  std::size_t key = 0;    // index into the provider's keys and the target's lanes
  std::size_t rank = 0;   // place of its target in the order
  unsigned attempts = 0;  // so far
  bool over = false;      // not to be tried (again)

  health::Lane& lane() const noexcept { return *target->lanes[key]; }
  const Secret* secret() const noexcept {
    const auto& keys = target->provider->config->keys;
    return keys.empty() ? nullptr : &keys[key];
  }
};

// A target as a strategy sees it. Views point into the target.
plugins::Candidate candidateOf(const Target& target, health::TimePoint now);

class Plan {
 public:
  // Asks the strategy where there is a choice. `turn` shares several keys out, call by call.
  // A strategy that fails leaves the configured order; `fault` then tells why.
  Plan(const Resolution& resolution, const plugins::Request& request, std::uint64_t turn,
       std::optional<plugins::Fault>& fault);

  // A reload came: what was learnt of a lane by the plan before holds here too.
  void inherit(const Plan& before) noexcept;

  // The first step that may be tried now; null if there is none.
  Step* next(health::TimePoint now) noexcept;
  // When the first of those held back may be tried; none if none is left.
  std::optional<health::TimePoint> earliest() const noexcept;

  // Of the steps that are left:
  bool anyKeyBenched(health::TimePoint now) const noexcept;
  bool allOverloaded() const noexcept;  // that is why they are held back

  // Takes out what the judgement rules out after an attempt at `step`.
  void failed(Step& step, const Judgement& judgement, unsigned attemptsPerLane) noexcept;

 private:
  std::vector<Step> steps_;
};

}  // namespace sluice::calls
