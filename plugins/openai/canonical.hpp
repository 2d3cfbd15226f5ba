// The canonical form of a request as OpenAI's Chat Completions: its extensions are taken out, or
// said in the words that the dialect has.
// Threads: pure functions.
#pragma once

#include <optional>
#include <sluice/plugin.hpp>
#include <string>

namespace openai {

// Extensions that the upstream knows as well, for Claude's models.
struct Known {
  bool reasoningDetails = false;  // proofs of reasoning, as OpenRouter has them
  bool cacheControl = false;      // in the parts of messages
};

// Nothing if the request's body can go out as it is. Throws what cannot be said, naming the member.
std::optional<std::string> withoutExtensions(const sluice::Request& request, Known known = {});

}  // namespace openai
