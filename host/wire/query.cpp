#include "wire/query.hpp"

#include <charconv>

#include "base/text.hpp"
#include "wire/chars.hpp"

namespace sluice::wire {

namespace {

std::string unescaped(std::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view digits = text.substr(i + 1, 2);
    if (text[i] == '%' && digits.size() == 2 && allIn(digits, hexDigit)) {
      unsigned byte = 0;
      std::from_chars(digits.data(), digits.data() + 2, byte, 16);
      plain += static_cast<char>(byte);
      i += 2;
    } else {
      plain += text[i] == '+' ? ' ' : text[i];
    }
  }
  return plain;
}

}  // namespace

std::optional<std::string> queryParameter(std::string_view query, std::string_view name) {
  for (const std::string_view one : text::split(query, '&')) {
    const std::size_t equals = one.find('=');
    if (unescaped(one.substr(0, equals)) != name) continue;
    return equals == one.npos ? std::string() : unescaped(one.substr(equals + 1));
  }
  return std::nullopt;
}

}  // namespace sluice::wire
