// sluice/json.hpp: a small strict JSON reader for plugins, without dependencies; the writer is in
// sluice/json_writer.hpp, which comes with it.
// A Document keeps the order of members and the text of numbers; it can be parsed into again and
// again without allocating. Bytes above ASCII pass through as they are.
// Threads: a Document belongs to one thread at a time; reading a parsed one is safe from many.
#pragma once

#include <charconv>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <sluice/json_writer.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::json {

enum class Type : std::uint8_t { missing, null, boolean, number, string, array, object };

inline constexpr std::size_t kMaxDepth = 128;  // of arrays and objects inside each other

namespace detail {
struct Node {
  const char* text = nullptr;  // a string's characters, else where the value begins
  std::uint32_t size = 0;      // of text; an array's or object's reaches to its last bracket
  std::uint32_t next = 0;      // index of the node after this value
  Type type = Type::missing;
};
}  // namespace detail

// A value inside a Document: cheap to copy, valid until the Document is parsed into again or dies,
// and as long as the text it was parsed from. What is not there is a `missing` value, and so is
// what is looked up in it: root["choices"][0]["delta"]["content"].string().
class Value {
 public:
  Value() = default;

  Type type() const noexcept { return nodes_ ? node().type : Type::missing; }
  bool exists() const noexcept { return type() != Type::missing; }
  bool isNull() const noexcept { return type() == Type::null; }
  bool isString() const noexcept { return type() == Type::string; }
  bool isNumber() const noexcept { return type() == Type::number; }
  bool isArray() const noexcept { return type() == Type::array; }
  bool isObject() const noexcept { return type() == Type::object; }

  // The member of that name (the first, if several), or the element at that place.
  Value operator[](std::string_view name) const noexcept;
  Value operator[](std::size_t index) const noexcept;

  // The value if it is of that type, else what is given.
  std::string_view string(std::string_view otherwise = {}) const noexcept {
    return isString() ? std::string_view(node().text, node().size) : otherwise;
  }
  bool boolean(bool otherwise = false) const noexcept {
    return type() == Type::boolean ? *node().text == 't' : otherwise;
  }
  // 0 if it is too small for a double, `otherwise` if it is too large.
  double number(double otherwise = 0) const noexcept;
  // A whole number that fits; 3.0 and 3e2 are not written as one.
  std::optional<std::uint64_t> unsignedInteger() const noexcept;
  std::uint64_t whole(std::uint64_t otherwise = 0) const noexcept {
    return unsignedInteger().value_or(otherwise);
  }
  // The JSON text of a number, array, object or literal as it stood; empty for strings.
  std::string_view raw() const noexcept {
    return exists() && !isString() ? std::string_view(node().text, node().size)
                                   : std::string_view();
  }

  // `for (Value item : value)`: an array's elements, an object's values, else nothing. An
  // iterator into an object also has key().
  class Iterator {
   public:
    Iterator(const detail::Node* nodes, std::uint32_t index, bool keyed) noexcept
        : nodes_(nodes), index_(index), keyed_(keyed) {}
    Value operator*() const noexcept { return Value(nodes_, index_ + (keyed_ ? 1 : 0)); }
    std::string_view key() const noexcept { return {nodes_[index_].text, nodes_[index_].size}; }
    Iterator& operator++() noexcept {
      index_ = nodes_[index_ + (keyed_ ? 1 : 0)].next;
      return *this;
    }
    bool operator!=(const Iterator& other) const noexcept { return index_ != other.index_; }

   private:
    const detail::Node* nodes_;
    std::uint32_t index_;
    bool keyed_;
  };
  Iterator begin() const noexcept { return {nodes_, holds() ? index_ + 1 : 0, isObject()}; }
  Iterator end() const noexcept { return {nodes_, holds() ? node().next : 0, isObject()}; }

 private:
  friend class Document;
  Value(const detail::Node* nodes, std::uint32_t index) noexcept : nodes_(nodes), index_(index) {}
  const detail::Node& node() const noexcept { return nodes_[index_]; }
  bool holds() const noexcept { return isArray() || isObject(); }

  const detail::Node* nodes_ = nullptr;
  std::uint32_t index_ = 0;
};

// A parsed text. Lent the text: it must outlive what is read from the Document.
class Document {
 public:
  Document() = default;
  Document(const Document&) = delete;  // Values point into it
  Document& operator=(const Document&) = delete;

  // Strict RFC 8259, one value with white space around it. False: error() says what is wrong, and
  // root() is missing. Half surrogate pairs read as U+FFFD.
  bool parse(std::string_view text);

  Value root() const noexcept { return nodes_.empty() ? Value() : Value(nodes_.data(), 0); }
  const char* error() const noexcept { return error_; }         // only after a failure
  std::size_t errorOffset() const noexcept { return offset_; }  // bytes into the text

