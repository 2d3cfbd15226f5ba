// Which bytes may stand where in HTTP/1.1: tokens, field values, request targets, host names.
// Threads: pure functions.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace sluice::wire {

// The classes a byte may belong to, as bits of charClasses.
enum CharClass : std::uint8_t {
  tokenChar = 1,   // RFC 9110 5.6.2: methods and field names
  fieldChar = 2,   // in a field's value: visible ASCII, space, tab, bytes from 0x80
  targetChar = 4,  // in a request target: visible ASCII without `#`
  hostChar = 8,    // in a registered name, RFC 3986 3.2.2, with `%`
  hexDigit = 16,
};

namespace detail {
consteval std::array<std::uint8_t, 256> classify() {
  std::array<std::uint8_t, 256> table{};
  for (unsigned c = 0; c < 256; ++c) {
    const bool alnum = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    const auto in = [c](std::string_view set) {
      return c < 0x80 && set.find(static_cast<char>(c)) != std::string_view::npos;
    };
    const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    if (alnum || in("!#$%&'*+-.^_`|~")) table[c] |= tokenChar;
    if (c == '\t' || (c >= 0x20 && c != 0x7f)) table[c] |= fieldChar;
    if (c > 0x20 && c < 0x7f && c != '#') table[c] |= targetChar;
    if (alnum || in("-._~!$&'()*+,;=%")) table[c] |= hostChar;
    if (hex) table[c] |= hexDigit;
  }
  return table;
}
}  // namespace detail

inline constexpr std::array<std::uint8_t, 256> charClasses = detail::classify();

inline bool isIn(char c, CharClass wanted) noexcept {
  return (charClasses[static_cast<unsigned char>(c)] & wanted) != 0;
}

// Whether every byte of `text` is of that class; true for an empty text.
inline bool allIn(std::string_view text, CharClass wanted) noexcept {
  for (const char c : text) {
    if (!isIn(c, wanted)) return false;
  }
  return true;
}

inline bool isToken(std::string_view text) noexcept {
  return !text.empty() && allIn(text, tokenChar);
}
// What may be sent as the value of a field; surrounding blanks are no error.
inline bool isFieldValue(std::string_view text) noexcept { return allIn(text, fieldChar); }

}  // namespace sluice::wire
