#include "failure.hpp"

namespace ollama {
namespace {

namespace json = sluice::json;

// There is nothing but words to go by.
std::uint32_t reasonByWords(std::string_view message) {
  const sluice::Words says(message);
  if (says({"try pulling it"}) || (says({"model"}) && says({"not found", "does not exist"})))
    return SLUICE_REASON_MODEL_NOT_FOUND;
  if (says({"context length", "context window", "context size", "prompt too long",
            "prompt is too long"}))
    return SLUICE_REASON_CONTEXT_LENGTH;
  if (says({"unauthorized", "invalid api key"})) return SLUICE_REASON_KEY;
  if (says({"usage limit", "quota", "subscription"})) return SLUICE_REASON_QUOTA;
  if (says({"too many requests", "rate limit"})) return SLUICE_REASON_RATE_LIMIT;
  if (says({"server busy", "more system memory", "loading model", "out of memory"}))
    return SLUICE_REASON_OVERLOADED;
  return SLUICE_REASON_NONE;
}

}  // namespace

sluice::Complaint complaint(json::Value body) {
  sluice::Complaint said = sluice::usualComplaint(body);
  said.reason = reasonByWords(said.message);
  return said;
}

sluice::Error failure(json::Value line) { return sluice::errorOf(complaint(line)); }

}  // namespace ollama
