#include "failure.hpp"

#include <array>

#include "anthropic/members.hpp"

namespace bedrock {
namespace {

namespace json = sluice::json;
using sluice::Error;

// Exceptions, each with the status that it is always sent with. In streams their names begin with a
// small letter.
struct Kind {
  std::string_view name;
  int status;
  std::uint32_t reason;  // if the name tells more than the status
};
constexpr std::array<Kind, 16> kKinds = {{
    {"validationException", 400, SLUICE_REASON_NONE},
    {"serviceQuotaExceededException", 400, SLUICE_REASON_QUOTA},
    {"accessDeniedException", 403, SLUICE_REASON_KEY},
    {"unrecognizedClientException", 403, SLUICE_REASON_KEY},
    {"invalidSignatureException", 403, SLUICE_REASON_KEY},
    {"expiredTokenException", 403, SLUICE_REASON_KEY},
    {"expiredToken", 403, SLUICE_REASON_KEY},
    {"resourceNotFoundException", 404, SLUICE_REASON_MODEL_NOT_FOUND},
    {"modelTimeoutException", 408, SLUICE_REASON_OVERLOADED},
    {"modelErrorException", 424, SLUICE_REASON_OVERLOADED},
    {"modelStreamErrorException", 424, SLUICE_REASON_OVERLOADED},
    {"throttlingException", 429, SLUICE_REASON_RATE_LIMIT},
    {"modelNotReadyException", 429, SLUICE_REASON_OVERLOADED},
    {"internalServerException", 500, SLUICE_REASON_OVERLOADED},
    {"internalFailure", 500, SLUICE_REASON_OVERLOADED},
    {"serviceUnavailableException", 503, SLUICE_REASON_OVERLOADED},
}};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

const Kind* kindOf(std::string_view name) {
  for (const Kind& kind : kKinds)
    if (kind.name.size() == name.size() && kind.name[0] == lower(name[0]) &&
        kind.name.substr(1) == name.substr(1))
      return &kind;
  return nullptr;
}

// "ValidationException:http://...", "com.amazon.coral.service#ExpiredTokenException".
std::string_view bareName(std::string_view name) {
  name = name.substr(0, name.find(':'));
  return name.substr(name.rfind('#') + 1);
}

std::uint32_t reasonByWords(std::string_view name, std::string_view message) {
  const sluice::Words says(message);
  const std::string kind = sluice::lowered(name);
  if (kind == "throttlingexception" && says({"per day"})) return SLUICE_REASON_QUOTA;
  if (kind == "accessdeniedexception" && says({"access to the model"}))
    return SLUICE_REASON_MODEL_NOT_FOUND;
  if (kind != "validationexception") return SLUICE_REASON_NONE;
  if (says({"input is too long", "prompt is too long", "too many input tokens", "context length",
            "context window", "exceed context limit",
            "exceeds the maximum number of input tokens"}))
    return SLUICE_REASON_CONTEXT_LENGTH;
  if (says({"model identifier is invalid", "on-demand throughput", "does not exist",
            "end of its life"}))
    return SLUICE_REASON_MODEL_NOT_FOUND;
  if (says({"content filtering policy", "blocked by our content filters"}))
    return SLUICE_REASON_CONTENT_FILTER;
  return SLUICE_REASON_NONE;
}

// `status`: 0 for an exception inside an answer.
Error errorOf(int status, std::uint32_t retryAfterMs, std::string_view name,
              std::string_view data) {
  constexpr std::size_t most = 300;  // bytes of a body that is no JSON
  std::string message;
  json::Document document;
  if (document.parse(data) && document.root().isObject()) {
    const json::Value root = document.root();
    message = sluice::usualComplaint(root).message;
    if (message.empty()) message = root["Message"].string();
    if (name.empty()) name = bareName(root["__type"].string());
  } else if (!data.empty() && data.front() != '<') {
    message = anthropic::withoutSpaceAtEnd(data.substr(0, most));
  }
  const Kind* kind = name.empty() ? nullptr : kindOf(name);
  if (status == 0 && kind) status = kind->status;
  std::uint32_t reason = reasonByWords(name, message);
  if (reason == SLUICE_REASON_NONE && kind) reason = kind->reason;
  if (reason == SLUICE_REASON_NONE && status == 424) reason = SLUICE_REASON_OVERLOADED;
  Error error = sluice::statusError(status, retryAfterMs, std::move(message), reason);
  error.type = name;
  return error;
}

class FailureDecoder final : public sluice::Decoder {
 public:
  FailureDecoder(const sluice::Response& response, const sluice::Host& host)
      : status_(response.status),
        retryAfterMs_(sluice::retryAfterMs(response.headers, host)),
        name_(bareName(response.headers.find("x-amzn-errortype"))) {}

  void frame(std::string_view /*event*/, std::string_view data, sluice::Sink /*sink*/) override {
    throw errorOf(status_, retryAfterMs_, name_, data);
  }
  void end(sluice::Sink /*sink*/) override { throw errorOf(status_, retryAfterMs_, name_, {}); }

 private:
  const int status_;
  const std::uint32_t retryAfterMs_;
  const std::string name_;
};

}  // namespace

Error failure(std::string_view name, std::string_view data) { return errorOf(0, 0, name, data); }

std::unique_ptr<sluice::Decoder> failureDecoder(const sluice::Response& response,
                                                const sluice::Host& host) {
  return std::make_unique<FailureDecoder>(response, host);
}

}  // namespace bedrock
