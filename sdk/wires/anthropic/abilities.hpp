// What a model takes, told by its name: upstreams refuse a request that asks an older or newer
// model in the other's way. Names that are not Claude's get what every upstream of this dialect
// takes. Threads: pure functions.
#pragma once

#include <cstdint>
#include <string_view>

namespace anthropic {

struct Abilities {
  bool thinks = true;          // at all
  bool adaptive = false;       // thinks as much as it sees fit; budgets are refused or deprecated
  bool xhigh = false;          // knows the effort `xhigh`
  bool thinksUnasked = false;  // unless told not to
  bool thinksAlways = false;   // and must not be told not to
  bool samples = true;         // takes temperature, top_p and top_k
  bool samplesTwoWays = true;  // takes temperature and top_p together
  bool schemas = false;        // takes output_config.format
  std::uint64_t longest = 0;   // the most max_tokens that it takes; 0: not known
};

// `model` as the upstream calls it: "claude-opus-4-7", "claude-3-7-sonnet-20250219", "any".
Abilities abilitiesOf(std::string_view model);

// `limit`, or the longest answer of a model where that is known and shorter.
std::uint64_t atMost(std::uint64_t longest, std::uint64_t limit);

}  // namespace anthropic
