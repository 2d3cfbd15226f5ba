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

// Nothing if the request's body can go out as it is. `dropped` gets what is left out. Throws what
// cannot be said, naming the member.
std::optional<std::string> withoutExtensions(const sluice::Request& request,
                                             sluice::Dropped& dropped, Known known = {});

// Whether a model of this name wants its thoughts back while it calls tools; others refuse them.
bool wantsThoughts(std::string_view model);

}  // namespace openai
