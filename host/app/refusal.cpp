#include "app/refusal.hpp"

#include <chrono>

#include "app/loop_unit.hpp"
#include "base/error_body.hpp"
#include "calls/record.hpp"
#include "dialects/anthropic_error.hpp"
#include "http/exchange.hpp"
#include "wire/write.hpp"

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

http::Answer anthropicRefusal(const calls::Problem& problem, std::string_view requestId) {
  http::Answer answer{dialects::anthropicStatus(problem), {}, {}};
  dialects::appendAnthropicError(answer.body, problem, requestId);
  wire::appendField(answer.fields, "request-id", requestId);
  return answer;
}

void restateForMessages(http::Answer& answer, const wire::RequestHead&,
                        std::string_view requestId) {
  calls::Problem problem;
  problem.status = answer.status;
  problem.message = answer.message;
  const http::Answer restated = anthropicRefusal(problem, requestId);
  answer.body = restated.body;
  answer.fields += restated.fields;
}

}  // namespace sluice::app
