// sluice/http.hpp: how long an upstream asks to be left alone: retry-after-ms, then Retry-After as
// seconds or as an HTTP date.
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

}  // namespace sluice
