// The conversation of a request for a message as canonical messages: results of tools become
// messages of their own, calls and thoughts members of the assistant's.
// Threads: pure functions.
#pragma once

#include <simdjson.h>

#include <string>
#include <string_view>

#include "dialects/anthropic_blocks.hpp"

namespace sluice::dialects {

// Begins the head of a client's bill in a system text.
inline constexpr std::string_view kBillingMark = "x-anthropic-billing-header:";

// Each appends messages, with commas between. The head of a client's bill, which changes with every
// request and would spoil every cache, is left out of the system text.
bool appendSystem(std::string& messages, simdjson::ondemand::value system, Refusal& refusal);
// `cited` becomes true where a document is to be cited, which no message can say.
bool appendTurns(std::string& messages, simdjson::ondemand::value turns, bool& cited,
                 Refusal& refusal);

}  // namespace sluice::dialects
