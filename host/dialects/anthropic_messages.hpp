// The dialect "anthropic.messages": POST /v1/messages and the counting of tokens, as Anthropic's
// API reference describes them. Threads: parse() from any; what it returns is read-only, and its
// answers belong to one loop.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "calls/dialect.hpp"

namespace sluice::dialects {

// What a client sent. All of it must live as long as the inquiry.
struct AnthropicAsked {
  std::string& body;  // may be moved in memory once, to make room behind it
  std::string_view requestId;
  std::string_view query = {};  // of the request's target
};

// Null, with `problem`, if it is not a request for a message.
std::unique_ptr<calls::Inquiry> parseAnthropicMessages(const AnthropicAsked& asked,
                                                       calls::Problem& problem);

// The same for POST /v1/messages/count_tokens: how many tokens such a request is.
std::unique_ptr<calls::Inquiry> parseAnthropicCount(const AnthropicAsked& asked,
                                                    calls::Problem& problem);

}  // namespace sluice::dialects
