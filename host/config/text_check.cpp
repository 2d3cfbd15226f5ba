#include "config/text_check.hpp"

#include <simdjson.h>

namespace sluice::config {

namespace {

constexpr unsigned kLongestLine = 256 << 10;  // characters
constexpr std::size_t kMostOpen = 1000;       // brackets; those in texts and comments count as well

std::size_t sequenceLength(unsigned char lead) {
  return lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

bool control(unsigned char c) { return c < 0x20 && c != '\t' && c != '\n' && c != '\r'; }

}  // namespace

std::optional<TextFault> checkText(std::string_view text) {
  const bool allValid = simdjson::validate_utf8(text.data(), text.size());
  unsigned line = 1;
  unsigned column = 1;
  std::size_t open = 0;
  const auto refuse = [&](const char* why) { return TextFault{line, column, why}; };
  for (std::size_t at = 0; at < text.size();) {
    const auto c = static_cast<unsigned char>(text[at]);
    const std::size_t length = sequenceLength(c);
    if (!allValid && (length > text.size() - at || !simdjson::validate_utf8(&text[at], length))) {
      return refuse("the file is not UTF-8 from here");
    }
    if (control(c)) return refuse("a control character is not allowed");
    if (c == '%' && column == 1) return refuse("YAML directives are not supported");
    if (column > kLongestLine) return refuse("the line is longer than 256 KiB");
    if (c == '[' || c == '{') ++open;
    if ((c == ']' || c == '}') && open > 0) --open;
    if (open > kMostOpen) return refuse("more than 1000 brackets are open here");
    at += length;
    const bool crlf = c == '\r' && at < text.size() && text[at] == '\n';
    const bool lineEnds = (c == '\n' || c == '\r') && !crlf;
    line += lineEnds ? 1 : 0;
    column = lineEnds ? 1 : column + 1;
  }
  return std::nullopt;
}

}  // namespace sluice::config
