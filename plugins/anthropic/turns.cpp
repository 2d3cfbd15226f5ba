#include "turns.hpp"

#include <utility>

#include "anthropic/loop.hpp"

namespace anthropic {
namespace {

namespace json = sluice::json;
using json::next;
using sluice::Body;
using sluice::Speaker;

}  // namespace

Turns::Turns(json::Value messages, std::size_t silent) : silent_(silent) {
  std::size_t left = 0;
  for (auto at = messages.begin(); at != messages.end(); ++at) ++left;
  for (const json::Value message : messages) {
    add(message, --left == 0);
    ++place_;
  }
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

std::vector<std::string_view> Turns::unkept() const {
  std::vector<std::string_view> out;
  if (unkeptName_) out.push_back("messages.name");
  if (unkeptDetail_) out.push_back("image_url.detail");
  return out;
}

void Turns::add(json::Value message, bool last) {
  const Speaker speaker = sluice::speakerOf(message, place_);
  if (speaker != Speaker::tool && !message["name"].string().empty()) unkeptName_ = true;
  switch (speaker) {
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
}

// Thoughts that led to nothing are refused.
void Turns::flush() {
  if (role_ == Role::assistant && !std::exchange(spoke_, false)) blocks_.clear();
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
    if (asksForDetail(part)) unkeptDetail_ = true;
    ++place.part;
  }
}

void Turns::addAssistant(json::Value message, bool last) {
  if (place_ < silent_) addReasoning(message["reasoning_details"]);
  const std::size_t before = blocks_.size();
  const json::Value calls = message["tool_calls"];
  addContent(blocks_, message["content"], last && !calls[std::size_t{0}].exists());
  addText(blocks_, message["refusal"].string());
  std::size_t place = 0;
  for (const json::Value call : calls) addCall(call, place++);
  spoke_ = spoke_ || blocks_.size() != before;
}

// Thoughts go back as they came: the upstream proves them by their signature, and refuses others.
void Turns::addReasoning(json::Value details) {
  for (const json::Value detail : details) {
    if (!isProven(detail)) continue;
    json::Writer writer = next(blocks_);
    writer.beginObject();
    if (detail["type"].string() == "reasoning.encrypted")
      writer.member("type", "redacted_thinking").member("data", detail["data"]).endObject();
    else
      writer.member("type", "thinking")
          .member("thinking", detail["text"].string())
          .member("signature", detail["signature"])
          .endObject();
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
  called_.add(made.name);
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
