#include "failure.hpp"

#include <algorithm>
#include <initializer_list>

namespace openai {
namespace {

namespace json = sluice::json;
using sluice::Error;

// What an upstream said, whatever the shape it said it in.
struct Complaint {
  std::string message, type, symbol, param;
  int status = 0;             // inside the body; 0: none
  bool moderated = false;     // its details speak of a content filter
  bool badKey = false;        // its details speak of the key
  std::uint32_t delayMs = 0;  // its details ask for a pause; 0: they do not
};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

std::string lowered(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), lower);
  return out;
}

bool containsAny(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
    return text.find(word) != std::string_view::npos;
  });
}

bool isAny(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

// A string as it is, a number as its digits.
std::string textOf(json::Value value) {
  return std::string(value.isNumber() ? value.raw() : value.string());
}

int statusOf(json::Value code) {
  const auto number = code.unsignedInteger();
  return number && *number >= 400 && *number < 600 ? static_cast<int>(*number) : 0;
}

// Azure's: the number as a string.
int statusOfText(std::string_view code) {
  json::Document document;
  return document.parse(code) ? statusOf(document.root()) : 0;
}

// Google's: error.details[].{reason, retryDelay: "34.4s"}.
void readDetails(json::Value details, Complaint& into) {
  for (const json::Value detail : details) {
    if (detail["reason"].string() == "API_KEY_INVALID") into.badKey = true;
    std::string_view delay = detail["retryDelay"].string();
    if (delay.empty() || delay.back() != 's') continue;
    delay.remove_suffix(1);
    into.delayMs = sluice::detail::parseDelay(delay, 1000).value_or(0);
  }
}

// {"detail": "text"} and {"detail": [{"loc": [...], "msg": "text"}]}.
void readDetail(json::Value detail, Complaint& into) {
  into.message += detail.string();
  if (!detail.isArray()) return;
  for (const json::Value fault : detail) {
    std::string where;
    for (const json::Value step : fault["loc"])
      where.append(where.empty() ? "" : ".").append(textOf(step));
    if (!into.message.empty()) into.message += "; ";
    if (!where.empty()) into.message.append(where).append(": ");
    into.message += fault["msg"].string();
  }
}

// {"message", "type", "param", "code"} and what some upstreams add to it.
void readObject(json::Value object, Complaint& into) {
  into.message = object["message"].string();
  into.type = object["type"].string();
  into.param = object["param"].string();
  readDetail(object["message"]["detail"], into);
  const json::Value code = object["code"];
  into.status = statusOf(code);
  into.symbol = into.status ? std::string(object["status"].string()) : textOf(code);
  if (into.status == 0) into.status = statusOfText(code.string());
  readDetails(object["details"], into);
  const json::Value metadata = object["metadata"];
  if (metadata["reasons"].isArray()) into.moderated = true;
  for (const json::Value more : {metadata["raw"], object["failed_generation"]})
    if (const std::string_view raw = more.string(); !raw.empty())
      into.message.append(into.message.empty() ? "" : ": ").append(raw.substr(0, 600));
  if (object["innererror"]["code"].string() == "ResponsibleAIPolicyViolation")
    into.moderated = true;
}

Complaint read(json::Value root) {
  Complaint complaint;
  if (root.isArray()) root = root[std::size_t{0}];
  const json::Value error = root["error"];
  if (error.isObject()) {
    readObject(error, complaint);
  } else if (error.isString()) {
    complaint.message = error.string();
    complaint.symbol = textOf(root["code"]);
  } else if (root["detail"].exists()) {
    readDetail(root["detail"], complaint);
  } else if (root["errors"].isArray()) {
    readObject(root["errors"][std::size_t{0}], complaint);
  } else {
    readObject(root, complaint);
  }
  return complaint;
}

// The first 200 characters of a page, without tags, scripts, styles and control characters.
std::string plainText(std::string_view page) {
  std::string out;
  std::size_t characters = 0;
  bool gap = false;
  for (std::size_t i = 0; i < page.size() && characters < 200; ++i) {
    const auto c = static_cast<unsigned char>(page[i]);
    if (c == '<') {
      const std::string tag = lowered(page.substr(i, 8));
      std::string_view end = ">";
      if (tag.rfind("<script", 0) == 0) end = "</script>";
      if (tag.rfind("<style", 0) == 0) end = "</style>";
      const std::size_t close = page.find(end, i);
      if (close == std::string_view::npos) break;
      i = close + end.size() - 1;
      gap = true;
    } else if (c <= 0x20 || c == 0x7F) {
      gap = true;
    } else {
      const bool begins = (c & 0xC0u) != 0x80u;
      if (gap && !out.empty() && begins) {
        out.push_back(' ');
        ++characters;
      }
      if (begins) gap = false;
      out.push_back(page[i]);
      characters += begins ? 1 : 0;
    }
  }
  return out;
}

std::uint32_t reasonByWords(const Complaint& said, int status) {
  const std::string symbol = lowered(said.symbol), type = lowered(said.type);
  const std::string message = lowered(said.message);
  const auto named = [&](std::initializer_list<std::string_view> words) {
    return isAny(symbol, words) || isAny(type, words);
  };
  if (named({"insufficient_quota", "billing_hard_limit_reached", "billing_not_active",
             "insufficient_balance", "credits_exhausted"}))
    return SLUICE_REASON_QUOTA;
  if (named({"context_length_exceeded", "string_above_max_length", "request_too_large_for_model",
             "exceed_context_size_error", "tokens_limit_reached"}) ||
      (status == 413 && named({"rate_limit_exceeded", "tokens"})) ||
      ((status == 400 || status == 413 || status == 422) &&
       containsAny(message, {"maximum context length", "context length exceeded", "context window",
                             "prompt is too long", "input is too long", "maximum number of tokens",
                             "maximum prompt length", "greater than the context length"})))
    return SLUICE_REASON_CONTEXT_LENGTH;
  if (said.moderated || named({"content_filter", "content_policy_violation", "moderation_blocked",
                               "responsibleaipolicyviolation"}))
    return SLUICE_REASON_CONTENT_FILTER;
  if (said.badKey || named({"invalid_api_key", "authentication_error", "api_key_invalid"}) ||
      (status == 400 && containsAny(message, {"api key not valid", "incorrect api key",
                                              "invalid api key", "api key expired"})))
    return SLUICE_REASON_KEY;
  if (named({"model_not_found", "deploymentnotfound", "model_not_available", "unknown_model"}) ||
      (status == 404 && message.find("model") != std::string::npos) ||
      (status == 400 && message.find("no such model") != std::string::npos))
    return SLUICE_REASON_MODEL_NOT_FOUND;
  if (named({"rate_limit_exceeded", "rate_limit_error", "too_many_requests"}))
    return SLUICE_REASON_RATE_LIMIT;
  if (named({"overloaded_error", "overloaded", "server_overloaded", "engine_overloaded"}))
    return SLUICE_REASON_OVERLOADED;
  return SLUICE_REASON_NONE;
}

}  // namespace

Error failure(int status, std::uint32_t retryAfterMs, std::string_view body) {
  Complaint said;
  json::Document document;
  if (document.parse(body) && (document.root().isObject() || document.root().isArray()))
    said = read(document.root());
  if (said.message.empty()) said.message = plainText(body);
  if (status == 0) status = said.status;

  const std::uint32_t reason = reasonByWords(said, status);
  Error error = sluice::statusError(status, retryAfterMs ? retryAfterMs : said.delayMs,
                                    std::move(said.message), reason);
  // Groq's: the model called a tool wrongly, and may do better when it is asked again.
  if (said.symbol == "tool_use_failed") {
    error.reason = SLUICE_REASON_NONE;
    error.retryable = true;
  }
  error.type = std::move(said.type);
  error.symbol = std::move(said.symbol);
  error.param = std::move(said.param);
  return error;
}

bool holdsError(json::Value event) {
  if (event.isArray()) event = event[std::size_t{0}];  // Google wraps them
  const json::Value error = event["error"];
  return error.isObject() || !error.string().empty() || event["object"].string() == "error";
}

}  // namespace openai
