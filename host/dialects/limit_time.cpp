#include "dialects/limit_time.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <ctime>

namespace sluice::dialects {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::system_clock;

// Takes a number of `digits` digits and what must stand behind it. -1: it is not there.
int takeNumber(std::string_view& text, std::size_t digits, char behind) {
  const std::string_view number = text.substr(0, digits);
  int value = 0;
  const auto read = std::from_chars(number.data(), number.data() + number.size(), value);
  const bool whole = number.size() == digits && read.ec == std::errc() &&
                     read.ptr == number.data() + digits && number.front() != '-';
  if (!whole || (behind != '\0' && !text.substr(digits).starts_with(behind))) return -1;
  text.remove_prefix(digits + (behind == '\0' ? 0 : 1));
  return value;
}

// "Z", "+02:00": what is to be subtracted.
std::optional<seconds> takeOffset(std::string_view text) {
  if (text == "Z" || text == "z") return seconds(0);
  if (!text.starts_with('+') && !text.starts_with('-')) return std::nullopt;
  const int sign = text.front() == '-' ? -1 : 1;
  text.remove_prefix(1);
  const int hours = takeNumber(text, 2, ':');
  const int minutes = takeNumber(text, 2, '\0');
  if (hours < 0 || minutes < 0 || !text.empty()) return std::nullopt;
  return seconds(sign * (hours * 3600 + minutes * 60));
}

}  // namespace

std::optional<milliseconds> parseWait(std::string_view text) {
  if (text.empty()) return std::nullopt;
  double sum = 0;
  while (!text.empty()) {
    if (std::string_view("0123456789.").find(text.front()) == text.npos) return std::nullopt;
    double value = 0;
    const char* const last = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data(), last, value, std::chars_format::fixed);
    if (error != std::errc()) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    const std::size_t unitEnd = std::min(text.find_first_of("0123456789."), text.size());
    const std::string_view unit = text.substr(0, unitEnd);
    text.remove_prefix(unitEnd);
    if (unit == "ms") sum += value;
    else if (unit == "s" || unit.empty()) sum += value * 1000;
    else if (unit == "m") sum += value * 60'000;
    else if (unit == "h") sum += value * 3'600'000;
    else return std::nullopt;
  }
  constexpr double kMost = 1e11;  // years
  return milliseconds(static_cast<std::int64_t>(std::ceil(std::min(sum, kMost))));
}

std::string waitText(milliseconds wait) {
  const std::int64_t whole = std::chrono::ceil<seconds>(std::max(wait, milliseconds(0))).count();
  std::string text;
  if (whole >= 3600) text += std::to_string(whole / 3600) + "h";
  if (whole >= 60) text += std::to_string(whole / 60 % 60) + "m";
  return text + std::to_string(whole % 60) + "s";
}

std::optional<system_clock::time_point> parseTime(std::string_view text) {
  const int year = takeNumber(text, 4, '-');
  const int month = year < 0 ? -1 : takeNumber(text, 2, '-');
  const int day = month < 0 ? -1 : takeNumber(text, 2, '\0');
  if (day < 0 || text.empty() || std::string_view("Tt ").find(text.front()) == text.npos)
    return std::nullopt;
  text.remove_prefix(1);
  const int hour = takeNumber(text, 2, ':');
  const int minute = hour < 0 ? -1 : takeNumber(text, 2, ':');
  const int second = minute < 0 ? -1 : takeNumber(text, 2, '\0');
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (second < 0 || !date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  bool fraction = false;
  if (text.starts_with('.')) {
    const std::size_t end = std::min(text.find_first_not_of("0123456789", 1), text.size());
    fraction = text.substr(1, end - 1).find_first_not_of('0') != text.npos;
    text.remove_prefix(end);
  }
  const auto offset = takeOffset(text);
  if (!offset) return std::nullopt;
  const int rest = second + (fraction ? 1 : 0);  // rounded up
  const auto time = std::chrono::sys_days(date) + std::chrono::hours(hour) +
                    std::chrono::minutes(minute) + seconds(rest) - *offset;
  constexpr std::chrono::sys_days kEnd{std::chrono::year(2201) / 1 / 1};
  if (time.time_since_epoch() < seconds(0) || time >= kEnd) return std::nullopt;
  return time;
}

std::string timeText(system_clock::time_point time) {
  const std::time_t whole = system_clock::to_time_t(std::chrono::ceil<seconds>(time));
  std::tm parts{};
  if (::gmtime_r(&whole, &parts) == nullptr) return {};
  std::array<char, 40> text{};
  const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return {text.data(), size};
}

}  // namespace sluice::dialects
