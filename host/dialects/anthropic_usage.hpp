// The Messages API's `usage`, both ways: read into buckets that do not overlap, and written from
// them.
// Threads: plain values; they belong to one answer.
#pragma once

#include <simdjson.h>

#include <string>

#include "plugins/types.hpp"

namespace sluice::dialects {

// Totals so far. A later event repeats some of them, with null or 0 for what it does not know of
// the prompt.
class AnthropicUsage {
 public:
  // Of an answer's beginning: what it tells of the answer itself is no total yet.
  void takePrompt(simdjson::dom::element usage);
  void take(simdjson::dom::element usage);
  plugins::Usage buckets() const noexcept;

 private:
  std::uint64_t input_ = 0, cacheRead_ = 0, cacheWrite_ = 0, output_ = 0, thinking_ = 0;
};

void appendAnthropicUsage(std::string& out, const plugins::Usage& usage);

}  // namespace sluice::dialects
