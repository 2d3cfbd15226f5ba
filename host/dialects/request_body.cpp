#include "dialects/request_body.hpp"

#include "base/json_fault.hpp"
#include "dialects/json_document.hpp"

namespace sluice::dialects {

using calls::Problem;

Problem invalidRequest(std::string message, std::string param, std::string code) {
  Problem made;
  made.status = 400;
  made.type = "invalid_request_error";
  made.code = std::move(code);
  made.param = std::move(param);
  made.message = std::move(message);
  return made;
}

bool parseRequestBody(std::string& body, simdjson::dom::object& object, Problem& problem) {
  simdjson::dom::element root;
  if (const auto error = parseJsonInPlace(body, root)) {
    std::string where = json::describeFault(body);
    if (where.empty()) where = simdjson::error_message(error);
    problem = invalidRequest("the body is not valid JSON: " + where, {}, "invalid_json");
    return false;
  }
  if (root.get(object) != simdjson::SUCCESS) {
    problem = invalidRequest("the body must be a JSON object", {}, "invalid_json");
    return false;
  }
  return true;
}

}  // namespace sluice::dialects
