#include "app/refusal.hpp"

#include <chrono>

#include "app/loop_unit.hpp"
#include "base/error_body.hpp"
#include "calls/record.hpp"
#include "http/exchange.hpp"

namespace sluice::app {

void logRefusal(LoopUnit& unit, const http::Exchange& exchange, const calls::Problem& problem) {
  if (!unit.generation()->config().log.calls) return;
  const auto total = std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::steady_clock::now() - exchange.received());
  calls::appendRefusal(exchange.requestId(), problem.status, problem.message, total,
                       unit.services().lines);
}

std::string openAiErrorBody(const calls::Problem& problem) {
  std::string body;
  appendErrorBody(body, problem.message, problem.type, problem.param, problem.code);
  return body;
}

}  // namespace sluice::app
