// What is known of a model that clients can name. Of a virtual model: what holds whichever of its
// targets answers.
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "base/decimal.hpp"
#include "calls/generation.hpp"

namespace sluice::calls {

// Nothing where it is not known. Prices in USD for a million tokens, sizes in tokens.
struct ModelFacts {
  std::optional<std::uint64_t> context, maxOutput;
  std::optional<bool> tools, vision, reasoning;
  std::optional<Decimal> input, output, cacheRead, cacheWrite;
  bool operator==(const ModelFacts&) const = default;
};

ModelFacts factsOf(const ListedModel& model);

// The least size, the abilities that all have, and the highest price: one is known only where it is
// of every target, but an ability that one target lacks is lacking.
ModelFacts sharedFacts(std::span<const Target> targets);

}  // namespace sluice::calls
