// Errors of Anthropic's API, both ways: read into a fault, with what they mean for routing, and
// written from what went wrong here.
// Threads: pure functions.
#pragma once

#include <simdjson.h>

#include <string>
#include <string_view>

#include "calls/problem.hpp"
#include "plugins/types.hpp"

namespace sluice::dialects {

// The code of an error by which clients know that they must send the whole conversation, because
// nobody holds a part of it for them.
inline constexpr std::string_view kNoThreads = "thread_unsupported_request";

// `root`: the body or event that holds the member `error`.
plugins::Fault readAnthropicError(simdjson::dom::element root);

// The status that a client of this API expects with a problem.
int anthropicStatus(const calls::Problem& problem) noexcept;
// A whole body; without `requestId` it has none.
void appendAnthropicError(std::string& out, const calls::Problem& problem,
                          std::string_view requestId);

}  // namespace sluice::dialects
