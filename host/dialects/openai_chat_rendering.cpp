#include <algorithm>
#include <chrono>

#include "base/json.hpp"
#include "dialects/json_document.hpp"
#include "dialects/openai_chat_answer.hpp"
#include "dialects/openai_usage.hpp"

namespace sluice::dialects {

using plugins::Chunk;
using plugins::ChunkType;

namespace {

// The object that an upstream wants back with a call, out of a chunk's extra; empty: none.
std::string extraContent(std::string_view extra) {
  simdjson::dom::element root;
  simdjson::dom::object content;
  if (extra.empty() || parseJson(extra, root) != simdjson::SUCCESS) return {};
  if (root["extra_content"].get(content) != simdjson::SUCCESS) return {};
  return simdjson::minify(content);
}

}  // namespace

OpenAiChatRendering::OpenAiChatRendering(std::string_view model, std::string_view id, bool stream,
                                         std::uint64_t choices, bool usageWanted)
    : id_("chatcmpl-"),
      model_(model),
      created_(static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(
                                              std::chrono::system_clock::now().time_since_epoch())
                                              .count())),
      stream_(stream),
      usageWanted_(usageWanted),
      finished_(choices) {
  id_ += id;
}

plugins::ChunkSink::Answer OpenAiChatRendering::push(const Chunk& chunk) noexcept {
  try {
    take(chunk);
  } catch (const std::exception&) {  // out of memory: this answer cannot be given
    plugins::Fault fault;
    fault.code = plugins::Code::resourceExhausted;
    progress_.fault = std::move(fault);
    return Answer::cancelled;
  }
  return Answer::more;
}

void OpenAiChatRendering::take(const Chunk& chunk) {
  switch (chunk.type) {
    case ChunkType::start:
      if (!chunk.name.empty()) model_ = chunk.name;
      return;
    case ChunkType::usage:
      if (chunk.usage != nullptr) progress_.usage = *chunk.usage;
      return;
    case ChunkType::text:
    case ChunkType::reasoning:
    case ChunkType::refusal:
    case ChunkType::toolCall:
    case ChunkType::finish: break;
    default: return;
  }
  Choice& choice = choices_[chunk.choice];
  switch (chunk.type) {
    case ChunkType::toolCall: takeToolCall(chunk, choice); return;
    case ChunkType::finish: finish(chunk, choice); return;
    default: break;
  }
  if (chunk.text.empty()) return;
  progress_.content = true;
  progress_.contentBytes += chunk.text.size();
  finished_.begin(chunk.choice);
  if (chunk.type == ChunkType::refusal) choice.refused = true;
  if (stream_) {
    sendRole(chunk.choice, choice);
    sendDelta(chunk.choice,
              chunk.type == ChunkType::text        ? "content"
              : chunk.type == ChunkType::reasoning ? "reasoning_content"
                                                   : "refusal",
              chunk.text);
    return;
  }
  std::string& kept = chunk.type == ChunkType::text        ? choice.text
                      : chunk.type == ChunkType::reasoning ? choice.reasoning
                                                           : choice.refusal;
  kept += chunk.text;
}

void OpenAiChatRendering::takeToolCall(const Chunk& chunk, Choice& choice) {
  const bool first = !choice.calls.contains(chunk.index);
  ToolCall& call = choice.calls[chunk.index];
  progress_.content = true;
  progress_.contentBytes += chunk.text.size() + chunk.name.size();
  finished_.begin(chunk.choice);
  if (first) {
    call.id = chunk.ref;
    call.name = chunk.name;
  }
  const std::string extra = extraContent(chunk.extra);
  if (!extra.empty()) call.extra = extra;
  call.argued = call.argued || !chunk.text.empty();
  if (!stream_) {
    call.arguments += chunk.text;
    return;
  }
  if (!first && chunk.text.empty() && extra.empty()) return;
  sendRole(chunk.choice, choice);
  openChunk(chunk.choice);
  json::Writer w(*out_);
  w.beginObject().key("tool_calls").beginArray().beginObject();
  w.key("index").number(std::uint64_t{chunk.index});
  if (first) w.key("id").string(call.id).key("type").string("function");
  w.key("function").beginObject();
  if (first) w.key("name").string(call.name);
  w.key("arguments").string(chunk.text).endObject();
  if (!extra.empty()) w.key("extra_content").raw(extra);
  w.endObject().endArray().endObject();
  closeChunk({});
}

