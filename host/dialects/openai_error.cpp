#include "dialects/openai_error.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "base/text.hpp"

namespace sluice::dialects {

namespace {

using plugins::Reason;
using simdjson::dom::element;

// As they stand in `code` or `type`; numbers as OpenRouter sends them.
constexpr std::array<std::pair<std::string_view, Reason>, 17> kReasons{{
    {"context_length_exceeded", Reason::contextLength},
    {"content_filter", Reason::contentFilter},
    {"content_policy_violation", Reason::contentFilter},
    {"insufficient_quota", Reason::quota},
    {"402", Reason::quota},
    {"rate_limit_exceeded", Reason::rateLimit},
    {"rate_limit_error", Reason::rateLimit},
    {"429", Reason::rateLimit},
    {"invalid_api_key", Reason::key},
    {"authentication_error", Reason::key},
    {"permission_error", Reason::key},
    {"401", Reason::key},
    {"403", Reason::key},
    {"model_not_found", Reason::modelNotFound},
    {"overloaded_error", Reason::overloaded},
    {"invalid_request_error", Reason::badRequest},
    {"400", Reason::badRequest},
}};

Reason reasonOf(std::string_view word) {
  for (const auto& [name, reason] : kReasons) {
    if (name == word) return reason;
  }
  return Reason::none;
}

// A member as text; numbers too.
std::string textOf(element object, const char* name) {
  element value;
  if (object[name].get(value) != simdjson::SUCCESS) return {};
  if (std::string_view text; value.get(text) == simdjson::SUCCESS) return std::string(text);
  if (std::int64_t number = 0; value.get(number) == simdjson::SUCCESS)
    return std::to_string(number);
  return {};
}

// The status that stands in `code`, as a number or its digits; 0: none.
int statusOf(std::string_view code) {
  const auto status = text::parseUnsigned(code);
  return status && *status >= 400 && *status < 600 ? static_cast<int>(*status) : 0;
}

// OpenRouter lists there what a prompt was refused for; its code is that of a bad key.
bool isModerated(element error) { return error["metadata"]["reasons"].is_array(); }

// OpenRouter's own words tell little; those of the provider behind it stand in `metadata`. The
// first 600 bytes of them, in whole characters.
std::string rawOf(element error) {
  constexpr std::size_t kLongest = 600;
  element metadata;
  if (error["metadata"].get(metadata) != simdjson::SUCCESS) return {};
  std::string raw = textOf(metadata, "raw");
  std::size_t end = std::min(raw.size(), kLongest);
  while (end < raw.size() && (static_cast<unsigned char>(raw[end]) & 0xC0) == 0x80) --end;
  raw.resize(end);
  return raw;
}

}  // namespace

plugins::Fault readOpenAiError(element error) {
  plugins::Fault made;
  made.code = plugins::Code::unavailable;
  made.retryable = true;
  std::string_view words;
  const bool plain = error.get(words) == simdjson::SUCCESS;
  made.message = plain ? std::string(words) : textOf(error, "message");
  made.type = textOf(error, "type");
  made.symbol = textOf(error, "code");
  made.param = textOf(error, "param");
  if (const std::string raw = rawOf(error); !raw.empty()) {
    made.message += made.message.empty() ? "" : ": ";
    made.message += raw;
  }
  if (made.message.empty()) made.message = "the upstream reported an error without a message";
  made.httpStatus = statusOf(made.symbol);
  made.reason = isModerated(error) ? Reason::contentFilter : reasonOf(made.symbol);
  // Groq's word for a model that called a tool wrongly: no fault of the client, whatever the type.
  const bool models = made.symbol == "tool_use_failed";
  if (made.reason == Reason::none && !models) made.reason = reasonOf(made.type);
  return made;
}

}  // namespace sluice::dialects
