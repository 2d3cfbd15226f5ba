// Until when a limit lasts, in the two ways in which it is said: as a time from now ("6m0s") and as
// a point in time ("2026-01-02T03:04:05Z").
// Threads: pure functions.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::dialects {

// "1s", "6m0s", "1h2m3.5s", "120ms"; a number alone is of seconds. At most some years.
std::optional<std::chrono::milliseconds> parseWait(std::string_view text);
// "6m0s": rounded up to whole seconds.
std::string waitText(std::chrono::milliseconds wait);

// As RFC 3339 has it, with a fraction or an offset or without; of the years 1970 to 2200.
std::optional<std::chrono::system_clock::time_point> parseTime(std::string_view text);
// In UTC, rounded up to whole seconds.
std::string timeText(std::chrono::system_clock::time_point time);

}  // namespace sluice::dialects
