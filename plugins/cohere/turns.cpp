#include "turns.hpp"

#include "parts.hpp"

namespace cohere {
namespace {

namespace json = sluice::json;
using json::next;
using sluice::Body;
using sluice::Dropped;
using sluice::Speaker;

}  // namespace

Turns::Turns(json::Value messages, Dropped& dropped) : dropped_(dropped) {
  for (const json::Value message : messages) {
    add(message);
    ++place_;
  }
  // A conversation of system messages alone is answered elsewhere; here somebody must speak.
  if (messages_.empty()) {
    write("user", system_);
    system_.clear();
  }
  if (messages_.empty()) Body::refuse("messages", "hold nothing to answer");
}

void Turns::add(json::Value message) {
  const Speaker speaker = sluice::speakerOf(message, place_);
  if (!message["name"].string().empty() && speaker != Speaker::tool) dropped_.hint("messages.name");
  if (speaker == Speaker::assistant) return addAssistant(message);
  if (speaker == Speaker::tool) return addResult(message);
  const bool user = speaker == Speaker::user;
  Content content(documents_, dropped_);
  content.add(message["content"], at(), user ? Takes::all : Takes::texts);
  if (user) write("user", content.list());
  else if (!content.list().empty()) next(system_).raw(content.list());
}

// The upstream refuses messages without a word.
void Turns::write(std::string_view role, const std::string& content) {
  if (content.empty()) return;
  json::Writer writer = next(messages_);
  writer.beginObject().member("role", role);
  writer.key("content").beginArray().raw(content).endArray().endObject();
}

void Turns::addAssistant(json::Value message) {
  Content content(documents_, dropped_);
  content.add(message["content"], at(), Takes::texts);
  content.addText(message["refusal"].string());
  std::string calls;
  std::size_t place = 0;
  for (const json::Value call : message["tool_calls"]) addCall(calls, call, place++);
  if (calls.empty()) return write("assistant", content.list());
  json::Writer writer = next(messages_);
  writer.beginObject().member("role", "assistant");
  if (!content.list().empty()) writer.key("content").beginArray().raw(content.list()).endArray();
  // Thoughts are wanted back where they led to calls.
  const std::string_view plan = message["reasoning_content"].string();
  if (!plan.empty()) writer.member("tool_plan", plan);
  writer.key("tool_calls").beginArray().raw(calls).endArray().endObject();
}

void Turns::addCall(std::string& list, json::Value call, std::size_t place) {
  const std::string where = at() + ".tool_calls[" + std::to_string(place) + "]";
  const sluice::ToolCall made = sluice::toolCallOf(call, where, arguments_);
  json::Writer writer = next(list);
  writer.beginObject().member("id", made.id).member("type", "function");
  writer.key("function").beginObject().member("name", made.name);
  writer.member("arguments", made.arguments).endObject().endObject();
}

void Turns::addResult(json::Value message) {
  if (message["is_error"].boolean()) dropped_.hint("messages.is_error");
  Content content(documents_, dropped_);
  content.add(message["content"], at(), Takes::texts);
  json::Writer writer = next(messages_);
  writer.beginObject().member("role", "tool");
  writer.member("tool_call_id", message["tool_call_id"].string()).key("content");
  if (content.list().empty()) writer.string("");
  else writer.beginArray().raw(content.list()).endArray();
  writer.endObject();
}

}  // namespace cohere
