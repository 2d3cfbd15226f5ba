// What stands beside an answer's text, as the `extra` of a TEXT chunk (sdk/schema/chunks.md), and
// what it cost.
// Threads: pure functions.
#pragma once

#include <sluice/plugin.hpp>

namespace cohere {

// {"annotations": [...]} of a citation, or of an array of them; empty if there is none.
std::string annotationsOf(sluice::json::Value citations);

// {"logprobs": [...]} of an item, or of an array of them; empty if there is none.
std::string logprobsOf(sluice::json::Value items);

// Of `usage`, or of `meta`: what went through the model, where it is told, else what is billed.
sluice_usage bucketsOf(sluice::json::Value usage);

}  // namespace cohere