void OpenAiChatRendering::finish(const Chunk& chunk, Choice& choice) {
  if (!choice.finish.empty()) return;  // one finish reason a choice
  choice.finish = chunk.name.empty() ? "stop" : std::string(chunk.name);
  if (!choice.calls.empty() && choice.finish == "stop") choice.finish = "tool_calls";
  progress_.content = true;
  finished_.finish(chunk.choice);
  progress_.settled = finished_.settled();
  progress_.finished = finished_.allFinished();
  if (stream_) sendRole(chunk.choice, choice);
  for (auto& [index, call] : choice.calls) {
    if (call.argued) continue;
    call.argued = true;
    call.arguments = "{}";
    if (!stream_) continue;
    openChunk(chunk.choice);
    json::Writer w(*out_);
    w.beginObject().key("tool_calls").beginArray().beginObject();
    w.key("index").number(std::uint64_t{index});
    w.key("function").beginObject().key("arguments").string("{}").endObject();
    w.endObject().endArray().endObject();
    closeChunk({});
  }
  if (!stream_) return;
  openChunk(chunk.choice);
  *out_ += "{}";
  closeChunk(choice.finish);
}

void OpenAiChatRendering::openChunk(std::uint32_t index) {
  std::string& out = *out_;
  out += "data: {\"id\":";
  json::appendString(out, id_);
  out += ",\"object\":\"chat.completion.chunk\",\"created\":";
  json::appendNumber(out, created_);
  out += ",\"model\":";
  json::appendString(out, model_);
  out += ",\"choices\":[{\"index\":";
  json::appendNumber(out, std::uint64_t{index});
  out += ",\"delta\":";
}

void OpenAiChatRendering::closeChunk(std::string_view finish) {
  std::string& out = *out_;
  out += ",\"logprobs\":null,\"finish_reason\":";
  if (finish.empty()) out += "null";
  else json::appendString(out, finish);
  out += "}]}\n\n";
}

void OpenAiChatRendering::sendRole(std::uint32_t index, Choice& choice) {
  if (choice.roleSent) return;
  choice.roleSent = true;
  openChunk(index);
  *out_ += "{\"role\":\"assistant\",\"content\":\"\"}";
  closeChunk({});
}

void OpenAiChatRendering::sendDelta(std::uint32_t index, std::string_view name,
                                    std::string_view text) {
  openChunk(index);
  json::Writer w(*out_);
  w.beginObject().key(name).string(text).endObject();
  closeChunk({});
}

void OpenAiChatRendering::close(std::string& out) {
  if (!stream_) {
    appendWhole(out);
    return;
  }
  if (usageWanted_ && progress_.usage) {
    out += "data: {\"id\":";
    json::appendString(out, id_);
    out += ",\"object\":\"chat.completion.chunk\",\"created\":";
    json::appendNumber(out, created_);
    out += ",\"model\":";
    json::appendString(out, model_);
    out += ",\"choices\":[],\"usage\":";
    appendOpenAiUsage(out, *progress_.usage);
    out += "}\n\n";
  }
  out += "data: [DONE]\n\n";
  progress_.ended = true;
}

void OpenAiChatRendering::appendWhole(std::string& out) const {
  json::Writer w(out);
  w.beginObject();
  w.key("id").string(id_).key("object").string("chat.completion").key("created").number(created_);
  w.key("model").string(model_).key("choices").beginArray();
  for (const auto& [index, choice] : choices_) {
    w.beginObject().key("index").number(std::uint64_t{index}).key("message");
    std::string message;
    appendMessage(message, choice);
    w.raw(message).key("logprobs").null().key("finish_reason").string(choice.finish).endObject();
  }
  w.endArray();
  if (progress_.usage) {
    std::string usage;
    appendOpenAiUsage(usage, *progress_.usage);
    w.key("usage").raw(usage);
  }
  w.endObject();
}

void OpenAiChatRendering::appendMessage(std::string& out, const Choice& choice) const {
  json::Writer w(out);
  w.beginObject().key("role").string("assistant").key("content");
  if (choice.text.empty() && (!choice.calls.empty() || choice.refused)) w.null();
  else w.string(choice.text);
  w.key("refusal");
  if (choice.refused) w.string(choice.refusal);
  else w.null();
  if (!choice.reasoning.empty()) w.key("reasoning_content").string(choice.reasoning);
  if (!choice.calls.empty()) {
    w.key("tool_calls").beginArray();
    for (const auto& [index, call] : choice.calls) {
      w.beginObject().key("id").string(call.id).key("type").string("function");
      w.key("function").beginObject().key("name").string(call.name);
      w.key("arguments").string(call.arguments).endObject();
      if (!call.extra.empty()) w.key("extra_content").raw(call.extra);
      w.endObject();
    }
    w.endArray();
  }
  w.endObject();
}

}  // namespace sluice::dialects
