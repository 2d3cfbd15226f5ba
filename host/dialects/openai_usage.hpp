// OpenAI's `usage` object, both ways: read into buckets that do not overlap, and written from them.
// Threads: pure functions.
#pragma once

#include <simdjson.h>

#include <optional>
#include <string>

#include "plugins/types.hpp"

namespace sluice::dialects {

std::optional<plugins::Usage> readOpenAiUsage(simdjson::dom::element usage);
void appendOpenAiUsage(std::string& out, const plugins::Usage& usage);

// The same of the Responses API.
std::optional<plugins::Usage> readResponsesUsage(simdjson::dom::element usage);
void appendResponsesUsage(std::string& out, const plugins::Usage& usage);

}  // namespace sluice::dialects
