#include "http/errors.hpp"

#include "base/error_body.hpp"

namespace sluice::http {

std::string_view errorType(int status) noexcept {
  switch (status) {
    case 403: return "permission_error";
    case 503: return "service_unavailable";
    default: return status < 500 ? "invalid_request_error" : "server_error";
  }
}

Answer errorAnswer(int status, std::string_view code, std::string_view message,
                   std::string fields) {
  Answer answer{status, std::move(fields), {}, std::string(message)};
  appendErrorBody(answer.body, message, errorType(status), {}, code);
  return answer;
}

Answer headFaultAnswer(wire::HeadFault fault) {
  using enum wire::HeadFault;
  const std::string_view message = wire::describe(fault);
  switch (fault) {
    case tooLarge:
    case tooManyFields: return errorAnswer(431, "request_header_fields_too_large", message);
    case badVersion: return errorAnswer(505, "http_version_not_supported", message);
    case unsupportedExpectation: return errorAnswer(417, "expectation_failed", message);
    default: return errorAnswer(400, "malformed_request", message);
  }
}

Answer unavailableAnswer(std::string_view code, std::string_view message) {
  return errorAnswer(503, code, message, "Retry-After: 1\r\n");
}

}  // namespace sluice::http
