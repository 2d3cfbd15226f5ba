#include "dialects/json_document.hpp"

namespace sluice::dialects {

namespace {

namespace dom = simdjson::dom;

constexpr std::size_t kKeep = 1 << 20;  // bytes of a buffer that stay with its thread

dom::parser& parser() {
  static thread_local dom::parser one;
  return one;
}

bool ofNumber(char c) {
  return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
}

// -?(0|[1-9][0-9]*)(.[0-9]+)?([eE][+-]?[0-9]+)?
bool isNumber(std::string_view token) {
  const auto digits = [&token] {
    std::size_t count = 0;
    for (; !token.empty() && token[0] >= '0' && token[0] <= '9'; ++count) token.remove_prefix(1);
    return count;
  };
  const auto take = [&token](char one, char other) {
    const bool there = !token.empty() && (token[0] == one || token[0] == other);
    if (there) token.remove_prefix(1);
    return there;
  };
  take('-', '-');
  const bool zero = take('0', '0');
  if (!zero && digits() == 0) return false;
  if (take('.', '.') && digits() == 0) return false;
  if (take('e', 'E')) {
    take('+', '-');
    if (digits() == 0) return false;
  }
  return token.empty();
}

// Writes 0 over every number outside strings that may be too long or too large for 64 bits.
void blankLongNumbers(std::string& text) {
  constexpr std::size_t kLong = 16;
  bool inString = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (inString) {
      if (text[i] == '\\') ++i;
      else if (text[i] == '"') inString = false;
      continue;
    }
    if (text[i] == '"') inString = true;
    if (!ofNumber(text[i]) || text[i] == 'e' || text[i] == 'E') continue;  // true, false
    std::size_t end = i;
    bool exponent = false;
    for (; end < text.size() && ofNumber(text[end]); ++end) {
      exponent = exponent || text[end] == 'e' || text[end] == 'E';
    }
    const bool large = exponent || end - i >= kLong;
    if (large && isNumber(std::string_view(text).substr(i, end - i))) {
      text[i] = '0';
      for (std::size_t k = i + 1; k < end; ++k) text[k] = ' ';
    }
    i = end - 1;
  }
}

simdjson::error_code parseRoomy(std::string& text, dom::element& root) {
  // One large text must not leave its tree's memory behind for ever.
  if (parser().capacity() > kKeep && text.size() < kKeep / 2) parser() = dom::parser();
  return parser().parse(text.data(), text.size(), false).get(root);
}

// `copy` holds the text, with room behind it, and is spoilt.
simdjson::error_code parseWithoutLongNumbers(std::string& copy, dom::element& root) {
  blankLongNumbers(copy);
  return parseRoomy(copy, root);
}

std::string& buffer() {
  static thread_local std::string one;
  return one;
}

void fillBuffer(std::string_view text) {
  std::string& into = buffer();
  if (into.capacity() > kKeep && text.size() < kKeep / 2) into = std::string();
  into.reserve(text.size() + simdjson::SIMDJSON_PADDING);
  into.assign(text);
}

}  // namespace

simdjson::error_code parseJson(std::string_view text, dom::element& root) {
  fillBuffer(text);
  const simdjson::error_code error = parseRoomy(buffer(), root);
  if (error != simdjson::NUMBER_ERROR) return error;
  return parseWithoutLongNumbers(buffer(), root);
}

simdjson::error_code parseJsonInPlace(std::string& text, dom::element& root) {
  text.reserve(text.size() + simdjson::SIMDJSON_PADDING);
  const simdjson::error_code error = parseRoomy(text, root);
  if (error != simdjson::NUMBER_ERROR) return error;
  fillBuffer(text);
  return parseWithoutLongNumbers(buffer(), root);
}

}  // namespace sluice::dialects