 private:
  bool value(std::size_t depth);
  bool members(std::size_t depth);
  bool elements(std::size_t depth);
  bool string();
  bool unescape(const char* begin);
  bool escape();
  bool hex4(std::uint32_t& unit) noexcept;
  std::uint32_t pairWith(std::uint32_t high) noexcept;
  static bool isSurrogate(std::uint32_t unit) noexcept { return unit >= 0xD800 && unit < 0xE000; }
  bool number();
  bool literal(const char* word, std::size_t size, Type type);
  bool digits() noexcept;
  void space() noexcept {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
  }
  bool fail(const char* what) noexcept {
    error_ = what;
    return false;
  }
  void add(Type type, const char* text, std::size_t size) {
    nodes_.push_back({text, static_cast<std::uint32_t>(size),
                      static_cast<std::uint32_t>(nodes_.size() + 1), type});
  }
  void close(std::size_t opened) noexcept {
    nodes_[opened].size = static_cast<std::uint32_t>(at_ - nodes_[opened].text);
    nodes_[opened].next = static_cast<std::uint32_t>(nodes_.size());
  }

  std::vector<detail::Node> nodes_;  // in the order of the text; a member's name before its value
  std::string unescaped_;            // of strings that hold escapes; never longer than the text
  const char* begin_ = nullptr;
  const char* at_ = nullptr;
  const char* end_ = nullptr;
  const char* error_ = nullptr;
  std::size_t offset_ = 0;
};

// ---- definitions -------------------------------------------------------------------------------

inline Value Value::operator[](std::string_view name) const noexcept {
  if (!isObject()) return {};
  const Iterator last = end();
  for (Iterator at = begin(); at != last; ++at)
    if (at.key() == name) return *at;
  return {};
}

inline Value Value::operator[](std::size_t index) const noexcept {
  if (!isArray()) return {};
  const Iterator last = end();
  for (Iterator at = begin(); at != last; ++at)
    if (index-- == 0) return *at;
  return {};
}

inline double Value::number(double otherwise) const noexcept {
  if (!isNumber()) return otherwise;
  double value = 0;
  const auto read = std::from_chars(node().text, node().text + node().size, value);
  if (read.ec == std::errc()) return value;
  const std::string_view text(node().text, node().size);
  const std::size_t exponent = text.find_first_of("eE");
  const bool tiny = exponent == text.npos ? text.find("0.") <= 1 : text[exponent + 1] == '-';
  return tiny ? 0 : otherwise;
}

inline std::optional<std::uint64_t> Value::unsignedInteger() const noexcept {
  std::uint64_t value = 0;
  if (!isNumber()) return std::nullopt;
  const char* end = node().text + node().size;
  const auto read = std::from_chars(node().text, end, value);
  if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
  return value;
}

inline bool Document::parse(std::string_view text) {
  nodes_.clear();
  unescaped_.clear();
  begin_ = at_ = text.data();
  end_ = begin_ + text.size();
  error_ = nullptr;
  bool good = false;
  if (text.size() >= std::numeric_limits<std::uint32_t>::max()) {
    fail("the text is too long");
  } else {
    space();
    good = value(0);
    if (good) {
      space();
      good = at_ == end_ || fail("there is more after the value");
    }
  }
  offset_ = static_cast<std::size_t>(at_ - begin_);
  if (!good) nodes_.clear();
  return good;
}

inline bool Document::value(std::size_t depth) {
  if (at_ == end_) return fail("a value is missing");
  switch (*at_) {
    case '{': return depth < kMaxDepth ? members(depth + 1) : fail("it is nested too deeply");
    case '[': return depth < kMaxDepth ? elements(depth + 1) : fail("it is nested too deeply");
    case '"': return string();
    case 't': return literal("true", 4, Type::boolean);
    case 'f': return literal("false", 5, Type::boolean);
    case 'n': return literal("null", 4, Type::null);
    default: return number();
  }
}

inline bool Document::members(std::size_t depth) {
  const std::size_t opened = nodes_.size();
  add(Type::object, at_++, 0);
  space();
  if (at_ != end_ && *at_ == '}') {
    ++at_;
    close(opened);
    return true;
  }
  for (;;) {
    if (at_ == end_ || *at_ != '"') return fail("a member's name is missing");
    if (!string()) return false;
    space();
    if (at_ == end_ || *at_ != ':') return fail("a colon is missing");
    ++at_;
    space();
    if (!value(depth)) return false;
    space();
    if (at_ == end_ || (*at_ != ',' && *at_ != '}')) return fail("a comma or a brace is missing");
    if (*at_++ == '}') break;
    space();
  }
  close(opened);
  return true;
}

inline bool Document::elements(std::size_t depth) {
  const std::size_t opened = nodes_.size();
  add(Type::array, at_++, 0);
  space();
  if (at_ != end_ && *at_ == ']') {
    ++at_;
    close(opened);
    return true;
  }
  for (;;) {
    if (!value(depth)) return false;
    space();
    if (at_ == end_ || (*at_ != ',' && *at_ != ']')) return fail("a comma or a bracket is missing");
    if (*at_++ == ']') break;
    space();
  }
  close(opened);
  return true;
}

