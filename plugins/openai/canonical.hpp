// The canonical form of a request as OpenAI's Chat Completions: its extensions are taken out, or
// said in the words that the dialect has.
// Threads: pure functions.
#pragma once

#include <optional>
#include <sluice/plugin.hpp>
#include <string>

namespace openai {

// Nothing if the request's body can go out as it is. Throws what cannot be said, naming the member.
// `details`: the upstream takes proofs of reasoning back.
std::optional<std::string> withoutExtensions(const sluice::Request& request, bool details = false);

}  // namespace openai
