// The upstream's tokens in buckets that do not overlap. Threads: pure functions.
#pragma once

#include <sluice/plugin.hpp>

namespace bedrock {

// `told`: {"inputTokens", "outputTokens", "totalTokens", "cacheReadInputTokens",
// "cacheWriteInputTokens"}. The buckets add up to totalTokens wherever that is told.
sluice_usage bucketsOf(sluice::json::Value told);

}  // namespace bedrock
