// The streamed form of AnthropicMessagesRendering.
#include "base/json.hpp"
#include "dialects/anthropic_messages_rendering.hpp"
#include "dialects/anthropic_proof.hpp"
#include "dialects/anthropic_usage.hpp"
#include "dialects/json_document.hpp"

namespace sluice::dialects {

namespace {

using Kind = AnthropicBlock::Kind;

constexpr std::string_view kPing = "event: ping\ndata: {\"type\":\"ping\"}\n\n";

// What proves it; thoughts that nobody proves are marked, so that they are known when they return.
std::string_view proofOf(const AnthropicBlock& block) {
  return block.proof.empty() ? kForeignMark : std::string_view(block.proof);
}

void beginEvent(std::string& out, std::string_view type) {
  out.append("event: ").append(type).append("\ndata: {\"type\":\"").append(type).append("\"");
}
void endEvent(std::string& out) { out += "}\n\n"; }

void appendCitations(json::Writer& w, const AnthropicBlock& block) {
  if (block.citations.empty()) return;
  w.key("citations").beginArray();
  for (const std::string& citation : block.citations) w.raw(citation);
  w.endArray();
}

// Arguments as an object; those that were cut off with the answer are left out.
void appendInput(json::Writer& w, const AnthropicBlock& block) {
  simdjson::dom::element root;
  const bool sound = parseJson(block.text, root) == simdjson::SUCCESS && root.is_object();
  w.key("input").raw(sound ? std::string_view(block.text) : std::string_view("{}"));
}

}  // namespace

void appendAnthropicBlock(std::string& out, const AnthropicBlock& block) {
  json::Writer w(out);
  w.beginObject();
  switch (block.kind) {
    case Kind::text:
      w.key("type").string("text").key("text").string(block.text);
      appendCitations(w, block);
      break;
    case Kind::thinking:
      w.key("type").string("thinking").key("thinking").string(block.text);
      w.key("signature").string(proofOf(block));
      break;
    case Kind::redacted:
      w.key("type").string("redacted_thinking").key("data").string(block.proof);
      break;
    case Kind::tool:
      w.key("type").string("tool_use").key("id").string(block.id).key("name").string(block.name);
      appendInput(w, block);
      break;
  }
  w.endObject();
}

std::string_view AnthropicMessagesRendering::ping() const noexcept { return kPing; }

// Sends what the block that is open has got, and goes on to the next one where that is whole.
void AnthropicMessagesRendering::advance(bool toTheEnd) {
  beginMessage();
  while (current_ < blocks_.size()) {
    AnthropicBlock& block = blocks_[current_];
    if (!block.begun) beginBlock(block);
    block.begun = true;
    sendPending(block);
    const bool last = current_ + 1 == blocks_.size();
    const bool goesOn = block.kind == Kind::tool && !block.arguments.whole();
    if (!toTheEnd && (last || goesOn)) return;
    endBlock(block);
    ++current_;
  }
}

void AnthropicMessagesRendering::beginMessage() {
  if (begun_) return;
  begun_ = true;
  std::string& out = *out_;
  beginEvent(out, "message_start");
  out += ",\"message\":{\"id\":";
  json::appendString(out, id_);
  out += ",\"type\":\"message\",\"role\":\"assistant\",\"model\":";
  json::appendString(out, model_);
  out += ",\"content\":[],\"stop_reason\":null,\"stop_sequence\":null,\"usage\":";
  plugins::Usage usage = progress_.usage.value_or(plugins::Usage());
  usage.output = usage.reasoning = 0;  // of the answer, nothing yet
  appendAnthropicUsage(out, usage);
  out += '}';
  endEvent(out);
}

void AnthropicMessagesRendering::beginBlock(const AnthropicBlock& block) {
  std::string& out = *out_;
  beginEvent(out, "content_block_start");
  out += ",\"index\":";
  json::appendNumber(out, std::uint64_t{current_});
  out += ",\"content_block\":";
  switch (block.kind) {
    case Kind::text: out += R"({"type":"text","text":""})"; break;
    case Kind::thinking: out += R"({"type":"thinking","thinking":"","signature":""})"; break;
    case Kind::redacted: appendAnthropicBlock(out, block); break;
    case Kind::tool: {
      json::Writer w(out);
      w.beginObject().key("type").string("tool_use").key("id").string(block.id);
      w.key("name").string(block.name).key("input").beginObject().endObject().endObject();
      break;
    }
  }
  endEvent(out);
}

// `value` is text, or JSON.
void AnthropicMessagesRendering::sendDelta(std::string_view type, std::string_view member,
                                           std::string_view value, bool isJson) {
  std::string& out = *out_;
  beginEvent(out, "content_block_delta");
  out += ",\"index\":";
  json::appendNumber(out, std::uint64_t{current_});
  out.append(",\"delta\":{\"type\":\"").append(type).append("\",\"").append(member).append("\":");
  if (isJson) out += value;
  else json::appendString(out, value);
  out += '}';
  endEvent(out);
}

void AnthropicMessagesRendering::sendPending(AnthropicBlock& block) {
  if (!block.text.empty()) {
    switch (block.kind) {
      case Kind::text: sendDelta("text_delta", "text", block.text); break;
      case Kind::thinking: sendDelta("thinking_delta", "thinking", block.text); break;
      case Kind::tool: sendDelta("input_json_delta", "partial_json", block.text); break;
      case Kind::redacted: break;
    }
    block.said = true;
    block.text.clear();
  }
  for (const std::string& citation : block.citations) {
    sendDelta("citations_delta", "citation", citation, true);
  }
  block.citations.clear();
}

void AnthropicMessagesRendering::endBlock(AnthropicBlock& block) {
  if (block.kind == Kind::thinking) sendDelta("signature_delta", "signature", proofOf(block));
  if (block.kind == Kind::tool && !block.said) {
    sendDelta("input_json_delta", "partial_json", "{}");
  }
  std::string& out = *out_;
  beginEvent(out, "content_block_stop");
  out += ",\"index\":";
  json::appendNumber(out, std::uint64_t{current_});
  endEvent(out);
}

void AnthropicMessagesRendering::endMessage() {
  std::string& out = *out_;
  beginEvent(out, "message_delta");
  out += ",\"delta\":{";
  appendStopReason(out);
  out += "},\"usage\":";
  appendAnthropicUsage(out, progress_.usage.value_or(plugins::Usage()));
  endEvent(out);
  beginEvent(out, "message_stop");
  endEvent(out);
}

}  // namespace sluice::dialects
