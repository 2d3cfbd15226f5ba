// Requests that are refused before they are calls.
// Threads: one loop.
#pragma once

#include <string>

#include "calls/problem.hpp"

namespace sluice::http {
class Exchange;
}

namespace sluice::app {

class LoopUnit;

// Writes the request's line of the log, if calls are logged.
void logRefusal(LoopUnit& unit, const http::Exchange& exchange, const calls::Problem& problem);

// The body in OpenAI's form.
std::string openAiErrorBody(const calls::Problem& problem);

}  // namespace sluice::app
