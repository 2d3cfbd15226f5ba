// What events and items of the dialect "openai.responses" look like.
#include "base/json.hpp"
#include "dialects/openai_responses_answer.hpp"
#include "dialects/openai_responses_messages.hpp"

namespace sluice::dialects {

void beginResponsesEvent(std::string& out, std::string_view type, ResponsesAnswer& answer) {
  out += "event: ";
  out += type;
  out += "\ndata: {\"type\":\"";
  out += type;
  out += "\",\"sequence_number\":";
  json::appendNumber(out, answer.sequence++);
}

void appendResponsesError(std::string& out, const calls::Problem& problem,
                          ResponsesAnswer& answer) {
  if (answer.sequence > 0) --answer.sequence;
  beginResponsesEvent(out, "error", answer);
  out += ",\"code\":";
  json::appendString(out, problem.code);
  out += ",\"message\":";
  json::appendString(out, problem.message);
  out += ",\"param\":null";
  endResponsesEvent(out);
}

void endResponsesEvent(std::string& out) { out += "}\n\n"; }

void appendResponsesEvent(std::string& out, std::string_view type, std::string_view response,
                          ResponsesAnswer& answer) {
  beginResponsesEvent(out, type, answer);
  out += ",\"response\":";
  out += response;
  endResponsesEvent(out);
}

// An event about an item, and about its newest part if it has parts.
void OpenAiResponsesRendering::beginDelta(std::string_view type, std::size_t at) {
  const Item& item = items_[at];
  beginResponsesEvent(*out_, type, *answer_);
  *out_ += ",\"item_id\":";
  json::appendString(*out_, item.id);
  *out_ += ",\"output_index\":";
  json::appendNumber(*out_, std::uint64_t{at});
  if (item.parts.empty()) return;
  *out_ += item.kind == Kind::reasoning && summary_ ? ",\"summary_index\":" : ",\"content_index\":";
  json::appendNumber(*out_, std::uint64_t{item.parts.size() - 1});
}

// Begins a part of a message or of reasoning, unless the newest is of that kind.
void OpenAiResponsesRendering::openPart(std::size_t at, bool refusal) {
  Item& item = items_[at];
  if (!item.parts.empty() && item.parts.back().refusal == refusal) return;
  if (!item.parts.empty()) closePart(at);
  item.parts.emplace_back();
  item.parts.back().refusal = refusal;
  if (!stream_) return;
  const bool summary = item.kind == Kind::reasoning && summary_;
  beginDelta(summary ? "response.reasoning_summary_part.added" : "response.content_part.added", at);
  *out_ += ",\"part\":";
  appendPart(*out_, item, item.parts.back(), true);
  endResponsesEvent(*out_);
}

void OpenAiResponsesRendering::closePart(std::size_t at) {
  if (!stream_) return;
  const Item& item = items_[at];
  const Part& part = item.parts.back();
  const bool summary = item.kind == Kind::reasoning && summary_;
  beginDelta(summary                        ? "response.reasoning_summary_text.done"
             : item.kind == Kind::reasoning ? "response.reasoning_text.done"
             : part.refusal                 ? "response.refusal.done"
                                            : "response.output_text.done",
             at);
  *out_ += part.refusal ? ",\"refusal\":" : ",\"text\":";
  json::appendString(*out_, part.text);
  if (item.kind == Kind::message && !part.refusal) *out_ += ",\"logprobs\":[]";
  endResponsesEvent(*out_);
  beginDelta(summary ? "response.reasoning_summary_part.done" : "response.content_part.done", at);
  *out_ += ",\"part\":";
  appendPart(*out_, item, part, false);
  endResponsesEvent(*out_);
}

// `empty`: as it was when it began.
void OpenAiResponsesRendering::appendPart(std::string& out, const Item& item, const Part& part,
                                          bool empty) const {
  const std::string_view text = empty ? std::string_view() : std::string_view(part.text);
  json::Writer w(out);
  w.beginObject();
  if (item.kind == Kind::reasoning) {
    w.key("type").string(summary_ ? "summary_text" : "reasoning_text").key("text").string(text);
  } else if (part.refusal) {
    w.key("type").string("refusal").key("refusal").string(text);
  } else {
    w.key("type").string("output_text").key("text").string(text);
    w.key("annotations").raw(empty ? "[]" : "[" + part.annotations + "]");
    w.key("logprobs").raw("[]");
  }
  w.endObject();
}

void OpenAiResponsesRendering::appendItem(std::string& out, const Item& item) const {
  const auto appendParts = [&](json::Writer& w) {
    w.beginArray();
    for (const Part& part : item.parts) {
      std::string made;
      appendPart(made, item, part, false);
      w.raw(made);
    }
    w.endArray();
  };
  json::Writer w(out);
  w.beginObject().key("id").string(item.id);
  switch (item.kind) {
    case Kind::message:
      w.key("type").string("message").key("status").string(item.status);
      w.key("role").string("assistant").key("content");
      appendParts(w);
      break;
    case Kind::reasoning:
      w.key("type").string("reasoning").key("status").string(item.status).key("summary");
      if (summary_) {
        appendParts(w);
      } else {
        w.raw("[]").key("content");
        appendParts(w);
      }
      w.key("encrypted_content");
      // One that nobody proves is marked, so that it is known when it returns.
      if (!item.proof.empty()) w.string(item.proof);
      else if (item.status == "in_progress") w.null();
      else w.string(kReasoningMark);
      break;
    case Kind::call:
      w.key("type").string(item.freeform ? "custom_tool_call" : "function_call");
      w.key("status").string(item.status).key("call_id").string(item.callId);
      if (!item.space.empty()) w.key("namespace").string(item.space);
      w.key("name").string(item.name);
      w.key(item.freeform ? "input" : "arguments").string(item.arguments);
      break;
  }
  w.endObject();
}

// As it stands now.
std::string OpenAiResponsesRendering::response() {
  std::string& output = answer_->state.output;
  output.clear();
  for (const Item& item : items_) {
    if (!output.empty()) output += ',';
    appendItem(output, item);
  }
  std::string out;
  appendResponse(out, request_, answer_->state);
  return out;
}

}  // namespace sluice::dialects
