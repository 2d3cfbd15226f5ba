// A canonical chat request (sluice.chat/1) as the body of POST /messages.
// Threads: pure functions.
#pragma once

#include <sluice/plugin.hpp>
#include <vector>

#include "anthropic/members.hpp"

namespace anthropic {

// How what is not the same for all models of this dialect is asked for.
enum class Thinking : std::uint8_t { automatic, budget, adaptive };
enum class Schemas : std::uint8_t { automatic, native, tool };

struct Options {
  std::uint64_t maxTokens = 8192;           // where the request does not say
  Thinking thinking = Thinking::automatic;  // automatic: by the model's name
  Schemas schemas = Schemas::automatic;
};

struct Rendered {
  std::string body;
  std::vector<Dropped> dropped;
};

// Throws sluice::Error naming the member that is wrong, or without which the rest makes no sense.
Rendered render(const sluice::Request& request, const Options& options);

// Of a rendered body what POST /messages/count_tokens takes.
std::string countable(const std::string& body);

}  // namespace anthropic
