#include "failure.hpp"

#include <algorithm>
#include <initializer_list>
#include <utility>

namespace gemini {
namespace {

namespace json = sluice::json;

bool hasAny(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
    return text.find(word) != std::string_view::npos;
  });
}

// error.details[]: objects with an @type each, of which these members are looked for.
struct Details {
  explicit Details(json::Value list) {
    for (const json::Value detail : list) {
      if (symbol.empty()) symbol = detail["reason"].string();
      std::string_view delay = detail["retryDelay"].string();
      if (!delay.empty() && delay.back() == 's') {
        delay.remove_suffix(1);
        delayMs = sluice::detail::parseDelay(delay, 1000).value_or(0);
      }
      for (const json::Value violation : detail["violations"])
        if (violation["quotaId"].string().find("PerDay") != std::string_view::npos) daily = true;
      for (const json::Value violation : detail["fieldViolations"])
        if (field.empty()) field = violation["field"].string();
    }
  }
  std::string symbol, field;
  std::uint32_t delayMs = 0;
  bool daily = false;  // what is used up comes back tomorrow
};

std::uint32_t reasonOf(std::string_view status, std::string_view words, const Details& details) {
  const std::string_view symbol = details.symbol;
  // All that is exhausted speaks of billing, also what is free again in a second.
  const bool exhausted = status == "RESOURCE_EXHAUSTED";
  if (symbol == "BILLING_DISABLED" || (!exhausted && hasAny(words, {"billing"})))
    return SLUICE_REASON_QUOTA;
  if (hasAny(symbol, {"API_KEY_", "ACCESS_TOKEN_", "CREDENTIALS_", "CONSUMER_", "SERVICE_DISABLED",
                      "ACCOUNT_STATE_INVALID"}))
    return SLUICE_REASON_KEY;
  if (exhausted) {
    const bool spent = details.daily || hasAny(words, {"limit: 0", "credits", "spending cap"});
    return spent ? SLUICE_REASON_QUOTA : SLUICE_REASON_RATE_LIMIT;
  }
  if (status == "NOT_FOUND")
    return hasAny(words, {"model"}) ? SLUICE_REASON_MODEL_NOT_FOUND : SLUICE_REASON_NONE;
  if (hasAny(words, {"api key not valid", "api key expired", "user location is not supported"}))
    return SLUICE_REASON_KEY;
  if (hasAny(words, {"exceeds the maximum number of tokens", "payload size exceeds"}))
    return SLUICE_REASON_CONTEXT_LENGTH;
  // Whoever cancelled, it was not this client: it would not read this.
  if (status == "CANCELLED" || status == "ABORTED") return SLUICE_REASON_OVERLOADED;
  return SLUICE_REASON_NONE;
}

class Unwrapped final : public sluice::Decoder {
 public:
  explicit Unwrapped(std::unique_ptr<sluice::Decoder> inner) : inner_(std::move(inner)) {}
  void frame(std::string_view event, std::string_view data, sluice::Sink sink) override {
    const std::size_t first = data.find_first_not_of(" \t\r\n");
    const bool array = first != std::string_view::npos && data[first] == '[';
    if (!array || !document_.parse(data)) return inner_->frame(event, data, sink);
    for (const json::Value element : document_.root())
      if (element.isObject()) inner_->frame(event, element.raw(), sink);
  }
  void end(sluice::Sink sink) override { inner_->end(sink); }

 private:
  std::unique_ptr<sluice::Decoder> inner_;
  json::Document document_;
};

}  // namespace

sluice::Complaint complaint(json::Value body) {
  const json::Value error = body["error"];
  sluice::Complaint said = sluice::usualComplaint(body);
  if (!error.isObject()) return said;
  Details details(error["details"]);
  // Its status says less than the reason and is no type that clients know.
  said.type.clear();
  said.reason = reasonOf(error["status"].string(), sluice::lowered(said.message), details);
  said.retryAfterMs = details.delayMs;
  said.symbol = std::move(details.symbol);
  said.param = std::move(details.field);
  return said;
}

sluice::Error failure(json::Value body) {
  const std::uint64_t code = body["error"]["code"].whole();
  return sluice::errorOf(complaint(body), code >= 400 && code < 600 ? static_cast<int>(code) : 0);
}

sluice::Error blocked(std::string_view why) {
  sluice::Error error(SLUICE_INVALID_ARGUMENT,
                      "the upstream does not answer this prompt: " + std::string(why),
                      SLUICE_REASON_CONTENT_FILTER);
  error.symbol = "content_filter";
  return error;
}

std::unique_ptr<sluice::Decoder> unwrapped(std::unique_ptr<sluice::Decoder> inner) {
  return std::make_unique<Unwrapped>(std::move(inner));
}

}  // namespace gemini
