#include "dialects/openai_completions_rendering.hpp"

#include <chrono>

#include "base/json.hpp"
#include "dialects/openai_usage.hpp"

namespace sluice::dialects {

using plugins::Chunk;
using plugins::ChunkType;

namespace {

void appendChoice(std::string& out, std::uint32_t index, std::string_view text,
                  std::string_view finish) {
  json::Writer w(out);
  w.beginObject().key("text").string(text).key("index").number(std::uint64_t{index});
  w.key("logprobs").null().key("finish_reason");
  if (finish.empty()) w.null();
  else w.string(finish);
  w.endObject();
}

}  // namespace

OpenAiCompletionsRendering::OpenAiCompletionsRendering(std::string_view model, std::string_view id,
                                                       const OpenAiReading& asked)
    : id_("cmpl-"),
      model_(model),
      created_(static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(
                                              std::chrono::system_clock::now().time_since_epoch())
                                              .count())),
      stream_(asked.stream),
      usageWanted_(asked.usageWanted),
      finished_(asked.choices) {
  id_ += id;
}

void OpenAiCompletionsRendering::take(const Chunk& chunk) {
  switch (chunk.type) {
    case ChunkType::start:
      if (!chunk.name.empty()) model_ = chunk.name;
      return;
    case ChunkType::usage:
      if (chunk.usage != nullptr) progress_.usage = *chunk.usage;
      return;
    case ChunkType::text:
    case ChunkType::refusal:
    case ChunkType::reasoning: takeText(chunk, choices_[chunk.choice]); return;
    case ChunkType::finish: takeFinish(chunk, choices_[chunk.choice]); return;
    default: return;
  }
}

// Of a thought nothing is said, but that the answer has begun.
void OpenAiCompletionsRendering::takeText(const Chunk& chunk, Choice& choice) {
  if (chunk.text.empty()) return;
  const bool thought = chunk.type == ChunkType::reasoning;
  progress_.content = true;
  progress_.contentBytes += chunk.text.size();
  finished_.begin(chunk.choice);
  if (!stream_) {
    if (!thought) choice.text += chunk.text;
  } else if (!thought || !choice.begun) {
    send(chunk.choice, thought ? std::string_view() : chunk.text, {});
  }
  choice.begun = true;
}

void OpenAiCompletionsRendering::takeFinish(const Chunk& chunk, Choice& choice) {
  if (!choice.finish.empty()) return;  // one finish reason a choice
  const bool known = chunk.name == "length" || chunk.name == "content_filter";
  choice.finish = known ? chunk.name : std::string_view("stop");
  progress_.content = true;
  finished_.finish(chunk.choice);
  progress_.settled = finished_.settled();
  progress_.finished = finished_.allFinished();
  if (stream_) send(chunk.choice, {}, choice.finish);
}

// {"id", "object", "created", "model", "choices":[
void OpenAiCompletionsRendering::appendHead(std::string& out) const {
  out += "{\"id\":";
  json::appendString(out, id_);
  out += ",\"object\":\"text_completion\",\"created\":";
  json::appendNumber(out, created_);
  out += ",\"model\":";
  json::appendString(out, model_);
  out += ",\"choices\":[";
}

void OpenAiCompletionsRendering::send(std::uint32_t index, std::string_view text,
                                      std::string_view finish) {
  *out_ += "data: ";
  appendHead(*out_);
  appendChoice(*out_, index, text, finish);
  *out_ += usageWanted_ ? "],\"usage\":null}\n\n" : "]}\n\n";
}

void OpenAiCompletionsRendering::appendUsage(std::string& out) const {
  if (!progress_.usage) return;
  out += ",\"usage\":";
  appendOpenAiUsage(out, *progress_.usage);
}

void OpenAiCompletionsRendering::close(std::string& out) {
  progress_.ended = true;
  if (stream_) {
    if (usageWanted_ && progress_.usage) {
      out += "data: ";
      appendHead(out);
      out += ']';
      appendUsage(out);
      out += "}\n\n";
    }
    out += "data: [DONE]\n\n";
    return;
  }
  appendHead(out);
  for (const auto& [index, choice] : choices_) {
    if (out.back() != '[') out += ',';
    appendChoice(out, index, choice.text, choice.finish);
  }
  out += ']';
  appendUsage(out);
  out += '}';
}

}  // namespace sluice::dialects
