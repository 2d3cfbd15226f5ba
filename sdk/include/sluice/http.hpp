// sluice/http.hpp: what the head of an HTTP answer means: the error that a status stands for, and
// how long an upstream asks to be left alone (retry-after-ms, then Retry-After as seconds or as an
// HTTP date).
// Threads: pure functions.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <sluice/codec.hpp>
#include <string_view>

namespace sluice {

inline constexpr std::uint32_t kMaxRetryAfterMs =
    24 * 60 * 60 * 1000;  // what is more reads as a day

namespace detail {

// Decimal digits with an optional fraction, times `scale`, rounded up; nothing else before the end.
inline std::optional<std::uint32_t> parseDelay(std::string_view text, std::uint32_t scale) {
  std::uint64_t whole = 0, part = 0, unit = 1;
  std::size_t i = 0;
  const auto digit = [&] { return i < text.size() && text[i] >= '0' && text[i] <= '9'; };
  if (!digit()) return std::nullopt;
  for (; digit(); ++i)
    whole = std::min<std::uint64_t>(whole * 10 + static_cast<unsigned>(text[i] - '0'), 1u << 30);
  if (i < text.size() && text[i] == '.') {
    for (++i; digit(); ++i) {
      if (unit >= 1000000) continue;
      part = part * 10 + static_cast<unsigned>(text[i] - '0');
      unit *= 10;
    }
  }
  if (i != text.size()) return std::nullopt;
  const std::uint64_t ms = whole * scale + (part * scale + unit - 1) / unit;
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(ms, kMaxRetryAfterMs));
}

// "Sun, 06 Nov 1994 08:49:37 GMT" as seconds since 1970, UTC.
inline std::optional<std::int64_t> parseHttpDate(std::string_view text) {
  if (text.size() != 29 || text.substr(3, 2) != ", " || text.substr(25) != " GMT")
    return std::nullopt;
  const auto number = [&](std::size_t at, std::size_t size) -> std::int64_t {
    std::int64_t value = 0;
    for (const char c : text.substr(at, size)) {
      if (c < '0' || c > '9') return -1;
      value = value * 10 + (c - '0');
    }
    return value;
  };
  constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
  const std::size_t found = months.find(text.substr(8, 3));
  const std::int64_t day = number(5, 2), year = number(12, 4);
  const std::int64_t hour = number(17, 2), minute = number(20, 2), second = number(23, 2);
  if (found == std::string_view::npos || found % 3 || day < 1 || day > 31 || year < 1970 ||
      hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60)
    return std::nullopt;
  // Days since 1970: the year is counted from March, so that the leap day comes last.
  const auto month = static_cast<std::int64_t>(found / 3) + 1;
  const std::int64_t y = month <= 2 ? year - 1 : year;
  const std::int64_t dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const std::int64_t days = y * 365 + y / 4 - y / 100 + y / 400 + dayOfYear - 719468;
  return days * 86400 + hour * 3600 + minute * 60 + second;
}

}  // namespace detail

// Milliseconds, at least 1 and at most a day; 0: the answer does not say. `unixMs` is now.
inline std::uint32_t retryAfterMs(const Headers& headers, std::int64_t unixMs) {
  if (const auto ms = detail::parseDelay(headers.find("retry-after-ms"), 1))
    return std::max<std::uint32_t>(*ms, 1);
  const std::string_view after = headers.find("retry-after");
  if (const auto ms = detail::parseDelay(after, 1000)) return std::max<std::uint32_t>(*ms, 1);
  if (const auto date = detail::parseHttpDate(after))
    return static_cast<std::uint32_t>(
        std::clamp<std::int64_t>(*date * 1000 - unixMs, 1, kMaxRetryAfterMs));
  return 0;
}

// The same, with the host's clock.
inline std::uint32_t retryAfterMs(const Headers& headers, const Host& host) {
  return retryAfterMs(headers, Clock(host).unixMs());
}

namespace detail {

inline std::uint32_t reasonOf(int status) noexcept {
  switch (status) {
    case 401:
    case 403: return SLUICE_REASON_KEY;
    case 402: return SLUICE_REASON_QUOTA;
    case 429: return SLUICE_REASON_RATE_LIMIT;
    case 404:  // perhaps the path: then base_url is at fault, not the client
    case 408:
    case 409:
    case 425: return SLUICE_REASON_NONE;
    default: break;
  }
  if (status >= 500) return SLUICE_REASON_OVERLOADED;
  return status >= 400 ? SLUICE_REASON_BAD_REQUEST : SLUICE_REASON_NONE;
}

inline sluice_status codeOf(std::uint32_t reason, int status) noexcept {
  switch (reason) {
    case SLUICE_REASON_RATE_LIMIT:
    case SLUICE_REASON_QUOTA: return SLUICE_RESOURCE_EXHAUSTED;
    case SLUICE_REASON_KEY:
      return status == 403 ? SLUICE_PERMISSION_DENIED : SLUICE_UNAUTHENTICATED;
    case SLUICE_REASON_CONTEXT_LENGTH:
    case SLUICE_REASON_CONTENT_FILTER: return SLUICE_INVALID_ARGUMENT;
    case SLUICE_REASON_MODEL_NOT_FOUND: return SLUICE_NOT_FOUND;
    case SLUICE_REASON_OVERLOADED: return SLUICE_UNAVAILABLE;
    default: break;
  }
  if (status == 404) return SLUICE_NOT_FOUND;
  if (status == 408) return SLUICE_DEADLINE_EXCEEDED;
  if (status == 409 || status == 425 || status == 0) return SLUICE_UNAVAILABLE;
  return status >= 400 ? SLUICE_INVALID_ARGUMENT : SLUICE_FAILED_PRECONDITION;
}

inline bool isRetryable(std::uint32_t reason, int status) noexcept {
  switch (reason) {
    case SLUICE_REASON_RATE_LIMIT:
    case SLUICE_REASON_QUOTA:
    case SLUICE_REASON_KEY:
    case SLUICE_REASON_CONTEXT_LENGTH:
    case SLUICE_REASON_OVERLOADED: return true;
    case SLUICE_REASON_NONE: return status == 0 || status == 408 || status == 409 || status == 425;
    default: return false;
  }
}

inline std::string wordless(int status) {
  if (status == 0) return "the upstream reported an error without a word of why";
  const std::string answered = "HTTP " + std::to_string(status);
  if (status < 400) return answered + ": redirects are not followed; is base_url right?";
  return answered + " without a word of why";
}

}  // namespace detail

// The error that an answer's status stands for. `status`: 0 for an error that came inside an answer
// which began with 200. `reason`: SLUICE_REASON_*, if the upstream's words tell more than its
// status. An empty `message` is replaced by a sentence about the status.
inline Error statusError(int status, std::uint32_t retryAfterMs, std::string message,
                         std::uint32_t reason = SLUICE_REASON_NONE) {
  if (message.empty()) message = detail::wordless(status);
  if (reason == SLUICE_REASON_NONE) reason = detail::reasonOf(status);
  Error error(detail::codeOf(reason, status), std::move(message), reason);
  error.retryable = detail::isRetryable(reason, status);
  error.retryAfterMs = retryAfterMs;
  error.httpStatus = static_cast<std::uint32_t>(status);
  return error;
}

// An answer that broke off or makes no sense; another try may do better.
inline Error broken(std::string message) {
  Error error(SLUICE_UNAVAILABLE, std::move(message));
  error.retryable = true;
  return error;
}

}  // namespace sluice
