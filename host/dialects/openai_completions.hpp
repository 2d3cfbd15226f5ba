// The dialect "openai.completions": POST /v1/completions, OpenAI's API from before chats. Where an
// upstream does not speak it, the prompt becomes the one message of a chat.
// Threads: parse from any; what it returns is read-only, and its answers belong to one loop.
#pragma once

#include <memory>
#include <string>

#include "calls/dialect.hpp"

namespace sluice::dialects {

// Reads a request's body, which must live as long as the inquiry, and may be moved in memory once,
// by this call, to make room behind it. Null, with `problem`, if it is not such a request.
std::unique_ptr<calls::Inquiry> parseOpenAiCompletions(std::string& body, calls::Problem& problem);

}  // namespace sluice::dialects
