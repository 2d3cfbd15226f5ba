#include "dialects/json_view.hpp"

#include <algorithm>
#include <charconv>
#include <string>

#include "base/text.hpp"

namespace sluice::dialects {

namespace {

bool isSpace(char c) noexcept { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

std::string_view trimmed(std::string_view text) noexcept {
  while (!text.empty() && isSpace(text.front())) text.remove_prefix(1);
  while (!text.empty() && isSpace(text.back())) text.remove_suffix(1);
  return text;
}

// One past the string that begins at the front of `text`.
std::size_t stringEnd(std::string_view text) noexcept {
  std::size_t at = 1;
  for (;;) {
    at = text.find('"', at);
    if (at == text.npos) return text.size();
    std::size_t slashes = 0;
    while (text[at - 1 - slashes] == '\\') ++slashes;
    ++at;
    if (slashes % 2 == 0) return at;
  }
}

// One past the value that begins at the front of `text`.
std::size_t valueEnd(std::string_view text) noexcept {
  int depth = 0;
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (c == '"') {
      at += stringEnd(text.substr(at));
      if (depth == 0) return at;
      continue;
    }
    if (c == '{' || c == '[') {
      ++depth;
    } else if (c == '}' || c == ']') {
      if (depth == 0) return at;
      if (--depth == 0) return at + 1;
    } else if (depth == 0 && (c == ',' || isSpace(c))) {
      return at;
    }
    ++at;
  }
  return text.size();
}

// The inside of an object or array, from its first member on.
std::string_view inside(std::string_view raw) noexcept { return trimmed(raw.substr(1)); }

// Goes past what stands between two members. False: there is no further one.
bool skipToNext(std::string_view& rest) noexcept {
  rest = trimmed(rest);
  if (!rest.empty() && rest.front() == ',') rest = trimmed(rest.substr(1));
  return !rest.empty() && rest.front() != '}' && rest.front() != ']';
}

std::string_view takeValue(std::string_view& rest) noexcept {
  const std::size_t end = valueEnd(rest);
  const std::string_view value = rest.substr(0, end);
  rest.remove_prefix(end);
  return value;
}

unsigned hexDigits(std::string_view digits) noexcept {
  unsigned code = 0;
  const std::string_view four = digits.substr(0, 4);
  std::from_chars(four.data(), four.data() + four.size(), code, 16);
  return code;
}

void appendUtf8(std::string& out, unsigned code) {
  const auto byte = [&out](unsigned value) { out += static_cast<char>(value); };
  if (code < 0x80) {
    byte(code);
  } else if (code < 0x800) {
    byte(0xC0 | code >> 6);
    byte(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    byte(0xE0 | code >> 12);
    byte(0x80 | (code >> 6 & 0x3F));
    byte(0x80 | (code & 0x3F));
  } else {
    byte(0xF0 | code >> 18);
    byte(0x80 | (code >> 12 & 0x3F));
    byte(0x80 | (code >> 6 & 0x3F));
    byte(0x80 | (code & 0x3F));
  }
}

// `text` begins behind "\u". Takes what belongs to the character.
void appendEscapedCharacter(std::string& out, std::string_view& text) {
  constexpr unsigned kReplacement = 0xFFFD;
  unsigned code = hexDigits(text);
  text.remove_prefix(std::min<std::size_t>(4, text.size()));
  if (code >= 0xD800 && code < 0xE000) {
    const bool pair = code < 0xDC00 && text.starts_with("\\u");
    const unsigned low = pair ? hexDigits(text.substr(2)) : 0;
    if (low >= 0xDC00 && low < 0xE000) {
      code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
      text.remove_prefix(std::min<std::size_t>(6, text.size()));
    } else {
      code = kReplacement;
    }
  }
  appendUtf8(out, code);
}

// `text`: the inside of a string.
std::string unescaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (;;) {
    const std::size_t slash = text.find('\\');
    out.append(text.substr(0, slash));
    if (slash == text.npos || slash + 1 >= text.size()) return out;
    const char kind = text[slash + 1];
    text.remove_prefix(slash + 2);
    switch (kind) {
      case 'b': out += '\b'; break;
      case 'f': out += '\f'; break;
      case 'n': out += '\n'; break;
      case 'r': out += '\r'; break;
      case 't': out += '\t'; break;
      case 'u': appendEscapedCharacter(out, text); break;
      default: out += kind; break;
    }
  }
}

std::string_view withoutQuotes(std::string_view raw) noexcept {
  return raw.substr(1, raw.size() - 2);
}

}  // namespace

JsonView::JsonView(std::string_view json) noexcept : raw_(trimmed(json)) {}

bool JsonView::isNumber() const noexcept {
  return begins('-') || (!raw_.empty() && raw_.front() >= '0' && raw_.front() <= '9');
}

std::string JsonView::text() const {
  if (!isString()) return {};
  return unescaped(withoutQuotes(raw_));
}

bool JsonView::says(std::string_view text) const {
  if (!isString()) return false;
  const std::string_view own = withoutQuotes(raw_);
  if (own.find('\\') == own.npos) return own == text;
  return unescaped(own) == text;
}

std::optional<bool> JsonView::boolean() const noexcept {
  if (!isBoolean()) return std::nullopt;
  return begins('t');
}

std::optional<std::uint64_t> JsonView::whole() const noexcept { return text::parseUnsigned(raw_); }

JsonView JsonView::operator[](std::string_view name) const {
  JsonMembers members(*this);
  while (members.next()) {
    if (members.name() == name) return members.value();
  }
  return {};
}

JsonMembers::JsonMembers(JsonView object) noexcept
    : rest_(object.isObject() ? inside(object.raw_) : std::string_view()) {}

bool JsonMembers::next() {
  if (!skipToNext(rest_)) return false;
  name_ = withoutQuotes(takeValue(rest_));
  if (name_.find('\\') != name_.npos) {
    plain_ = unescaped(name_);
    name_ = plain_;
  }
  rest_ = trimmed(rest_);
  rest_ = trimmed(rest_.substr(1));  // the colon
  value_.raw_ = takeValue(rest_);
  return true;
}

JsonElements::JsonElements(JsonView array) noexcept
    : rest_(array.isArray() ? inside(array.raw_) : std::string_view()) {}

bool JsonElements::next() noexcept {
  if (!skipToNext(rest_)) return false;
  value_.raw_ = takeValue(rest_);
  return true;
}

}  // namespace sluice::dialects
