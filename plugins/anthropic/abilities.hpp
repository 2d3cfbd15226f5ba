// What a model takes, told by its name: upstreams refuse a request that asks an older or newer
// model in the other's way. Names that are not Claude's get what every upstream of this dialect
// takes. Threads: pure functions.
#pragma once

#include <string_view>

namespace anthropic {

struct Abilities {
  bool adaptive = false;       // thinks as much as it sees fit; budgets are refused or deprecated
  bool xhigh = false;          // knows the effort `xhigh`
  bool thinksUnasked = false;  // unless told not to
  bool thinksAlways = false;   // and must not be told not to
  bool samples = true;         // takes temperature, top_p and top_k
  bool samplesTwoWays = true;  // takes temperature and top_p together
  bool schemas = false;        // takes output_config.format
};

// `model` as the upstream calls it: "claude-opus-4-7", "claude-3-7-sonnet-20250219", "any".
Abilities abilitiesOf(std::string_view model);

}  // namespace anthropic
