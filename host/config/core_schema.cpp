#include "config/core_schema.hpp"

#include <algorithm>
#include <charconv>

namespace sluice::config {

namespace {

bool digit(char c) { return c >= '0' && c <= '9'; }

// Takes a run of digits off the front; how many.
std::size_t takeDigits(std::string_view& text) {
  const auto end = std::find_if_not(text.begin(), text.end(), digit);
  const auto count = static_cast<std::size_t>(end - text.begin());
  text.remove_prefix(count);
  return count;
}

bool takeSign(std::string_view& text) {
  const bool sign = !text.empty() && (text.front() == '-' || text.front() == '+');
  if (sign) text.remove_prefix(1);
  return sign;
}

int radix(std::string_view text) {
  if (text.starts_with("0x")) return 16;
  if (text.starts_with("0o")) return 8;
  return 10;
}

bool digitsOfRadix(std::string_view text, int base) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [base](char c) {
    if (base == 8) return c >= '0' && c <= '7';
    return digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  });
}

bool among(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

Plain resolveNumber(std::string_view text) {
  if (const int base = radix(text); base != 10) {
    return digitsOfRadix(text.substr(2), base) ? Plain::integer : Plain::text;
  }
  takeSign(text);
  if (among(text, {".inf", ".Inf", ".INF"})) return Plain::notFinite;
  const std::size_t whole = takeDigits(text);
  if (text.empty()) return whole > 0 ? Plain::integer : Plain::text;
  std::size_t fraction = 0;
  if (text.front() == '.') {
    text.remove_prefix(1);
    fraction = takeDigits(text);
  }
  if (whole + fraction == 0) return Plain::text;
  if (text.empty()) return Plain::real;
  if (text.front() != 'e' && text.front() != 'E') return Plain::text;
  text.remove_prefix(1);
  takeSign(text);
  return takeDigits(text) > 0 && text.empty() ? Plain::real : Plain::text;
}

}  // namespace

Plain resolve(std::string_view plain) {
  if (among(plain, {"", "~", "null", "Null", "NULL"})) return Plain::null;
  if (among(plain, {"true", "True", "TRUE", "false", "False", "FALSE"})) return Plain::boolean;
  if (among(plain, {".nan", ".NaN", ".NAN"})) return Plain::notFinite;
  return resolveNumber(plain);
}

std::string_view nameOf(Plain plain) {
  switch (plain) {
    case Plain::null: return "nothing";
    case Plain::boolean: return "true or false";
    case Plain::integer:
    case Plain::real:
    case Plain::notFinite: return "a number";
    case Plain::text: break;
  }
  return "text";
}

std::optional<std::string> jsonNumber(std::string_view plain) {
  if (const int base = radix(plain); base != 10) {
    std::uint64_t value = 0;
    const std::string_view digits = plain.substr(2);
    const auto error = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
    if (error.ec != std::errc()) return std::nullopt;
    return std::to_string(value);
  }
  std::string out = plain.starts_with('-') ? "-" : "";
  takeSign(plain);
  while (plain.size() > 1 && plain[0] == '0' && digit(plain[1])) plain.remove_prefix(1);
  if (plain.starts_with('.')) out += '0';
  for (std::size_t i = 0; i < plain.size(); ++i) {
    out += plain[i];
    if (plain[i] == '.' && (i + 1 == plain.size() || !digit(plain[i + 1]))) out += '0';
  }
  return out;
}

}  // namespace sluice::config
