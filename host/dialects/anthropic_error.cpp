#include "dialects/anthropic_error.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>

#include "base/json.hpp"
#include "base/text.hpp"

namespace sluice::dialects {

namespace {

using plugins::Code;
using plugins::Reason;
using simdjson::dom::element;

constexpr int kOverloaded = 529;

// The types of the API's errors, each with the status that it is always sent with.
struct Kind {
  std::string_view type;
  int status;
  Reason reason;  // if the type tells one
};
constexpr std::array<Kind, 10> kKinds{{
    {"invalid_request_error", 400, Reason::badRequest},
    {"authentication_error", 401, Reason::key},
    {"billing_error", 402, Reason::quota},
    {"permission_error", 403, Reason::key},
    {"not_found_error", 404, Reason::none},
    {"request_too_large", 413, Reason::contextLength},
    {"rate_limit_error", 429, Reason::rateLimit},
    {"api_error", 500, Reason::overloaded},
    {"timeout_error", 504, Reason::overloaded},
    {"overloaded_error", kOverloaded, Reason::overloaded},
}};

std::string textOf(element object, const char* name) {
  std::string_view text;
  if (object[name].get(text) != simdjson::SUCCESS) return {};
  return std::string(text);
}

// `invalid_request_error` says many things.
Reason reasonByWords(std::string_view type, std::string_view message) {
  std::string words(message);
  std::transform(words.begin(), words.end(), words.begin(), text::lower);
  const auto says = [&](std::initializer_list<std::string_view> any) {
    return std::any_of(any.begin(), any.end(), [&](std::string_view word) {
      return words.find(word) != std::string::npos;
    });
  };
  if (type == "not_found_error") return says({"model"}) ? Reason::modelNotFound : Reason::none;
  if (type != "invalid_request_error") return Reason::none;
  if (says({"credit balance is too low", "usage limits"})) return Reason::quota;
  if (says({"prompt is too long", "exceed context limit", "context window"}))
    return Reason::contextLength;
  if (says({"content filtering policy"})) return Reason::contentFilter;
  if (says({"organization has been disabled"})) return Reason::key;
  return Reason::none;
}

std::string_view typeOf(int status) noexcept {
  for (const Kind& kind : kKinds) {
    if (kind.status == status) return kind.type;
  }
  if (status == 408) return "timeout_error";
  return status < 500 ? "invalid_request_error" : "api_error";
}

}  // namespace

plugins::Fault readAnthropicError(element root) {
  plugins::Fault made;
  made.code = Code::unavailable;
  made.retryable = true;
  element error;
  if (root["error"].get(error) != simdjson::SUCCESS) error = root;
  if (std::string_view text; error.get(text) == simdjson::SUCCESS) made.message = text;
  if (error.is_object()) {
    made.message = textOf(error, "message");
    made.type = textOf(error, "type");
    made.symbol = textOf(error, "code");
    made.param = textOf(error, "param");
  }
  if (made.message.empty()) made.message = "the upstream reported an error without a message";
  made.reason = reasonByWords(made.type, made.message);
  for (const Kind& kind : kKinds) {
    if (made.reason == Reason::none && kind.type == made.type) made.reason = kind.reason;
  }
  return made;
}

int anthropicStatus(const calls::Problem& problem) noexcept {
  // Ours that rests after it was refused, or has nothing left, is no sign of too much to do.
  const bool key =
      problem.code == "upstream_key_rejected" || problem.code == "upstream_quota_exhausted";
  const bool busy = problem.status == 503 || (problem.overloaded && problem.status == 502);
  return busy && !key ? kOverloaded : problem.status;
}

void appendAnthropicError(std::string& out, const calls::Problem& problem,
                          std::string_view requestId) {
  std::string message = problem.message;
  // This dialect has no place for the member's name but the message.
  if (!problem.param.empty() && message.find(problem.param) == std::string::npos) {
    message = problem.param + ": " + message;
  }
  json::Writer w(out);
  w.beginObject().key("type").string("error").key("error").beginObject();
  w.key("type").string(typeOf(anthropicStatus(problem)));
  w.key("message").string(message);
  if (problem.code == kNoThreads) {
    w.key("details").beginObject().key("error_code").string(kNoThreads);
    w.key("unsupported").beginArray().string("thread").endArray().endObject();
  }
  w.endObject();
  if (!requestId.empty()) w.key("request_id").string(requestId);
  w.endObject();
}

}  // namespace sluice::dialects
