#include "decoder.hpp"

#include <algorithm>
#include <vector>

#include "beside.hpp"
#include "calls.hpp"
#include "failure.hpp"

namespace openai {
namespace {

namespace json = sluice::json;
using sluice::broken;
using sluice::Sink;

// The upstream's totals, split into buckets that do not overlap.
sluice_usage buckets(json::Value usage) {
  const std::uint64_t prompt = usage["prompt_tokens"].whole();
  const std::uint64_t completion = usage["completion_tokens"].whole();
  const json::Value details = usage["prompt_tokens_details"];
  const std::uint64_t total = usage["total_tokens"].whole();
  std::uint64_t reasoning = usage["completion_tokens_details"]["reasoning_tokens"].whole();
  // Inside the completion, as a rule. xAI counts it beside, which the total shows; Gemini does not
  // tell it at all, and only its total holds it.
  const bool untold = reasoning == 0 && total > prompt + completion;
  if (untold) reasoning = total - prompt - completion;
  const bool beside = reasoning > completion || total == prompt + completion + reasoning;

  sluice_usage out{};
  json::Value cached = details["cached_tokens"];
  for (const char* name : {"prompt_cache_hit_tokens", "cached_tokens"})
    if (!cached.isNumber()) cached = usage[name];
  out.cache_read = std::min(prompt, cached.whole());
  out.cache_write = std::min(prompt - out.cache_read, details["cache_write_tokens"].whole());
  out.input = prompt - out.cache_read - out.cache_write;
  out.reasoning = reasoning;
  out.output = beside ? completion : completion - reasoning;
  return out;
}

// Some upstreams say `stop` after tool calls too.
std::string_view finishName(std::string_view reason, bool calledTools) {
  if (reason == "length" || reason == "max_tokens" || reason == "model_length") return "length";
  if (reason == "tool_calls" || reason == "function_call" || reason == "tool_use")
    return "tool_calls";
  if (reason == "content_filter") return reason;
  return calledTools ? "tool_calls" : "stop";
}

class ChatDecoder final : public sluice::Decoder {
 public:
  ChatDecoder(std::uint64_t request, bool stream, bool details)
      : stream_(stream), details_(details), id_(std::to_string(request)) {}

  void frame(std::string_view event, std::string_view data, Sink sink) override {
    if (stream_ && data == "[DONE]") return;
    if (!document_.parse(data))
      throw broken(std::string(stream_ ? "an event" : "the answer") +
                   " of the upstream is not JSON: " + document_.error());
    const json::Value root = document_.root();
    if (event == "error" || holdsError(root)) throw failure(0, 0, data);
    json::Value usage = root["usage"];
    if (!usage.isObject()) usage = root["x_groq"]["usage"];
    begin(root, usage.isObject(), sink);
    std::size_t place = 0;
    for (const json::Value choice : root["choices"]) {
      const auto index = static_cast<std::uint32_t>(
          choice["index"].unsignedInteger().value_or(stream_ ? 0 : place));
      readChoice(root, choice, stateOf(index), sink);
      ++place;
    }
    if (usage.isObject()) sink.usage(buckets(usage));
  }

  void end(Sink /*sink*/) override {
    const auto open = [](const Choice& choice) { return !choice.finished; };
    if (choices_.empty() || std::any_of(choices_.begin(), choices_.end(), open))
      throw broken("the upstream's answer ended before it was finished");
  }

 private:
  struct Choice {
    explicit Choice(std::uint32_t number) : index(number), calls(number) {}
    std::uint32_t index;
    bool spoke = false;  // a delta has come
    bool finished = false;
    ToolCalls calls;
  };

  Choice& stateOf(std::uint32_t index) {
    for (Choice& choice : choices_)
      if (choice.index == index) return choice;
    if (choices_.size() == kMostChoices) throw broken("the upstream's answer has too many choices");
    return choices_.emplace_back(index);
  }

  // The first object that says who answers, or anything else: some upstreams begin with an empty
  // one.
  void begin(json::Value root, bool counts, Sink sink) {
    if (begun_) return;
    const std::string_view id = root["id"].string(), model = root["model"].string();
    const json::Value choices = root["choices"];
    if (id.empty() && model.empty() && !counts && !(choices.begin() != choices.end())) return;
    begun_ = true;
    if (!id.empty()) id_ = id;
    sink.start(id, model);
  }

