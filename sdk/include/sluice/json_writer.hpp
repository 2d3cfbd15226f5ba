// sluice/json_writer.hpp: writes JSON into a string.
// Threads: a Writer belongs to one.
#pragma once

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

namespace sluice::json {

class Value;

// Appends `text` as a JSON string with its quotes.
inline void quote(std::string& out, std::string_view text) {
  static constexpr char hex[] = "0123456789abcdef";
  out.push_back('"');
  std::size_t from = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text, from, i - from);
    from = i + 1;
    out.push_back('\\');
    switch (c) {
      case '"':
      case '\\': out.push_back(static_cast<char>(c)); break;
      case '\n': out.push_back('n'); break;
      case '\r': out.push_back('r'); break;
      case '\t': out.push_back('t'); break;
      default: out.append("u00").append(1, hex[c >> 4]).append(1, hex[c & 15]);
    }
  }
  out.append(text, from, text.size() - from);
  out.push_back('"');
}

// Appends to a string, member by member; commas are its business.
//   Writer(out).beginObject().member("n", 1).member("name", "x").endObject();
class Writer {
 public:
  explicit Writer(std::string& out) noexcept : out_(out) {}

  Writer& beginObject() { return open('{'); }
  Writer& endObject() { return close('}'); }
  Writer& beginArray() { return open('['); }
  Writer& endArray() { return close(']'); }
  Writer& key(std::string_view name) {
    comma();
    quote(out_, name);
    out_.push_back(':');
    first_ = true;
    return *this;
  }
  Writer& string(std::string_view text) {
    comma();
    quote(out_, text);
    return *this;
  }
  Writer& number(std::uint64_t number) { return raw(std::to_string(number)); }
  // What JSON has no number for becomes null.
  Writer& real(double number) {
    char text[32];
    const auto end = std::to_chars(text, text + sizeof text, number).ptr;
    const bool finite = number - number == 0;
    return finite ? raw(std::string_view(text, static_cast<std::size_t>(end - text))) : null();
  }
  Writer& boolean(bool value) { return raw(value ? "true" : "false"); }
  Writer& null() { return raw("null"); }
  // `json` must be JSON already.
  Writer& raw(std::string_view json) {
    comma();
    out_.append(json);
    return *this;
  }

  // A bool, a number, a text, or a json::Value, which is copied as it is.
  template <class Any>
  Writer& value(const Any& any) {
    if constexpr (std::is_same_v<Any, bool>) return boolean(any);
    else if constexpr (std::is_integral_v<Any>) return raw(std::to_string(any));
    else if constexpr (std::is_floating_point_v<Any>) return real(any);
    else if constexpr (!std::is_same_v<Any, Value>) return string(any);
    else if (any.isString()) return string(any.string());
    else return any.exists() ? raw(any.raw()) : null();
  }
  // key() and value(); nothing at all for a json::Value that is missing.
  template <class Any>
  Writer& member(std::string_view name, const Any& any) {
    if constexpr (std::is_same_v<Any, Value>)
      if (!any.exists()) return *this;
    return key(name).value(any);
  }

 private:
  Writer& open(char bracket) {
    comma();
    out_.push_back(bracket);
    first_ = true;
    return *this;
  }
  Writer& close(char bracket) {
    out_.push_back(bracket);
    first_ = false;
    return *this;
  }
  void comma() {
    if (!first_) out_.push_back(',');
    first_ = false;
  }
  std::string& out_;
  bool first_ = true;
};

// Writes the next element of `list`: elements of an array without its brackets, as raw() takes them
// between beginArray() and endArray().
inline Writer next(std::string& list) {
  if (!list.empty()) list.push_back(',');
  return Writer(list);
}

}  // namespace sluice::json
