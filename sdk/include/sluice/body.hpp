// sluice/body.hpp: what crosses as JSON, read: the bodies of requests and the exchanges that a
// memory is given. Each is parsed once, when it is made; what is no JSON object is refused.
// Threads: as json::Document, belongs to one.
#pragma once

#include <sluice/core.hpp>
#include <sluice/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

namespace detail {
inline void parseObject(json::Document& into, std::string_view text, const char* what) {
  const auto refuse = [&](const std::string& why) {
    Error error(SLUICE_INVALID_ARGUMENT, std::string(what) + " is " + why,
                SLUICE_REASON_BAD_REQUEST);
    error.type = "invalid_request_error";
    throw error;
  };
  if (!into.parse(text)) refuse(std::string("not JSON: ") + into.error());
  if (!into.root().isObject()) refuse("not a JSON object");
}
}  // namespace detail

// The text of a chat message: its content, or the text parts of that joined; what is no text is
// left out.
inline std::string textOf(json::Value message) {
  const json::Value content = message["content"];
  std::string text(content.string());
  if (content.isArray())
    for (const json::Value part : content)
      if (part["type"].string() == "text") text += part["text"].string();
  return text;
}

// A request's body. Lent the request; values hold as long as both.
class Body {
 public:
  explicit Body(const Request& request) {
    detail::parseObject(document_, request.body(), "the request");
  }
  json::Value operator[](std::string_view name) const noexcept { return document_.root()[name]; }
  // The names of all members, as often as they are written. Lent as values are.
  std::vector<std::string_view> names() const {
    std::vector<std::string_view> out;
    const json::Value root = document_.root();
    for (auto at = root.begin(); at != root.end(); ++at) out.push_back(at.key());
    return out;
  }
  // Throws, naming the member, unless that is an array.
  json::Value array(std::string_view name) const {
    const json::Value value = (*this)[name];
    if (!value.isArray()) refuse(name, "must be an array");
    return value;
  }
  // Throws, naming the member, unless that is a string.
  std::string_view string(std::string_view name) const {
    const json::Value value = (*this)[name];
    if (!value.isString()) refuse(name, "must be a string");
    return value.string();
  }
  // Throws, naming the member, unless that is missing, null or a whole number.
  std::uint64_t whole(std::string_view name, std::uint64_t otherwise) const {
    const json::Value value = (*this)[name];
    if (!value.exists() || value.isNull()) return otherwise;
    if (!value.unsignedInteger()) refuse(name, "must be a whole number, not negative");
    return value.whole();
  }

  // A number, or a missing value where it is missing or null. Throws, naming the member, if it is
  // something else.
  json::Value number(std::string_view name) const {
    const json::Value value = (*this)[name];
    if (value.isNull()) return {};
    if (value.exists() && !value.isNumber()) refuse(name, "must be a number");
    return value;
  }

  // Of sluice.chat/1: the conversation, and the most tokens that its answer may have.
  json::Value messages() const { return array("messages"); }
  std::uint64_t maxTokens(std::uint64_t otherwise) const {
    return whole("max_completion_tokens", whole("max_tokens", otherwise));
  }
  // Of the same: what ends the answer, in its order; may hold texts that are empty. Throws unless
  // `stop` is missing, null, a string or an array of strings. Lent as the body's values.
  std::vector<std::string_view> stops() const {
    std::vector<std::string_view> out;
    const auto add = [&](json::Value text) {
      if (!text.isString()) refuse("stop", "must be a string or an array of strings");
      out.push_back(text.string());
    };
    const json::Value stop = (*this)["stop"];
    if (stop.isArray())
      for (const json::Value text : stop) add(text);
    else if (stop.exists() && !stop.isNull()) add(stop);
    return out;
  }

  // Throws: the client's fault.
  [[noreturn]] static void refuse(std::string_view member, std::string_view why) {
    Error error(SLUICE_INVALID_ARGUMENT, std::string(member).append(" ").append(why),
                SLUICE_REASON_BAD_REQUEST);
    error.type = "invalid_request_error";
    error.param = member;
    throw error;
  }

 private:
  json::Document document_;
};

// What a source is asked: sluice.context/1 or sluice.search/1. Other members: body()["since"].
class Query {
 public:
  explicit Query(const Request& request) : body_(request), text_(body_.string("query")) {}

  std::string_view text() const noexcept { return text_; }
  // The most items that are wanted.
  std::size_t limit(std::size_t otherwise = 10) const { return body_.whole("limit", otherwise); }
  // Whose knowledge may be used; empty: of nobody in particular.
  std::string_view scope() const noexcept { return body_["scope"].string(); }
  const Body& body() const noexcept { return body_; }

 private:
  Body body_;
  std::string_view text_;
};

// What a memory is given: sluice.exchange/1. Lent the text.
class Exchange {
 public:
  // Throws SLUICE_INVALID_ARGUMENT unless everything that the schema requires is there.
  explicit Exchange(std::string_view text) {
    detail::parseObject(document_, text, "the exchange");
    const auto need = [](bool there, const char* name) {
      if (!there) Body::refuse(name, "is missing from the exchange, or has another type");
    };
    const json::Value root = document_.root();
    need(root["request_id"].isString(), "request_id");
    need(root["at_ms"].isNumber(), "at_ms");
    need(root["scope"].isString(), "scope");
    need(root["messages"][std::size_t{0}].isObject(), "messages");
    need(root["answer"]["message"].isObject(), "answer.message");
    need(root["answer"]["model"].isString(), "answer.model");
    need(root["answer"]["finish_reason"].isString(), "answer.finish_reason");
  }
  std::string_view scope() const noexcept { return document_.root()["scope"].string(); }
  json::Value messages() const noexcept { return document_.root()["messages"]; }
  json::Value answer() const noexcept { return document_.root()["answer"]["message"]; }
  json::Value operator[](std::string_view name) const noexcept { return document_.root()[name]; }

 private:
  json::Document document_;
};

}  // namespace sluice
