// Requests that are refused before they are calls.
// Threads: one loop.
#pragma once

#include <string>
#include <string_view>

#include "calls/problem.hpp"
#include "http/errors.hpp"

namespace sluice::http {
class Exchange;
}

namespace sluice::app {

class LoopUnit;

// Writes the request's line of the log, if calls are logged.
void logRefusal(LoopUnit& unit, const http::Exchange& exchange, const calls::Problem& problem);

// The body in OpenAI's form.
std::string openAiErrorBody(const calls::Problem& problem);
// The whole answer in Anthropic's.
http::Answer anthropicRefusal(const calls::Problem& problem, std::string_view requestId);

// An error that needs no handler, for clients of Anthropic's API.
void restateForMessages(http::Answer& answer, const wire::RequestHead& head,
                        std::string_view requestId);

}  // namespace sluice::app
