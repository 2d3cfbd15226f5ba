#include "dialects/anthropic_messages_rendering.hpp"

#include <simdjson.h>

#include <algorithm>

#include "base/json.hpp"
#include "dialects/anthropic_proof.hpp"
#include "dialects/anthropic_usage.hpp"
#include "dialects/chunk_extra.hpp"
#include "dialects/json_document.hpp"

namespace sluice::dialects {

namespace {

using plugins::Chunk;
using plugins::ChunkType;
namespace dom = simdjson::dom;

// Other upstreams' ids may hold what this dialect refuses.
std::string safeId(std::string_view id) {
  std::string made(id);
  for (char& c : made) {
    const bool known = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       c == '_' || c == '-';
    if (!known) c = '_';
  }
  return made;
}

std::string_view stopReasonOf(std::string_view finish, bool called) {
  if (finish == "length") return "max_tokens";
  if (finish == "content_filter") return "refusal";
  return finish == "tool_calls" || called ? "tool_use" : "end_turn";
}

bool isObject(std::string_view text) {
  dom::element root;
  return parseJson(text, root) == simdjson::SUCCESS && root.is_object();
}

}  // namespace

AnthropicMessagesRendering::AnthropicMessagesRendering(std::string_view model, std::string_view id,
                                                       bool stream)
    : id_("msg_"), model_(model), stream_(stream) {
  id_ += id;
}

void AnthropicMessagesRendering::take(const Chunk& chunk) {
  if (chunk.choice != 0) return;  // this dialect has one
  switch (chunk.type) {
    case ChunkType::start:
      if (!chunk.name.empty()) model_ = chunk.name;
      return;
    case ChunkType::usage:
      if (chunk.usage != nullptr) progress_.usage = *chunk.usage;
      return;
    case ChunkType::finish: finish(chunk); return;
    default: break;
  }
  if (progress_.finished) return;
  switch (chunk.type) {
    case ChunkType::text:
    case ChunkType::refusal: takeText(chunk); break;
    case ChunkType::reasoning: takeReasoning(chunk); break;
    case ChunkType::toolCall: takeToolCall(chunk); break;
    default: return;
  }
  if (blocks_.empty()) return;
  progress_.content = true;
  progress_.contentBytes += chunk.text.size();
  if (stream_) advance(false);
}

AnthropicBlock* AnthropicMessagesRendering::find(Kind kind, std::uint32_t number) noexcept {
  for (std::size_t i = blocks_.size(); i > current_; --i) {
    AnthropicBlock& block = blocks_[i - 1];
    if (block.kind == kind && block.number == number) return &block;
  }
  return nullptr;
}

AnthropicBlock& AnthropicMessagesRendering::add(Kind kind, std::uint32_t number) {
  AnthropicBlock block;
  block.kind = kind;
  block.number = number;
  blocks_.push_back(std::move(block));
  return blocks_.back();
}

void AnthropicMessagesRendering::takeText(const Chunk& chunk) {
  if (chunk.type == ChunkType::refusal) refused_ = true;
  if (!chunk.text.empty()) {
    const bool goesOn = !blocks_.empty() && blocks_.back().kind == Kind::text;
    AnthropicBlock& block = goesOn ? blocks_.back() : add(Kind::text, 0);
    block.text += chunk.text;
  }
  takeAnnotations(chunk.extra);
}

// Citations of Anthropic's own form; others have no place here.
void AnthropicMessagesRendering::takeAnnotations(std::string_view extra) {
  const ChunkExtra told(extra);
  JsonElements annotations(told["annotations"]);
  std::vector<std::string> found;
  while (annotations.next()) {
    const JsonView annotation = annotations.value(), citation = annotation["citation"];
    if (annotation["format"].says(kAnthropicFormat) && citation.exists())
      found.emplace_back(citation.raw());
  }
  if (found.empty()) return;
  const bool goesOn = !blocks_.empty() && blocks_.back().kind == Kind::text;
  AnthropicBlock& block = goesOn ? blocks_.back() : add(Kind::text, 0);
  std::move(found.begin(), found.end(), std::back_inserter(block.citations));
}

void AnthropicMessagesRendering::takeReasoning(const Chunk& chunk) {
  const ChunkExtra extra(chunk.extra);
  const std::string format = extra["format"].text();
  const std::string hidden = extra["encrypted"].text();
  if (!hidden.empty()) {
    add(Kind::redacted, chunk.index).proof = markedProof(format, hidden);
    return;
  }
  const std::string signature = extra["signature"].text();
  if (chunk.text.empty() && signature.empty()) return;
  AnthropicBlock* block = find(Kind::thinking, chunk.index);
  if (block == nullptr) block = &add(Kind::thinking, chunk.index);
  block->text += chunk.text;
  if (!signature.empty()) block->proof = markedProof(format, signature);
}

void AnthropicMessagesRendering::takeToolCall(const Chunk& chunk) {
  AnthropicBlock* block = find(Kind::tool, chunk.index);
  if (block == nullptr) {
    if (chunk.ref.empty() && chunk.name.empty()) return;  // blanks behind a call that is whole
    std::string id = safeId(chunk.ref);
    if (id.empty()) id = "toolu_" + id_.substr(4) + "_" + std::to_string(chunk.index);
    takeCallExtra(chunk.extra, id);
    block = &add(Kind::tool, chunk.index);
    block->id = std::move(id);
    block->name = chunk.name;
    progress_.contentBytes += chunk.name.size();
    called_ = true;
  } else {
    takeCallExtra(chunk.extra, std::string(block->id));
    block = find(Kind::tool, chunk.index);
  }
  block->text += chunk.text;
  block->arguments.take(chunk.text);
}

// What an upstream wants back with a call stands in a block beside it.
void AnthropicMessagesRendering::takeCallExtra(std::string_view extra, const std::string& id) {
  const ChunkExtra told(extra);
  const JsonView wanted = told["extra_content"];
  if (!wanted.isObject()) return;
  AnthropicBlock& block = add(Kind::redacted, 0);
  block.proof = std::string(kCallMark) + id + ":" + std::string(wanted.raw());
}

// Arguments that are cut off with the answer are no fault of the model's.
bool AnthropicMessagesRendering::argumentsAreObjects() const {
  if (stream_ || stopReason_ == "max_tokens" || stopReason_ == "refusal") return true;
  return std::all_of(blocks_.begin(), blocks_.end(), [](const AnthropicBlock& block) {
    return block.kind != Kind::tool || block.text.empty() || isObject(block.text);
  });
}

void AnthropicMessagesRendering::finish(const Chunk& chunk) {
  if (progress_.finished) return;
  stopReason_ = stopReasonOf(chunk.name, called_);
  stopSequence_ = ChunkExtra(chunk.extra)["stop_sequence"].text();
  if (!stopSequence_.empty()) stopReason_ = "stop_sequence";
  if (refused_ && stopReason_ == "end_turn") stopReason_ = "refusal";
  if (!argumentsAreObjects()) {
    plugins::Fault fault;
    fault.code = plugins::Code::unavailable;
    fault.retryable = true;
    fault.message = "the model called a tool with arguments that are no JSON object";
    progress_.fault = std::move(fault);
    return;
  }
  progress_.content = progress_.settled = progress_.finished = true;
  if (!stream_) return;
  beginMessage();
  advance(true);
}

void AnthropicMessagesRendering::close(std::string& out) {
  writeTo(out);
  if (stream_) endMessage();
  else appendWhole(out);
  progress_.ended = true;
}

void AnthropicMessagesRendering::appendStopReason(std::string& out) const {
  out += "\"stop_reason\":";
  json::appendString(out, stopReason_);
  out += ",\"stop_sequence\":";
  if (stopSequence_.empty()) out += "null";
  else json::appendString(out, stopSequence_);
}

void AnthropicMessagesRendering::appendWhole(std::string& out) const {
  json::Writer w(out);
  w.beginObject().key("id").string(id_).key("type").string("message");
  w.key("role").string("assistant").key("model").string(model_).key("content").beginArray();
  for (const AnthropicBlock& block : blocks_) {
    std::string text;
    appendAnthropicBlock(text, block);
    w.raw(text);
  }
  w.endArray();
  out += ',';
  appendStopReason(out);
  w.key("usage");
  appendAnthropicUsage(out, progress_.usage.value_or(plugins::Usage()));
  w.endObject();
}

}  // namespace sluice::dialects
