// What stands beside the text of an answer: what it is backed by, and proofs of reasoning.
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <sluice/plugin.hpp>
#include <string>

namespace openai {

// `extra` of a TEXT chunk; empty if there is nothing to tell.
// Of `annotations` of a message or delta.
std::string annotationsOf(sluice::json::Value annotations);
// Of an answer's own list of sources: `search_results` of Perplexity, `citations` of others.
std::string sourcesOf(sluice::json::Value answer);

// Of `reasoning_details`, as OpenRouter sends them. False if they hold no text.
bool readReasoningDetails(sluice::json::Value details, std::uint32_t choice, sluice::Sink sink);
// The canonical form's, as OpenRouter takes them back: those of Anthropic's models. An array.
std::string reasoningDetailsOf(sluice::json::Value details);

}  // namespace openai
