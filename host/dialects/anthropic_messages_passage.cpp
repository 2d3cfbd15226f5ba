#include "dialects/anthropic_messages_passage.hpp"

#include <array>

#include "dialects/anthropic_error.hpp"
#include "dialects/json_document.hpp"

namespace sluice::dialects {

namespace {

namespace dom = simdjson::dom;

constexpr std::string_view kStop = "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";

plugins::Fault broken(const char* what) {
  plugins::Fault made;
  made.code = plugins::Code::unavailable;
  made.retryable = true;
  made.message = what;
  return made;
}

std::string_view textOf(dom::element object, const char* name) {
  std::string_view text;
  if (object[name].get(text) != simdjson::SUCCESS) return {};
  return text;
}

// Clients skip an event without a name, though its data tell the type. Every type that is known or
// likely is made of these letters; another is left as it came.
void appendNamed(std::string& out, std::string_view type, std::string_view raw) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz_.";
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (!type.empty() && type.find_first_not_of(kLetters) == type.npos) {
    out.append("event: ").append(type).append("\n");
    if (raw.starts_with(kByteOrderMark)) raw.remove_prefix(kByteOrderMark.size());
  }
  out += raw;
}

}  // namespace

void AnthropicMessagesPassage::said(std::string_view text) {
  if (text.empty()) return;
  progress_.content = true;
  progress_.contentBytes += text.size();
}

void AnthropicMessagesPassage::readUsage(dom::element holder, bool beginning) {
  dom::element usage;
  if (holder["usage"].get(usage) != simdjson::SUCCESS || !usage.is_object()) return;
  if (beginning) usage_.takePrompt(usage);
  else usage_.take(usage);
  progress_.usage = usage_.buckets();
}

void AnthropicMessagesPassage::readDelta(dom::element delta) {
  constexpr std::array<const char*, 4> kTexts{"text", "thinking", "partial_json", "signature"};
  for (const char* const name : kTexts) said(textOf(delta, name));
}

void AnthropicMessagesPassage::readEnd(dom::element delta) {
  if (textOf(delta, "stop_reason").empty()) return;
  progress_.content = progress_.settled = progress_.finished = true;
}

void AnthropicMessagesPassage::read(dom::element event, std::string_view name) {
  const std::string_view type = textOf(event, "type");
  dom::element part;
  if (type == "content_block_delta") {
    if (event["delta"].get(part) == simdjson::SUCCESS) readDelta(part);
  } else if (type == "content_block_start") {
    if (event["content_block"].get(part) != simdjson::SUCCESS) return;
    readDelta(part);
    // Every other block says something by being there.
    const std::string_view kind = textOf(part, "type");
    if (kind != "text" && kind != "thinking") progress_.content = true;
    if (kind == "thinking") progress_.thinking = true;
  } else if (type == "message_start") {
    if (event["message"].get(part) == simdjson::SUCCESS) readUsage(part, true);
  } else if (type == "message_delta") {
    readUsage(event, false);
    if (event["delta"].get(part) == simdjson::SUCCESS) readEnd(part);
  } else if (type == "message_stop") {
    progress_.ended = progress_.finished;
    if (!progress_.ended) progress_.fault = broken("the answer ended before it was finished");
  } else if (type == "error" || name == "error" || event["error"].is_object()) {
    progress_.fault = readAnthropicError(event);
  }
}

void AnthropicMessagesPassage::block(const wire::SseBlock& block, std::string& out) {
  if (progress_.ended) return;                 // nothing comes after the end
  if (!block.hasData || block.data.empty()) {  // nothing that a reader of events would see
    out += block.raw;
    return;
  }
  dom::element root;
  if (parseJson(block.data, root) != simdjson::SUCCESS || !root.is_object()) {
    progress_.fault = broken("the upstream sent something that is not a JSON object");
    return;
  }
  read(root, block.event);
  if (progress_.fault) return;
  if (block.event.empty()) appendNamed(out, textOf(root, "type"), block.raw);
  else out += block.raw;
}

void AnthropicMessagesPassage::close(std::string& out) {
  if (!progress_.ended) out += kStop;
}

void AnthropicMessagesPassage::whole(std::string_view body) {
  dom::element root;
  if (parseJson(body, root) != simdjson::SUCCESS || !root.is_object()) {
    progress_.fault = broken("the upstream sent something that is not a JSON object");
    return;
  }
  if (textOf(root, "type") == "error" || root["error"].is_object()) {
    progress_.fault = readAnthropicError(root);
    return;
  }
  dom::array blocks;
  if (root["content"].get(blocks) != simdjson::SUCCESS || textOf(root, "stop_reason").empty()) {
    progress_.fault = broken("the answer has no content, or does not say why it ended");
    return;
  }
  for (const dom::element block : blocks) readDelta(block);
  readUsage(root, false);
  progress_.content = progress_.settled = progress_.finished = progress_.ended = true;
}

}  // namespace sluice::dialects