  void readChoice(json::Value root, json::Value choice, Choice& state, Sink sink) const {
    if (state.finished) return;  // what comes behind the end belongs to no answer
    // Perplexity sends both: a whole answer has an empty delta, a stream ends with the message.
    bool message = !stream_;
    json::Value said = choice[message ? "message" : "delta"];
    if (!said.isObject() && !state.spoke) {
      message = !message;
      said = choice[message ? "message" : "delta"];
    }
    if (said.isObject()) {
      state.spoke = true;
      readMessage(said, message, state, sink);
    }
    const std::string_view reason = choice["finish_reason"].string();
    if (reason.empty()) return;
    if (reason == "error" || reason == "insufficient_system_resource")
      throw broken("the upstream gave up in the middle of its answer (" + std::string(reason) +
                   ")");
    state.finished = true;
    if (state.index == 0) pushBeside(sourcesOf(root), 0, sink);
    const std::string_view name = finishName(reason, state.calls.any());
    state.calls.finish(name == "length" || name == "content_filter", id_, sink);
    sink.finishReason(name, state.index);
  }

  static void pushBeside(const std::string& extra, std::uint32_t choice, Sink sink) {
    if (extra.empty()) return;
    sluice_chunk chunk = Sink::make(SLUICE_CHUNK_TEXT);
    chunk.choice = choice;
    chunk.extra = sluice::str(extra);
    sink.push(chunk);
  }

  void readReasoning(json::Value said, std::uint32_t choice, Sink sink) const {
    if (details_ && readReasoningDetails(said["reasoning_details"], choice, sink)) return;
    json::Value reasoning = said["reasoning_content"];
    if (reasoning.string().empty()) reasoning = said["reasoning"];
    if (!reasoning.string().empty()) sink.reasoning(reasoning.string(), choice);
  }

  void readMessage(json::Value said, bool message, Choice& state, Sink sink) const {
    readReasoning(said, state.index, sink);
    readContent(said["content"], state.index, sink);
    pushBeside(annotationsOf(said["annotations"]), state.index, sink);
    if (const auto refusal = said["refusal"].string(); !refusal.empty())
      sink.refusal(refusal, state.index);
    state.calls.read(said["tool_calls"], message, id_, sink);
    state.calls.readFunction(said["function_call"], id_, sink);
  }

  // A string, or an array of parts.
  static void readContent(json::Value content, std::uint32_t choice, Sink sink) {
    if (!content.string().empty()) sink.text(content.string(), choice);
    if (!content.isArray()) return;
    for (const json::Value part : content) {
      const std::string_view type = part["type"].string();
      if (type == "text") readContent(part["text"], choice, sink);
      if (type == "refusal") sink.refusal(part["refusal"].string(), choice);
      if (type != "thinking") continue;
      const json::Value thinking = part["thinking"];
      if (!thinking.string().empty()) sink.reasoning(thinking.string(), choice);
      if (thinking.isArray())
        for (const json::Value piece : thinking)
          if (!piece["text"].string().empty()) sink.reasoning(piece["text"].string(), choice);
    }
  }

  static constexpr std::size_t kMostChoices = 1024;  // far more than any answer has

  const bool stream_;
  const bool details_;
  bool begun_ = false;
  std::string id_;  // for the ids of calls
  std::vector<Choice> choices_;
  json::Document document_;
};

// {"data": [{"id"}]}, an array of such, or {"models": [...]}, as {"data": [{"id"}]}.
class ModelsDecoder final : public sluice::Decoder {
 public:
  void frame(std::string_view /*event*/, std::string_view data, Sink sink) override {
    json::Document document;
    if (!document.parse(data))
      throw broken(std::string("the upstream's list of models is not JSON: ") + document.error());
    json::Value list = document.root();
    if (holdsError(list)) throw failure(0, 0, data);
    if (list.isObject()) list = list["data"].exists() ? list["data"] : list["models"];
    if (!list.isArray()) throw broken("the upstream's list of models has no `data`");
    sluice::ModelList out;
    for (const json::Value model : list)
      out.add(model["id"].isString() ? model["id"].string() : model["name"].string());
    sink.json(out.json());
    listed_ = true;
  }
  void end(Sink /*sink*/) override {
    if (!listed_) throw broken("the upstream's list of models is empty");
  }

 private:
  bool listed_ = false;
};

class FailureDecoder final : public sluice::Decoder {
 public:
  FailureDecoder(int status, std::uint32_t retryAfterMs)
      : status_(status), retryAfterMs_(retryAfterMs) {}

  void frame(std::string_view /*event*/, std::string_view data, Sink /*sink*/) override {
    throw failure(status_, retryAfterMs_, data);
  }
  void end(Sink /*sink*/) override { throw failure(status_, retryAfterMs_, {}); }

 private:
  const int status_;
  const std::uint32_t retryAfterMs_;
};

}  // namespace

std::unique_ptr<sluice::Decoder> chatDecoder(std::uint64_t request, bool stream, bool details) {
  return std::make_unique<ChatDecoder>(request, stream, details);
}
std::unique_ptr<sluice::Decoder> modelsDecoder() { return std::make_unique<ModelsDecoder>(); }
std::unique_ptr<sluice::Decoder> failureDecoder(int status, std::uint32_t retryAfterMs) {
  return std::make_unique<FailureDecoder>(status, retryAfterMs);
}

}  // namespace openai
