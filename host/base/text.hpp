// Small work on ASCII text that HTTP, configuration and headers share.
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::text {

inline char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 32) : c; }
// In the header for the names of fields, most of which differ in their lengths already.
inline bool equalsIgnoringCase(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] != b[i] && lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}
std::string_view trim(std::string_view text) noexcept;  // spaces and tabs at both ends
std::vector<std::string_view> split(std::string_view text, char at);

// Decimal digits only: no sign, no space, no separators, no overflow.
std::optional<std::uint64_t> parseUnsigned(std::string_view digits) noexcept;

// Equal in a time that does not depend on where the first difference stands. For secrets.
bool equalsInConstantTime(std::string_view a, std::string_view b) noexcept;

// Puts `***` wherever `secret` stands. One of fewer than four bytes is let be: it would stand in
// too much that it was never meant in. True: it stood somewhere.
bool redact(std::string& text, std::string_view secret);

// The length of the UTF-8 sequence at the front of `bytes`; 0 if there is none.
std::size_t utf8Length(std::string_view bytes) noexcept;
// Of a text in UTF-8.
std::size_t countCharacters(std::string_view text) noexcept;

// `*` stands for any run of characters; nothing else is special.
bool matchesPattern(std::string_view pattern, std::string_view text) noexcept;

// Damerau-Levenshtein distance, for "did you mean".
std::size_t editDistance(std::string_view a, std::string_view b);
// The nearest of `known` within two edits (one for names under four letters); empty if none.
std::string_view nearest(std::string_view name, const std::vector<std::string_view>& known);

}  // namespace sluice::text
