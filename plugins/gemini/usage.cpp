#include "usage.hpp"

#include <algorithm>

namespace gemini {
namespace {

constexpr std::uint64_t kMost = std::uint64_t{1} << 48;  // sums of these do not overflow

std::uint64_t count(sluice::json::Value value) { return std::min(value.whole(), kMost); }

}  // namespace

bool tellsTokens(sluice::json::Value told) {
  return told["promptTokenCount"].exists() || told["candidatesTokenCount"].exists() ||
         told["totalTokenCount"].exists();
}

sluice_usage bucketsOf(sluice::json::Value told) {
  sluice_usage out{};
  const std::uint64_t prompt = count(told["promptTokenCount"]);
  out.cache_read = std::min(count(told["cachedContentTokenCount"]), prompt);
  out.input = prompt - out.cache_read + count(told["toolUsePromptTokenCount"]);
  out.output = count(told["candidatesTokenCount"]);
  out.reasoning = count(told["thoughtsTokenCount"]);
  // What the total has beyond its named parts is billed as the answer.
  const std::uint64_t named = out.input + out.cache_read + out.output + out.reasoning;
  out.output += std::max(count(told["totalTokenCount"]), named) - named;
  return out;
}

}  // namespace gemini
