#include "dialects/anthropic_blocks.hpp"

#include <array>
#include <utility>

namespace sluice::dialects {

namespace {

using simdjson::ondemand::json_type;
using simdjson::ondemand::value;

constexpr int kDeepest = 4;  // blocks in blocks; a document in a tool's result has three

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  return text;
}

bool readSource(value from, const std::string& at, AnthropicPart& part, int depth,
                Refusal& refusal);
bool readPart(value from, std::string at, AnthropicPart& part, int depth, Refusal& refusal);

bool readContentAt(value from, const std::string& at, Raw& said, std::vector<AnthropicPart>& parts,
                   int depth, Refusal& refusal) {
  json_type type;
  if (const auto error = from.type().get(type)) return refusal.broken(error);
  if (type == json_type::string) return readString(from, at, said, refusal);
  if (type == json_type::null) return true;
  if (type != json_type::array) return refusal.refuse(at, "must be a string or an array of blocks");
  if (depth == kDeepest) return refusal.refuse(at, "holds blocks in blocks that are too deep");
  return eachItem(from, at, refusal, [&](std::string place, value item) {
    return readPart(item, std::move(place), parts.emplace_back(), depth + 1, refusal);
  });
}

// The members that are strings and stand for themselves.
Raw* stringMember(AnthropicPart& part, std::string_view name) {
  const std::array<std::pair<std::string_view, Raw*>, 10> members{{{"text", &part.text},
                                                                   {"id", &part.id},
                                                                   {"name", &part.name},
                                                                   {"tool_use_id", &part.toolUseId},
                                                                   {"thinking", &part.thinking},
                                                                   {"signature", &part.signature},
                                                                   {"data", &part.data},
                                                                   {"tool_name", &part.toolName},
                                                                   {"title", &part.title},
                                                                   {"context", &part.context}}};
  for (const auto& [known, into] : members) {
    if (known == name) return into;
  }
  return nullptr;
}

bool readCitations(value from, AnthropicPart& part, Refusal& refusal) {
  json_type type;
  if (const auto error = from.type().get(type)) return refusal.broken(error);
  if (type != json_type::object) return true;  // of an answer: what it was backed by
  return eachMember(from, part.at + ".citations", refusal, [&](std::string_view name, value one) {
    return name != "enabled" || readFlag(one, part.at + ".citations.enabled", part.cited, refusal);
  });
}

bool readPart(value from, std::string at, AnthropicPart& part, int depth, Refusal& refusal) {
  part.at = std::move(at);
  const bool read = eachMember(from, part.at, refusal, [&](std::string_view name, value one) {
    const std::string member = part.at + "." + std::string(name);
    if (name == "type") return readWord(one, member, part.type, refusal);
    if (name == "content")
      return readContentAt(one, member, part.said, part.content, depth, refusal);
    if (name == "source") return readSource(one, member, part, depth, refusal);
    if (name == "is_error") return readFlag(one, member, part.isError, refusal);
    if (name == "citations") return readCitations(one, part, refusal);
    if (name == "input") return readRaw(one, part.input, refusal);
    if (name == "cache_control") return readRaw(one, part.cacheControl, refusal);
    if (Raw* const into = stringMember(part, name)) return readString(one, member, *into, refusal);
    return true;
  });
  if (!read) return false;
  if (part.type.empty()) return refusal.refuse(part.at + ".type", "must be a string");
  return true;
}

bool readSource(value from, const std::string& at, AnthropicPart& part, int depth,
                Refusal& refusal) {
  json_type type;
  if (const auto error = from.type().get(type)) return refusal.broken(error);
  if (type == json_type::string) return readString(from, at, part.address, refusal);
  AnthropicSource& source = part.source;
  return eachMember(from, at, refusal, [&](std::string_view name, value one) {
    const std::string member = at + "." + std::string(name);
    if (name == "type") return readWord(one, member, source.type, refusal);
    if (name == "media_type") return readString(one, member, source.mediaType, refusal);
    if (name == "data") return readString(one, member, source.data, refusal);
    if (name == "url") return readString(one, member, source.url, refusal);
    if (name == "file_id") return readString(one, member, source.fileId, refusal);
    if (name == "content")
      return readContentAt(one, member, part.said, part.content, depth, refusal);
    return true;
  });
}

}  // namespace

bool Refusal::refuse(std::string member, std::string_view why, std::string_view symbol) {
  fault_ = plugins::Fault();
  fault_.code = plugins::Code::invalidArgument;
  fault_.type = "invalid_request_error";
  fault_.symbol = symbol;
  fault_.message = member;
  fault_.message.append(" ").append(why);
  fault_.param = std::move(member);
  return false;
}

bool Refusal::broken(simdjson::error_code error) {
  refuse({}, simdjson::error_message(error));
  fault_.message = "the body cannot be read:" + fault_.message;
  return false;
}

std::string_view insideOf(Raw string) noexcept {
  return string.size() < 2 ? std::string_view() : string.substr(1, string.size() - 2);
}

bool isNull(value at) {
  json_type type;
  return at.type().get(type) == simdjson::SUCCESS && type == json_type::null;
}

bool readRaw(value from, Raw& into, Refusal& refusal) {
  json_type type;
  if (const auto error = from.type().get(type)) return refusal.broken(error);
  std::string_view text;
  simdjson::error_code error = simdjson::SUCCESS;
  if (type == json_type::object) {
    simdjson::ondemand::object object;
    error = from.get_object().get(object);
    if (!error) error = object.raw_json().get(text);
  } else if (type == json_type::array) {
    simdjson::ondemand::array array;
    error = from.get_array().get(array);
    if (!error) error = array.raw_json().get(text);
  } else if (type != json_type::null) {
    text = from.raw_json_token();
  }
  if (error) return refusal.broken(error);
  into = trimmed(text);
  return true;
}

bool readString(value from, const std::string& at, Raw& into, Refusal& refusal) {
  if (!readRaw(from, into, refusal)) return false;
  if (!into.empty() && into.front() != '"') return refusal.refuse(at, "must be a string");
  return true;
}

bool readWord(value from, const std::string& at, std::string_view& into, Refusal& refusal) {
  if (from.get_string().get(into) == simdjson::SUCCESS) return true;
  return refusal.refuse(at, "must be a string");
}

bool readFlag(value from, const std::string& at, bool& into, Refusal& refusal) {
  if (isNull(from)) return true;
  if (from.get_bool().get(into) == simdjson::SUCCESS) return true;
  return refusal.refuse(at, "must be true or false");
}

bool readContent(value from, const std::string& at, Raw& said, std::vector<AnthropicPart>& parts,
                 Refusal& refusal) {
  return readContentAt(from, at, said, parts, 0, refusal);
}

}  // namespace sluice::dialects
