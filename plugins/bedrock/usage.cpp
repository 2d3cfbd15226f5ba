#include "usage.hpp"

#include <algorithm>

namespace bedrock {
namespace {

constexpr std::uint64_t kMost = std::uint64_t{1} << 48;  // sums of these do not overflow

std::uint64_t count(sluice::json::Value value) { return std::min(value.whole(), kMost); }

}  // namespace

sluice_usage bucketsOf(sluice::json::Value told) {
  sluice_usage out{};
  out.input = count(told["inputTokens"]);
  out.output = count(told["outputTokens"]);
  out.cache_read = count(told["cacheReadInputTokens"]);
  out.cache_write = count(told["cacheWriteInputTokens"]);
  const std::uint64_t total = count(told["totalTokens"]);
  // Beside the input, as a rule; where the total has no place for them they are inside it.
  const std::uint64_t cached = out.cache_read + out.cache_write;
  if (total != 0 && total == out.input + out.output && cached <= out.input) out.input -= cached;
  // What the total has beyond its named parts is billed as the answer.
  const std::uint64_t named = out.input + cached + out.output;
  if (total > named) out.output += total - named;
  return out;
}

}  // namespace bedrock
