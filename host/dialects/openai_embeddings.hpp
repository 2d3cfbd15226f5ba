// The dialect "openai.embeddings": POST /v1/embeddings as OpenAI's API reference describes it.
// Threads: parse from any; what it returns is read-only, and its answers belong to one loop.
#pragma once

#include <memory>
#include <string>

#include "calls/dialect.hpp"

namespace sluice::dialects {

// Reads a request's body, which must live as long as the inquiry, and may be moved in memory once,
// by this call, to make room behind it. Null, with `problem`, if it does not ask for embeddings.
std::unique_ptr<calls::Inquiry> parseOpenAiEmbeddings(std::string& body, calls::Problem& problem);

}  // namespace sluice::dialects
