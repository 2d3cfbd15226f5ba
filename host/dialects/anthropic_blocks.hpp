// The content blocks of a request for a message, read once from front to back, without a tree. What
// is kept of them are pieces of the request's own text.
// Threads: plain values; views hold as long as the text and the parser that reads it.
#pragma once

#include <simdjson.h>

#include <string>
#include <string_view>
#include <vector>

#include "plugins/types.hpp"

namespace sluice::dialects {

// Why a request cannot be taken. Functions that may refuse give false, and this says why.
class Refusal {
 public:
  // Always false. `symbol`: the code of the error, if it has one.
  bool refuse(std::string member, std::string_view why, std::string_view symbol = {});
  bool broken(simdjson::error_code error);  // always false
  plugins::Fault take() && { return std::move(fault_); }

 private:
  plugins::Fault fault_;
};

// A JSON value as it stands in the text; empty: not there, or null. A string has its quotes.
using Raw = std::string_view;

// What stands between a string's quotes, with its escapes.
std::string_view insideOf(Raw string) noexcept;

struct AnthropicSource {
  std::string_view type;
  Raw mediaType, data, url, fileId;
};

struct AnthropicPart {
  std::string_view type;
  Raw text, id, name, input, toolUseId, toolName, thinking, signature, data, title, context;
  Raw address;  // a source that is a string
  Raw cacheControl;
  bool isError = false;
  bool cited = false;  // citations are asked for
  AnthropicSource source;
  Raw said;  // content that is a string
  std::vector<AnthropicPart> content;
  std::string at;  // "messages[1].content[0]"
};

bool isNull(simdjson::ondemand::value value);
// Any value, as it stands.
bool readRaw(simdjson::ondemand::value value, Raw& into, Refusal& refusal);
// A string, with its quotes, or null.
bool readString(simdjson::ondemand::value value, const std::string& at, Raw& into,
                Refusal& refusal);
// A string, its escapes undone.
bool readWord(simdjson::ondemand::value value, const std::string& at, std::string_view& into,
              Refusal& refusal);
// true, false or null.
bool readFlag(simdjson::ondemand::value value, const std::string& at, bool& into, Refusal& refusal);

// Content: a string (`said`) or an array of blocks.
bool readContent(simdjson::ondemand::value value, const std::string& at, Raw& said,
                 std::vector<AnthropicPart>& parts, Refusal& refusal);

// Goes through an object's members: each(name, value) says false to stop.
template <class Each>
bool eachMember(simdjson::ondemand::value value, const std::string& at, Refusal& refusal,
                Each each) {
  simdjson::ondemand::object object;
  if (value.get_object().get(object) != simdjson::SUCCESS) {
    return refusal.refuse(at, "must be an object");
  }
  for (auto field : object) {
    std::string_view name;
    if (const auto error = field.unescaped_key().get(name)) return refusal.broken(error);
    simdjson::ondemand::value member;
    if (const auto error = field.value().get(member)) return refusal.broken(error);
    if (!each(name, member)) return false;
  }
  return true;
}

// The same for an array: each(place, value).
template <class Each>
bool eachItem(simdjson::ondemand::value value, const std::string& at, Refusal& refusal, Each each) {
  simdjson::ondemand::array array;
  if (value.get_array().get(array) != simdjson::SUCCESS) {
    return refusal.refuse(at, "must be an array");
  }
  std::size_t place = 0;
  for (auto item : array) {
    simdjson::ondemand::value one;
    if (const auto error = item.get(one)) return refusal.broken(error);
    if (!each(at + "[" + std::to_string(place++) + "]", one)) return false;
  }
  return true;
}

}  // namespace sluice::dialects
