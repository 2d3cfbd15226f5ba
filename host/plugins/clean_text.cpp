#include "plugins/clean_text.hpp"

#include "base/text.hpp"

namespace sluice::plugins {

namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";

// Whether `rest` can be the beginning of a sequence whose end was cut off.
bool isCutOff(std::string_view rest) {
  const auto first = static_cast<unsigned char>(rest.front());
  const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || rest.size() >= length) return false;
  for (const char c : rest.substr(1)) {
    if ((static_cast<unsigned char>(c) & 0xc0) != 0x80) return false;
  }
  return true;
}

}  // namespace

std::string cleaned(std::string_view text, std::size_t limit) {
  std::string out;
  while (!text.empty()) {
    const std::size_t length = text::utf8Length(text);
    if (length == 0 && isCutOff(text)) break;
    std::string_view piece = length == 0 ? kReplacement : text.substr(0, length);
    text.remove_prefix(length == 0 ? 1 : length);
    if (piece == "\n" || piece == "\r" || piece == "\t") piece = " ";
    const auto first = static_cast<unsigned char>(piece.front());
    const bool control = first < 0x20 || first == 0x7f ||
                         (first == 0xc2 && static_cast<unsigned char>(piece[1]) < 0xa0);
    if (control) continue;
    if (out.size() + piece.size() > limit) break;
    out += piece;
  }
  return out;
}

}  // namespace sluice::plugins
