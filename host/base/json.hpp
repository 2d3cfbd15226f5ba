// JSON without a tree: writing into a string, and looking for single members of a text.
// For the way of a call; the control side uses Poco::JSON.
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sluice::json {

// Appends `text` as a JSON string with its quotes. Bytes that are not UTF-8 become U+FFFD.
void appendString(std::string& out, std::string_view text);
void appendNumber(std::string& out, std::uint64_t value);
void appendNumber(std::string& out, double value);  // the shortest form that reads back the same

// Builds an object or array member by member, straight into a string; commas are its business.
//   Writer w(out); w.beginObject(); w.key("a").number(1); w.endObject();
class Writer {
 public:
  explicit Writer(std::string& out) noexcept : out_(out) {}

  Writer& beginObject();
  Writer& endObject();
  Writer& beginArray();
  Writer& endArray();
  Writer& key(std::string_view name);
  Writer& string(std::string_view value);
  Writer& number(std::uint64_t value);
  Writer& number(double value);
  Writer& boolean(bool value);
  Writer& null();
  Writer& raw(std::string_view value);  // must be JSON already

 private:
  void comma();
  std::string& out_;
  bool first_ = true;
};

}  // namespace sluice::json
