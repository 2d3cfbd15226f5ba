#include "http/date.hpp"

#include <array>

namespace sluice::http {

namespace {

// Not strftime's names, for those are the locale's.
constexpr std::array<std::string_view, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

void appendTwo(std::string& out, int value) {
  out += static_cast<char>('0' + value / 10);
  out += static_cast<char>('0' + value % 10);
}

}  // namespace

std::string_view DateField::line() {
  const std::time_t now = std::time(nullptr);
  if (now == second_) return line_;
  second_ = now;
  std::tm utc{};
  ::gmtime_r(&now, &utc);
  line_.assign("Date: ").append(kDays.at(static_cast<std::size_t>(utc.tm_wday))).append(", ");
  appendTwo(line_, utc.tm_mday);
  line_.append(" ").append(kMonths.at(static_cast<std::size_t>(utc.tm_mon))).append(" ");
  line_.append(std::to_string(utc.tm_year + 1900)).append(" ");
  appendTwo(line_, utc.tm_hour);
  line_ += ':';
  appendTwo(line_, utc.tm_min);
  line_ += ':';
  appendTwo(line_, utc.tm_sec);
  line_ += " GMT\r\n";
  return line_;
}

}  // namespace sluice::http
