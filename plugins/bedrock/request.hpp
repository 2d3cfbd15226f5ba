// A canonical chat request (sluice.chat/1) as the body of Converse, or of CountTokens.
// Threads: pure functions.
#pragma once

#include <sluice/plugin.hpp>
#include <string>
#include <vector>

#include "anthropic/members.hpp"

namespace bedrock {

struct Rendered {
  std::string body;
  std::vector<anthropic::Dropped> dropped;
};

// `betas`: elements of a JSON array, for models of Anthropic. Throws sluice::Error naming the
// member that is wrong, or without which the rest makes no sense.
Rendered render(const sluice::Request& request, std::string_view betas);

// The same request as CountTokens wants it.
std::string countable(const sluice::Request& request, std::string_view betas);

}  // namespace bedrock