namespace detail {
// The first quote, backslash or control character; eight bytes a step.
inline const char* plain(const char* at, const char* end) noexcept {
  constexpr std::uint64_t ones = 0x0101010101010101u, highs = 0x8080808080808080u;
  while (end - at >= 8) {
    std::uint64_t word;
    std::memcpy(&word, at, sizeof word);
    const std::uint64_t quotes = word ^ (ones * '"'), slashes = word ^ (ones * '\\');
    const std::uint64_t found = ((word - ones * 0x20) & ~word) | ((quotes - ones) & ~quotes) |
                                ((slashes - ones) & ~slashes);
    if (found & highs) break;
    at += 8;
  }
  while (at != end && *at != '"' && *at != '\\' && static_cast<unsigned char>(*at) >= 0x20) ++at;
  return at;
}

inline void appendUtf8(std::string& out, std::uint32_t code) {
  const auto put = [&out](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  const auto tail = [&](unsigned shift) { put(0x80 | (code >> shift & 0x3F)); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | code >> 6);
    tail(0);
  } else if (code < 0x10000) {
    put(0xE0 | code >> 12);
    tail(6);
    tail(0);
  } else {
    put(0xF0 | code >> 18);
    tail(12);
    tail(6);
    tail(0);
  }
}
}  // namespace detail

inline bool Document::string() {
  const char* begin = ++at_;
  at_ = detail::plain(at_, end_);
  if (at_ != end_ && *at_ == '\\') return unescape(begin);
  if (at_ == end_ || *at_ != '"') return fail("a string has no end or holds a control character");
  add(Type::string, begin, static_cast<std::size_t>(at_ - begin));
  ++at_;
  return true;
}

inline bool Document::unescape(const char* begin) {
  // All of them together are shorter than the text, so what is written never moves.
  unescaped_.reserve(static_cast<std::size_t>(end_ - begin_));
  const std::size_t from = unescaped_.size();
  for (;;) {
    unescaped_.append(begin, at_);
    if (at_ == end_ || (*at_ != '"' && *at_ != '\\'))
      return fail("a string has no end or holds a control character");
    if (*at_++ == '"') break;
    if (!escape()) return false;
    begin = at_;
    at_ = detail::plain(at_, end_);
  }
  add(Type::string, unescaped_.data() + from, unescaped_.size() - from);
  return true;
}

inline bool Document::hex4(std::uint32_t& unit) noexcept {
  if (end_ - at_ < 4) return false;
  unit = 0;
  for (int i = 0; i < 4; ++i) {
    const char c = *at_++;
    const char low = static_cast<char>(c | 0x20);
    if (c >= '0' && c <= '9') unit = unit * 16 + static_cast<std::uint32_t>(c - '0');
    else if (low >= 'a' && low <= 'f')
      unit = unit * 16 + static_cast<std::uint32_t>(low - 'a' + 10);
    else return false;
  }
  return true;
}

// What stands after a backslash.
inline bool Document::escape() {
  static constexpr char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
  if (at_ == end_) return fail("a string has no end");
  if (*at_ != 'u') {
    const char* found = *at_ ? std::strchr(from, *at_) : nullptr;
    if (!found) return fail("an unknown escape");
    unescaped_.push_back(to[found - from]);
    ++at_;
    return true;
  }
  ++at_;
  std::uint32_t code = 0;
  if (!hex4(code)) return fail("\\u without four hexadecimal digits");
  detail::appendUtf8(unescaped_, isSurrogate(code) ? pairWith(code) : code);
  return true;
}

// The character of a surrogate pair whose first half has been read; U+FFFD, and nothing more read,
// if there is no other half.
inline std::uint32_t Document::pairWith(std::uint32_t high) noexcept {
  const char* after = at_;
  std::uint32_t low = 0;
  if (high < 0xDC00 && end_ - at_ >= 6 && at_[0] == '\\' && at_[1] == 'u') {
    at_ += 2;
    if (hex4(low) && low >= 0xDC00 && low < 0xE000)
      return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
  }
  at_ = after;
  return 0xFFFD;
}

inline bool Document::digits() noexcept {
  const char* begin = at_;
  while (at_ != end_ && *at_ >= '0' && *at_ <= '9') ++at_;
  return at_ != begin;
}

inline bool Document::number() {
  const char* begin = at_;
  if (*at_ == '-') ++at_;
  const char* whole = at_;
  if (!digits())
    return fail(at_ == begin ? "no value begins like this" : "a number without digits");
  if (*whole == '0' && at_ - whole > 1) return fail("a number begins with 0");
  if (at_ != end_ && *at_ == '.') {
    ++at_;
    if (!digits()) return fail("a number ends with its point");
  }
  if (at_ != end_ && (*at_ == 'e' || *at_ == 'E')) {
    ++at_;
    if (at_ != end_ && (*at_ == '+' || *at_ == '-')) ++at_;
    if (!digits()) return fail("an exponent without digits");
  }
  add(Type::number, begin, static_cast<std::size_t>(at_ - begin));
  return true;
}

inline bool Document::literal(const char* word, std::size_t size, Type type) {
  if (static_cast<std::size_t>(end_ - at_) < size || std::memcmp(at_, word, size) != 0)
    return fail("no value begins like this");
  add(type, at_, size);
  at_ += size;
  return true;
}

}  // namespace sluice::json
