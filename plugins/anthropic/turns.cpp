#include "turns.hpp"

#include <algorithm>

namespace anthropic {
namespace {

namespace json = sluice::json;
using json::next;
using sluice::Body;
using sluice::Speaker;

}  // namespace

Turns::Turns(json::Value messages) {
  std::size_t left = 0;
  for (auto at = messages.begin(); at != messages.end(); ++at) ++left;
  for (const json::Value message : messages) {
    add(message, --left == 0);
    ++place_;
  }
  if (role_ == Role::assistant) mayThink_ = false;  // it is to be continued
  flush();
  // A conversation of system messages alone is answered elsewhere; here somebody must speak.
  if (messages_.empty()) {
    role_ = Role::user;
    blocks_ = std::move(system_);
    system_.clear();
    flush();
  }
  if (messages_.empty()) Body::refuse("messages", "hold nothing to answer");
}

void Turns::add(json::Value message, bool last) {
  switch (sluice::speakerOf(message, place_)) {
    case Speaker::system: return addContent(system_, message["content"]);
    case Speaker::user: open(Role::user); return addContent(blocks_, message["content"]);
    case Speaker::tool: open(Role::user); return addResult(message);
    case Speaker::assistant: open(Role::assistant); return addAssistant(message, last);
  }
}

void Turns::open(Role role) {
  if (role == role_) return;
  flush();
  role_ = role;
  if (role != Role::assistant) return;
  mayThink_ = true;
  thought_ = calls_ = false;
}

void Turns::flush() {
  if (role_ == Role::assistant && calls_ && !thought_) mayThink_ = false;
  if (results_.empty() && blocks_.empty()) return;
  json::Writer writer = next(messages_);
  writer.beginObject().member("role", role_ == Role::user ? "user" : "assistant");
  writer.key("content").beginArray();
  if (!results_.empty()) writer.raw(results_);
  if (!blocks_.empty()) writer.raw(blocks_);
  writer.endArray().endObject();
  results_.clear();
  blocks_.clear();
}

// `trimmed`: without white space at the end of the last text.
void Turns::addContent(std::string& list, json::Value content, bool trimmed) {
  if (content.isString()) {
    addText(list, trimmed ? withoutSpaceAtEnd(content.string()) : content.string());
    return;
  }
  Place place{place_, 0};
  for (auto at = content.begin(); at != content.end();) {
    const json::Value part = *at;
    ++at;
    const bool end = trimmed && !(at != content.end()) && part["type"].string() == "text";
    if (end) addText(list, withoutSpaceAtEnd(part["text"].string()), part["cache_control"]);
    else addPart(list, part, place);
    ++place.part;
  }
}

void Turns::addAssistant(json::Value message, bool last) {
  const bool first = blocks_.empty();
  addReasoning(message["reasoning_details"]);
  if (first) thought_ = !blocks_.empty();
  const json::Value calls = message["tool_calls"];
  addContent(blocks_, message["content"], last && !calls[std::size_t{0}].exists());
  addText(blocks_, message["refusal"].string());
  std::size_t place = 0;
  for (const json::Value call : calls) addCall(call, place++);
}

// Thoughts go back as they came: the upstream proves them by their signature, and refuses others.
void Turns::addReasoning(json::Value details) {
  for (const json::Value detail : details) {
    if (detail["format"].string() != "anthropic") continue;
    const std::string_view type = detail["type"].string();
    const json::Value signature = detail["signature"], data = detail["data"];
    if (type == "reasoning.text" && !signature.string().empty()) {
      json::Writer writer = next(blocks_);
      writer.beginObject().member("type", "thinking");
      writer.member("thinking", detail["text"].string()).member("signature", signature).endObject();
    } else if (type == "reasoning.encrypted" && !data.string().empty()) {
      json::Writer writer = next(blocks_);
      writer.beginObject().member("type", "redacted_thinking").member("data", data).endObject();
    }
  }
}

void Turns::addCall(json::Value call, std::size_t place) {
  const std::string at =
      "messages[" + std::to_string(place_) + "].tool_calls[" + std::to_string(place) + "]";
  const sluice::ToolCall made = sluice::toolCallOf(call, at, arguments_);
  json::Writer writer = next(blocks_);
  writer.beginObject().member("type", "tool_use").member("id", safeId(made.id));
  writer.member("name", made.name);
  writer.key("input").raw(made.arguments).endObject();
  calls_ = true;
  if (std::find(called_.begin(), called_.end(), made.name) == called_.end())
    called_.push_back(made.name);
}

void Turns::addResult(json::Value message) {
  const json::Value content = message["content"], failed = message["is_error"];
  std::string blocks;
  json::Value cacheControl;  // inside a result there is no place for it; after it is the same
  Place place{place_, 0};
  if (content.isArray())
    for (const json::Value part : content) {
      addPart(blocks, part, place, false);
      if (part["cache_control"].isObject()) cacheControl = part["cache_control"];
      ++place.part;
    }
  json::Writer writer = next(results_);
  writer.beginObject().member("type", "tool_result");
  writer.member("tool_use_id", safeId(message["tool_call_id"].string()));
  if (!content.string().empty()) writer.member("content", content);
  else if (!blocks.empty()) writer.key("content").beginArray().raw(blocks).endArray();
  if (failed.boolean()) writer.member("is_error", true);
  if (cacheControl.isObject()) writer.member("cache_control", cacheControl);
  writer.endObject();
}

}  // namespace anthropic
