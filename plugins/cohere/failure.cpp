#include "failure.hpp"

namespace cohere {
namespace {

namespace json = sluice::json;

// There is nothing but words to go by.
std::uint32_t reasonByWords(std::string_view message) {
  const sluice::Words says(message);
  // A trial's limits: by the minute they pass, by the month they do not.
  if (says({"/ month", "per month", "monthly"})) return SLUICE_REASON_QUOTA;
  if (says({"rate limit", "/ minute", "per minute"})) return SLUICE_REASON_RATE_LIMIT;
  if (says({"no api key", "invalid api token", "invalid api key", "invalid token",
            "api key has expired"}))
    return SLUICE_REASON_KEY;
  // Of the limit of an answer the same is said; that is the client's to mend.
  if (says({"too many tokens"}) && !says({"max tokens must be"}))
    return SLUICE_REASON_CONTEXT_LENGTH;
  if (says({"model"}) && says({"not found"})) return SLUICE_REASON_MODEL_NOT_FOUND;
  if (says({"blocked input", "blocked output", "content moderation"}))
    return SLUICE_REASON_CONTENT_FILTER;
  // Whoever cancelled, it was not this client: it would not read this.
  if (says({"request cancelled", "overloaded"})) return SLUICE_REASON_OVERLOADED;
  return SLUICE_REASON_NONE;
}

}  // namespace

sluice::Complaint complaint(json::Value body) {
  sluice::Complaint said = sluice::usualComplaint(body);
  said.reason = reasonByWords(said.message);
  return said;
}

sluice::Error failure(json::Value event) {
  sluice::Complaint said = complaint(event);
  said.type.clear();  // the event's, not the error's
  return sluice::errorOf(std::move(said));
}

sluice::Error failure(std::string_view words) {
  return sluice::statusError(0, 0, std::string(words), reasonByWords(words));
}

}  // namespace cohere
