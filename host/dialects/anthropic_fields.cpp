#include "dialects/anthropic_fields.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <ctime>
#include <optional>

#include "base/text.hpp"

namespace sluice::dialects {

namespace {

constexpr std::string_view kRequestId = "request-id";

void appendField(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

// Not those that name the operator's organization: the client need not know it.
bool goesBack(std::string_view name) {
  constexpr std::string_view kPrefix = "anthropic-";
  return text::equalsIgnoringCase(name, kRequestId) ||
         (text::equalsIgnoringCase(name.substr(0, kPrefix.size()), kPrefix) &&
          !text::equalsIgnoringCase(name, "anthropic-organization-id"));
}

// "1s", "6m0s", "1h2m3.5s", "120ms", as OpenAI says how long until a limit is new.
std::optional<std::chrono::milliseconds> duration(std::string_view told) {
  if (told.empty()) return std::nullopt;
  double sum = 0;
  while (!told.empty()) {
    double value = 0;
    const auto [end, error] = std::from_chars(told.data(), told.data() + told.size(), value);
    if (error != std::errc() || value < 0 || !std::isfinite(value)) return std::nullopt;
    told.remove_prefix(static_cast<std::size_t>(end - told.data()));
    const std::size_t unitEnd = std::min(told.find_first_of("0123456789."), told.size());
    const std::string_view unit = told.substr(0, unitEnd);
    told.remove_prefix(unitEnd);
    if (unit == "ms") sum += value;
    else if (unit == "s" || unit.empty()) sum += value * 1000;
    else if (unit == "m") sum += value * 60'000;
    else if (unit == "h") sum += value * 3'600'000;
    else return std::nullopt;
  }
  constexpr double kMost = 1e11;  // years
  return std::chrono::milliseconds(static_cast<std::int64_t>(std::ceil(std::min(sum, kMost))));
}

// A time from now as this dialect says it: RFC 3339, in whole seconds.
std::string timeIn(std::chrono::milliseconds wait) {
  const auto at = std::chrono::ceil<std::chrono::seconds>(std::chrono::system_clock::now() + wait);
  const std::time_t seconds = std::chrono::system_clock::to_time_t(at);
  std::tm parts{};
  if (::gmtime_r(&seconds, &parts) == nullptr) return {};
  std::array<char, 40> text{};
  const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return {text.data(), size};
}

// x-ratelimit-remaining-tokens is anthropic-ratelimit-tokens-remaining.
void appendLimits(std::string& out, const wire::Fields& upstream) {
  for (const std::string_view what : {"requests", "tokens"}) {
    for (const std::string_view which : {"limit", "remaining", "reset"}) {
      std::string theirs("x-ratelimit-");
      theirs.append(which).append("-").append(what);
      const std::string_view value = upstream.get(theirs);
      if (value.data() == nullptr) continue;
      std::string ours("anthropic-ratelimit-");
      ours.append(what).append("-").append(which);
      if (which != "reset") {
        if (text::parseUnsigned(value)) appendField(out, ours, value);
      } else if (const auto wait = duration(value)) {
        appendField(out, ours, timeIn(*wait));
      }
    }
  }
}

}  // namespace

void appendOwnFields(std::string& out, const wire::Fields& client) {
  constexpr std::array<std::string_view, 5> kNames{"anthropic-version", "anthropic-beta",
                                                   "idempotency-key", "traceparent", "tracestate"};
  for (const wire::Field& field : client.all()) {
    const bool goes = std::any_of(kNames.begin(), kNames.end(), [&](std::string_view name) {
      return text::equalsIgnoringCase(name, field.name);
    });
    if (goes) appendField(out, field.name, field.value);
  }
}

void appendAnswerFields(std::string& out, const wire::Fields& upstream, bool same,
                        std::string_view requestId) {
  if (!same) {
    appendField(out, kRequestId, requestId);
    appendLimits(out, upstream);
    return;
  }
  if (!upstream.has(kRequestId)) appendField(out, kRequestId, requestId);
  for (const wire::Field& field : upstream.all()) {
    if (goesBack(field.name)) appendField(out, field.name, field.value);
  }
}

}  // namespace sluice::dialects
