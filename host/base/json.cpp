#include "base/json.hpp"

#include <simdjson.h>

#include <array>
#include <charconv>

#include "base/text.hpp"

namespace sluice::json {

namespace {

constexpr std::string_view kHex = "0123456789abcdef";

void appendEscaped(std::string& out, char c) {
  switch (c) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: break;
  }
  out += "\\u00";
  out += kHex[static_cast<unsigned char>(c) >> 4];
  out += kHex[static_cast<unsigned char>(c) & 15];
}

bool plain(char c) { return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\'; }

void appendPlainAndEscaped(std::string& out, std::string_view text) {
  std::size_t done = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (plain(text[i])) continue;
    out.append(text.substr(done, i - done));
    appendEscaped(out, text[i]);
    done = i + 1;
  }
  out.append(text.substr(done));
}

void appendRepaired(std::string& out, std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = text::utf8Length(text);
    if (length == 0) out += "\xef\xbf\xbd";
    else appendPlainAndEscaped(out, text.substr(0, length));
    text.remove_prefix(length == 0 ? 1 : length);
  }
}

}  // namespace

void appendString(std::string& out, std::string_view text) {
  out += '"';
  if (simdjson::validate_utf8(text.data(), text.size())) appendPlainAndEscaped(out, text);
  else appendRepaired(out, text);
  out += '"';
}

void appendNumber(std::string& out, std::uint64_t value) {
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  out.append(digits.data(), static_cast<std::size_t>(end - digits.data()));
}

void appendNumber(std::string& out, double value) {
  std::array<char, 32> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  out.append(digits.data(), static_cast<std::size_t>(end - digits.data()));
}

void Writer::comma() {
  if (!first_) out_ += ',';
  first_ = false;
}
Writer& Writer::beginObject() {
  comma();
  out_ += '{';
  first_ = true;
  return *this;
}
Writer& Writer::endObject() {
  out_ += '}';
  first_ = false;
  return *this;
}
Writer& Writer::beginArray() {
  comma();
  out_ += '[';
  first_ = true;
  return *this;
}
Writer& Writer::endArray() {
  out_ += ']';
  first_ = false;
  return *this;
}
Writer& Writer::key(std::string_view name) {
  comma();
  appendString(out_, name);
  out_ += ':';
  first_ = true;
  return *this;
}
Writer& Writer::string(std::string_view value) {
  comma();
  appendString(out_, value);
  return *this;
}
Writer& Writer::number(std::uint64_t value) {
  comma();
  appendNumber(out_, value);
  return *this;
}
Writer& Writer::number(double value) {
  comma();
  appendNumber(out_, value);
  return *this;
}
Writer& Writer::boolean(bool value) { return raw(value ? "true" : "false"); }
Writer& Writer::null() { return raw("null"); }
Writer& Writer::raw(std::string_view value) {
  comma();
  out_ += value;
  return *this;
}

}  // namespace sluice::json
