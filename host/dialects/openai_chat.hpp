// The dialect "openai.chat": POST /v1/chat/completions as OpenAI's API reference describes it.
// Threads: parse() from any; what it returns is read-only, and its answers belong to one loop.
#pragma once

#include <memory>
#include <string>

#include "calls/dialect.hpp"

namespace sluice::dialects {

// Reads a request's body, which must live as long as the inquiry, and may be moved in memory once,
// by this call, to make room behind it. Null, with `problem`, if it is not a chat request.
std::unique_ptr<calls::Inquiry> parseOpenAiChat(std::string& body, calls::Problem& problem);

}  // namespace sluice::dialects
