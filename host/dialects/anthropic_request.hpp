// A request for a message in canonical form.
// Threads: pure function.
#pragma once

#include <simdjson.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/types.hpp"

namespace sluice::dialects {

struct AnthropicTranslation {
  std::string_view model;  // as the upstream calls it
  bool askForUsage = false;
  std::vector<plugins::Dropped>& dropped;  // members that the canonical form leaves out
};

// `request`: the body, which is known to be a JSON object. Appends the canonical one, or gives the
// client's fault.
std::optional<plugins::Fault> appendCanonicalChat(std::string& out,
                                                  simdjson::ondemand::value request,
                                                  const AnthropicTranslation& how);

}  // namespace sluice::dialects
