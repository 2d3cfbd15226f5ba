// usageMetadata as buckets that do not overlap and add up to the upstream's total.
// Threads: pure functions.
#pragma once

#include <sluice/plugin.hpp>

namespace gemini {

// Whether it tells of tokens at all: some answers have pieces that do not.
bool tellsTokens(sluice::json::Value usageMetadata);
sluice_usage bucketsOf(sluice::json::Value usageMetadata);

}  // namespace gemini
