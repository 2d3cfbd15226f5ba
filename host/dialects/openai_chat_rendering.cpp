#include <algorithm>
#include <chrono>

#include "base/json.hpp"
#include "base/text.hpp"
#include "dialects/openai_chat_answer.hpp"
#include "dialects/openai_usage.hpp"

namespace sluice::dialects {

using plugins::Chunk;
using plugins::ChunkType;

namespace {

void addTo(std::string& list, std::string_view items) {
  if (!list.empty() && !items.empty()) list += ',';
  list += items;
}

void appendArray(json::Writer& w, std::string_view name, std::string_view items) {
  if (!items.empty()) w.key(name).beginArray().raw(items).endArray();
}

// The inside of an array.
std::string_view insideOf(JsonView array) {
  if (!array.isArray()) return {};
  return text::trim(array.raw().substr(1, array.raw().size() - 2));
}

// The addresses among them, where the text is that they back.
std::string annotationsOf(JsonView annotations, std::uint64_t place) {
  std::string made;
  JsonElements each(annotations);
  while (each.next()) {
    const JsonView cited = each.value()["url_citation"];
    if (!cited["url"].isString()) continue;
    std::string one;
    json::Writer w(one);
    w.beginObject().key("type").string("url_citation").key("url_citation").beginObject();
    w.key("start_index").number(place).key("end_index").number(place);
    w.key("title").raw(cited["title"].isString() ? cited["title"].raw() : "\"\"");
    w.key("url").raw(cited["url"].raw()).endObject().endObject();
    addTo(made, one);
  }
  return made;
}

// A block of reasoning as its maker wants it back; empty if this chunk is not the proof of one.
// `thought`: the block's text.
std::string detailOf(const ChunkExtra& extra, std::string_view thought) {
  const JsonView encrypted = extra["encrypted"], signature = extra["signature"];
  if (!extra["format"].isString() || (!encrypted.isString() && !signature.isString())) return {};
  std::string made;
  json::Writer w(made);
  w.beginObject();
  if (encrypted.isString()) {
    w.key("type").string("reasoning.encrypted").key("data").raw(encrypted.raw());
  } else {
    w.key("type").string("reasoning.text").key("text").string(thought);
    w.key("signature").raw(signature.raw());
  }
  w.key("format").raw(extra["format"].raw()).endObject();
  return made;
}

void appendLogprobs(std::string& out, std::string_view logprobs) {
  if (logprobs.empty()) {
    out += "null";
    return;
  }
  out += "{\"content\":[";
  out += logprobs;
  out += "],\"refusal\":null}";
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
  if (!choice.finish.empty()) return;  // nothing comes behind a choice's finish reason
  switch (chunk.type) {
    case ChunkType::toolCall: takeToolCall(chunk, choice); return;
    case ChunkType::finish: finish(chunk, choice); return;
    default: break;
  }
  takePiece(chunk, choice);
}

// Of a text, a refusal or reasoning, with what stands beside it.
void OpenAiChatRendering::takePiece(const Chunk& chunk, Choice& choice) {
  const Beside beside = besideOf(chunk, choice);
  if (chunk.text.empty() && beside.empty()) return;
  progress_.content = progress_.content || !chunk.text.empty();
  progress_.contentBytes += chunk.text.size();
  finished_.begin(chunk.choice);
  if (chunk.type == ChunkType::refusal) choice.refused = true;
  if (stream_) {
    sendRole(chunk.choice, choice);
    sendDelta(chunk,
              chunk.type == ChunkType::text        ? "content"
              : chunk.type == ChunkType::reasoning ? "reasoning_content"
                                                   : "refusal",
              beside);
    return;
  }
  std::string& kept = chunk.type == ChunkType::text        ? choice.text
                      : chunk.type == ChunkType::reasoning ? choice.reasoning
                                                           : choice.refusal;
  kept += chunk.text;
  addTo(choice.beside.annotations, beside.annotations);
  addTo(choice.beside.logprobs, beside.logprobs);
  addTo(choice.beside.details, beside.details);
}

OpenAiChatRendering::Beside OpenAiChatRendering::besideOf(const Chunk& chunk, Choice& choice) {
  Beside beside;
  if (chunk.type == ChunkType::text) {
    choice.characters += text::countCharacters(chunk.text);
    if (chunk.extra.empty()) return beside;
    const ChunkExtra extra(chunk.extra);
    beside.annotations = annotationsOf(extra["annotations"], choice.characters);
    beside.logprobs = insideOf(extra["logprobs"]);
  } else if (chunk.type == ChunkType::reasoning) {
    std::string& thought = choice.thoughts[chunk.index];
    thought += chunk.text;
    if (!chunk.extra.empty()) beside.details = detailOf(ChunkExtra(chunk.extra), thought);
  }
  return beside;
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
  const ChunkExtra told(chunk.extra);
  const JsonView wanted = told["extra_content"];
  const std::string_view extra = wanted.isObject() ? wanted.raw() : std::string_view();
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
  choice.finish = chunk.name.empty() ? "stop" : std::string(chunk.name);
  if (!choice.calls.empty() && choice.finish == "stop") choice.finish = "tool_calls";
  progress_.content = true;
  finished_.finish(chunk.choice);
  progress_.settled = finished_.settled();
  progress_.finished = finished_.allFinished();
  if (stream_) sendRole(chunk.choice, choice);
  // A call that was cut off has no arguments yet; that must not look as if it wanted none.
  const bool cut = choice.finish == "length" || choice.finish == "content_filter";
  for (auto& [index, call] : choice.calls) {
    if (call.argued || cut) continue;
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

void OpenAiChatRendering::closeChunk(std::string_view finish, std::string_view logprobs) {
  std::string& out = *out_;
  out += ",\"logprobs\":";
  appendLogprobs(out, logprobs);
  out += ",\"finish_reason\":";
  if (finish.empty()) out += "null";
  else json::appendString(out, finish);
  out += usageWanted_ ? "}],\"usage\":null}\n\n" : "}]}\n\n";
}

void OpenAiChatRendering::sendRole(std::uint32_t index, Choice& choice) {
  if (choice.roleSent) return;
  choice.roleSent = true;
  openChunk(index);
  *out_ += "{\"role\":\"assistant\",\"content\":\"\"}";
  closeChunk({});
}

void OpenAiChatRendering::sendDelta(const Chunk& chunk, std::string_view name,
                                    const Beside& beside) {
  openChunk(chunk.choice);
  json::Writer w(*out_);
  w.beginObject();
  if (!chunk.text.empty()) w.key(name).string(chunk.text);
  appendArray(w, "annotations", beside.annotations);
  appendArray(w, "reasoning_details", beside.details);
  w.endObject();
  closeChunk({}, beside.logprobs);
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
    std::string logprobs;
    appendLogprobs(logprobs, choice.beside.logprobs);
    w.raw(message).key("logprobs").raw(logprobs);
    w.key("finish_reason").string(choice.finish).endObject();
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
  appendArray(w, "annotations", choice.beside.annotations);
  if (!choice.reasoning.empty()) w.key("reasoning_content").string(choice.reasoning);
  appendArray(w, "reasoning_details", choice.beside.details);
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
