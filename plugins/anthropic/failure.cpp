#include "failure.hpp"

#include <array>

namespace anthropic {
namespace {

namespace json = sluice::json;

// The types of the API's errors, each with the status that it is always sent with.
struct Kind {
  std::string_view type;
  int status;
  std::uint32_t reason;  // if the type tells more than the status
};
constexpr std::array<Kind, 10> kKinds = {{
    {"invalid_request_error", 400, SLUICE_REASON_NONE},
    {"authentication_error", 401, SLUICE_REASON_KEY},
    {"billing_error", 402, SLUICE_REASON_QUOTA},
    {"permission_error", 403, SLUICE_REASON_KEY},
    {"not_found_error", 404, SLUICE_REASON_NONE},
    {"request_too_large", 413, SLUICE_REASON_CONTEXT_LENGTH},
    {"rate_limit_error", 429, SLUICE_REASON_RATE_LIMIT},
    {"api_error", 500, SLUICE_REASON_OVERLOADED},
    {"timeout_error", 504, SLUICE_REASON_OVERLOADED},
    {"overloaded_error", 529, SLUICE_REASON_OVERLOADED},
}};

const Kind* kindOf(std::string_view type) {
  for (const Kind& kind : kKinds)
    if (kind.type == type) return &kind;
  return nullptr;
}

// `invalid_request_error` says many things.
std::uint32_t reasonByWords(std::string_view type, std::string_view message) {
  const sluice::Words says(message);
  if (type == "not_found_error")
    return says({"model"}) ? SLUICE_REASON_MODEL_NOT_FOUND : SLUICE_REASON_NONE;
  if (type != "invalid_request_error") return SLUICE_REASON_NONE;
  if (says({"credit balance is too low", "usage limits"})) return SLUICE_REASON_QUOTA;
  if (says({"prompt is too long", "exceed context limit", "context window"}))
    return SLUICE_REASON_CONTEXT_LENGTH;
  if (says({"content filtering policy"})) return SLUICE_REASON_CONTENT_FILTER;
  if (says({"organization has been disabled"})) return SLUICE_REASON_KEY;
  return SLUICE_REASON_NONE;
}

}  // namespace

sluice::Complaint complaint(json::Value body) {
  sluice::Complaint said = sluice::usualComplaint(body);
  said.reason = reasonByWords(said.type, said.message);
  const Kind* kind = kindOf(said.type);
  if (said.reason == SLUICE_REASON_NONE && kind) said.reason = kind->reason;
  // The API knows /v1/messages only.
  if (said.type == "not_found_error" && said.reason == SLUICE_REASON_NONE)
    said.message += " (is base_url right? It is what stands before /messages, with the /v1)";
  return said;
}

sluice::Error failure(json::Value event) {
  sluice::Complaint said = complaint(event);
  const Kind* kind = kindOf(said.type);
  return sluice::errorOf(std::move(said), kind ? kind->status : 0);
}

}  // namespace anthropic
