#include "dialects/passed_fields.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "dialects/limit_time.hpp"
#include "wire/write.hpp"

namespace sluice::dialects {

namespace {

constexpr std::string_view kAnthropicPrefix = "anthropic-";
constexpr std::string_view kAnthropicLimits = "anthropic-ratelimit-";
constexpr std::string_view kOpenAiLimits = "x-ratelimit-";

constexpr std::array<std::string_view, 2> kCounted{"requests", "tokens"};
constexpr std::array<std::string_view, 3> kMeasures{"limit", "remaining", "reset"};

bool startsWith(std::string_view name, std::string_view prefix) {
  return text::equalsIgnoringCase(name.substr(0, prefix.size()), prefix);
}

template <std::size_t N>
bool among(std::string_view name, const std::array<std::string_view, N>& names) {
  return std::any_of(names.begin(), names.end(),
                     [name](std::string_view one) { return text::equalsIgnoringCase(one, name); });
}

std::string joined(std::string_view a, std::string_view b, std::string_view c, std::string_view d) {
  std::string made(a);
  return made.append(b).append(c).append(d);
}

// Whose request it was at the upstream, by the names that providers have for it.
std::string_view upstreamId(const wire::Fields& fields) {
  for (const char* name :
       {"request-id", "x-request-id", "apim-request-id", "x-amzn-requestid", "x-ms-request-id"}) {
    if (const std::string_view id = fields.get(name); !id.empty()) return id;
  }
  return {};
}

bool isLimit(std::string_view name, Naming naming) {
  return startsWith(name, naming == Naming::anthropic ? kAnthropicLimits : kOpenAiLimits);
}

// What says nothing of limits and is for the client all the same.
bool isOwn(std::string_view name, Naming naming) {
  constexpr std::array<std::string_view, 2> kOpenAi{"openai-processing-ms", "openai-version"};
  if (naming == Naming::openAi) return among(name, kOpenAi);
  return startsWith(name, kAnthropicPrefix) && !startsWith(name, kAnthropicLimits) &&
         !text::equalsIgnoringCase(name, "anthropic-organization-id");
}

// One limit in the other naming: a count as it is, a time in the other form.
void appendTranslated(std::string& out, std::string_view name, std::string_view value,
                      Naming naming, std::chrono::system_clock::time_point now) {
  if (name.find("reset") == name.npos) {
    if (text::parseUnsigned(value)) wire::appendField(out, name, value);
  } else if (naming == Naming::anthropic) {
    if (const auto wait = parseWait(value)) wire::appendField(out, name, timeText(now + *wait));
  } else if (const auto time = parseTime(value)) {
    const auto wait = std::chrono::ceil<std::chrono::milliseconds>(*time - now);
    wire::appendField(out, name, waitText(wait));
  }
}

// x-ratelimit-remaining-tokens is anthropic-ratelimit-tokens-remaining.
void appendOpenAiLimits(std::string& out, const UpstreamAnswer& answer) {
  for (const std::string_view what : kCounted) {
    for (const std::string_view which : kMeasures) {
      const auto theirs = joined(kOpenAiLimits, which, "-", what);
      const std::string_view value = answer.fields.get(theirs);
      const auto ours = joined(kAnthropicLimits, what, "-", which);
      if (value.data() != nullptr)
        appendTranslated(out, ours, value, Naming::anthropic, answer.now);
    }
  }
}

// Where tokens are counted by kind alone, those of the input stand for all.
void appendAnthropicLimits(std::string& out, const UpstreamAnswer& answer) {
  for (const std::string_view what : kCounted) {
    for (const std::string_view which : kMeasures) {
      std::string_view value = answer.fields.get(joined(kAnthropicLimits, what, "-", which));
      if (value.data() == nullptr && what == "tokens")
        value = answer.fields.get(joined(kAnthropicLimits, "input-tokens", "-", which));
      const auto ours = joined(kOpenAiLimits, which, "-", what);
      if (value.data() != nullptr) appendTranslated(out, ours, value, Naming::openAi, answer.now);
    }
  }
}

}  // namespace

std::span<const std::string_view> ownFieldNames(Naming naming) noexcept {
  static constexpr std::array<std::string_view, 3> kOpenAi{"openai-beta", "idempotency-key",
                                                           "x-client-request-id"};
  static constexpr std::array<std::string_view, 3> kAnthropic{"anthropic-version", "anthropic-beta",
                                                              "idempotency-key"};
  if (naming == Naming::anthropic) return kAnthropic;
  return kOpenAi;
}

void appendAnswerFields(std::string& out, Naming naming, const UpstreamAnswer& answer,
                        std::string_view ownId) {
  const std::string_view theirs = upstreamId(answer.fields);
  const std::string_view id = theirs.empty() ? ownId : theirs;
  if (!id.empty()) {
    wire::appendField(out, naming == Naming::anthropic ? "request-id" : "x-request-id", id);
  }
  if (answer.same) {
    for (const wire::Field& field : answer.fields.all()) {
      if (isOwn(field.name, naming)) wire::appendField(out, field.name, field.value);
    }
  }
  appendLimitFields(out, naming, answer);
}

void appendLimitFields(std::string& out, Naming naming, const UpstreamAnswer& answer) {
  const Naming other = naming == Naming::anthropic ? Naming::openAi : Naming::anthropic;
  bool any = false, foreign = false;
  for (const wire::Field& field : answer.fields.all()) {
    if (isLimit(field.name, other)) foreign = true;
    if (!isLimit(field.name, naming)) continue;
    any = true;
    wire::appendField(out, field.name, field.value);
  }
  // Most answers tell no limits at all: nothing is put together for those.
  if (any || !foreign) return;
  if (naming == Naming::anthropic) appendOpenAiLimits(out, answer);
  else appendAnthropicLimits(out, answer);
}

}  // namespace sluice::dialects
