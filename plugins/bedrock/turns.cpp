#include "turns.hpp"

#include "anthropic/loop.hpp"

namespace bedrock {
namespace {

namespace json = sluice::json;
using anthropic::Place;
using json::next;
using sluice::Body;
using sluice::Speaker;

// Said where the upstream wants words and there are none.
constexpr std::string_view kBegin = "Begin.", kRead = "See the document.", kNothing = "(empty)";

// Ids of at most 64 characters; the ends of a longer one tell it from others.
std::string idOf(std::string_view id) {
  constexpr std::size_t most = 64, half = most / 2;
  std::string out = anthropic::safeId(id);
  if (out.size() > most) out.erase(half, out.size() - most);
  return out;
}

}  // namespace

Turns::Turns(json::Value messages, const Family& family, std::size_t silent)
    : family_(family), parts_(family), silent_(silent) {
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
    spoke_ = true;
    flush();
  }
  if (messages_.empty()) Body::refuse("messages", "hold nothing to answer");
}

std::vector<std::string_view> Turns::unkept() const {
  std::vector<std::string_view> out;
  if (parts_.unkept()) out.push_back("messages.content.cache_control");
  if (unkeptStatus_) out.push_back("messages.is_error");
  if (unkeptName_) out.push_back("messages.name");
  if (unkeptDetail_) out.push_back("image_url.detail");
  return out;
}

void Turns::add(json::Value message, bool last) {
  const Speaker speaker = sluice::speakerOf(message, place_);
  if (speaker != Speaker::tool && !message["name"].string().empty()) unkeptName_ = true;
  switch (speaker) {
    case Speaker::system: {
      const bool spoke = spoke_;
      addContent(system_, message["content"]);
      spoke_ = spoke;
      return;
    }
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

void Turns::flush() {
  // Thoughts alone are refused.
  if (role_ == Role::assistant && !blocks_.empty() && !acted_) parts_.addText(blocks_, kNothing);
  if (!results_.empty() || !blocks_.empty()) {
    const bool user = role_ == Role::user;
    if (user && !spoke_ && parts_.documents() > documents_) parts_.addText(blocks_, kRead);
    if (!user && messages_.empty()) {
      std::string opening;
      parts_.addText(opening, kBegin);
      next(messages_).raw(R"({"role":"user","content":[)" + opening + "]}");
    }
    json::Writer writer = next(messages_);
    writer.beginObject().member("role", user ? "user" : "assistant").key("content").beginArray();
    if (!results_.empty()) writer.raw(results_);
    if (!blocks_.empty()) writer.raw(blocks_);
    writer.endArray().endObject();
  }
  results_.clear();
  blocks_.clear();
  documents_ = parts_.documents();
  spoke_ = acted_ = false;
}

// `trimmed`: without white space at the end of the last text.
void Turns::addContent(std::string& list, json::Value content, bool trimmed) {
  const auto addText = [&](std::string_view text, bool end, json::Value cacheControl) {
    if (!anthropic::isBlank(text)) spoke_ = true;
    parts_.addText(list, end ? anthropic::withoutSpaceAtEnd(text) : text, cacheControl);
  };
  if (content.isString()) return addText(content.string(), trimmed, {});
  Place place{place_, 0};
  for (auto at = content.begin(); at != content.end();) {
    const json::Value part = *at;
    ++at;
    const bool end = trimmed && !(at != content.end());
    if (part["type"].string() == "text") addText(part["text"].string(), end, part["cache_control"]);
    else parts_.add(list, part, place);
    if (anthropic::asksForDetail(part)) unkeptDetail_ = true;
    ++place.part;
  }
}

void Turns::addAssistant(json::Value message, bool last) {
  if (place_ < silent_) addReasoning(message["reasoning_details"]);
  const std::size_t before = blocks_.size();
  const json::Value calls = message["tool_calls"];
  addContent(blocks_, message["content"], last && !calls[std::size_t{0}].exists());
  parts_.addText(blocks_, message["refusal"].string());
  std::size_t place = 0;
  for (const json::Value call : calls) addCall(call, place++);
  acted_ = acted_ || blocks_.size() != before;
}

// Thoughts go back as they came: the model proves them by their signature, and refuses others.
void Turns::addReasoning(json::Value details) {
  if (family_.maker != Maker::anthropic) return;
  for (const json::Value detail : details) {
    if (!anthropic::isProven(detail)) continue;
    json::Writer writer = next(blocks_);
    writer.beginObject().key("reasoningContent").beginObject();
    if (detail["type"].string() == "reasoning.encrypted")
      writer.member("redactedContent", detail["data"]);
    else
      writer.key("reasoningText")
          .beginObject()
          .member("text", detail["text"].string())
          .member("signature", detail["signature"])
          .endObject();
    writer.endObject().endObject();
  }
}

void Turns::addCall(json::Value call, std::size_t place) {
  const std::string at =
      "messages[" + std::to_string(place_) + "].tool_calls[" + std::to_string(place) + "]";
  const sluice::ToolCall made = sluice::toolCallOf(call, at, arguments_);
  json::Writer writer = next(blocks_);
  writer.beginObject().key("toolUse").beginObject();
  writer.member("toolUseId", idOf(made.id)).member("name", made.name);
  writer.key("input").raw(made.arguments).endObject().endObject();
  called_.add(made.name);
}

void Turns::addResult(json::Value message) {
  const json::Value content = message["content"];
  std::string blocks;
  json::Value cacheControl;  // inside a result there is no place for it; after it is the same
  Place place{place_, 0};
  parts_.addText(blocks, content.string());
  if (content.isArray())
    for (const json::Value part : content) {
      parts_.add(blocks, part, place, false);
      if (part["cache_control"].isObject()) cacheControl = part["cache_control"];
      ++place.part;
    }
  if (blocks.empty()) parts_.addText(blocks, kNothing);
  const bool failed = message["is_error"].boolean();
  json::Writer writer = next(results_);
  writer.beginObject().key("toolResult").beginObject();
  writer.member("toolUseId", idOf(message["tool_call_id"].string()));
  writer.key("content").beginArray().raw(blocks).endArray();
  if (failed && family_.failedResults) writer.member("status", "error");
  writer.endObject().endObject();
  if (failed && !family_.failedResults) unkeptStatus_ = true;
  parts_.addCachePoint(results_, cacheControl);
}

}  // namespace bedrock
