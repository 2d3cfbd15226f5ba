#include "decoder.hpp"

#include <algorithm>
#include <vector>

#include "beside.hpp"
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
  ChatDecoder(bool stream, bool details) : stream_(stream), details_(details) {}

  void frame(std::string_view event, std::string_view data, Sink sink) override {
    if (stream_ && data == "[DONE]") return;
    if (!document_.parse(data))
      throw broken(std::string(stream_ ? "an event" : "the answer") +
                   " of the upstream is not JSON: " + document_.error());
    const json::Value root = document_.root();
    if (event == "error" || holdsError(root)) throw failure(0, 0, data);
    begin(root, sink);
    std::size_t place = 0;
    for (const json::Value choice : root["choices"]) {
      const auto index = static_cast<std::uint32_t>(
          choice["index"].unsignedInteger().value_or(stream_ ? 0 : place));
      readChoice(root, choice, stateOf(index), sink);
      ++place;
    }
    json::Value usage = root["usage"];
    if (!usage.isObject()) usage = root["x_groq"]["usage"];
    if (usage.isObject()) sink.usage(buckets(usage));
  }

  void end(Sink /*sink*/) override {
    const auto open = [](const Choice& choice) { return !choice.finished; };
    if (choices_.empty() || std::any_of(choices_.begin(), choices_.end(), open))
      throw broken("the upstream's answer ended before it was finished");
  }

 private:
  struct Tool {
    std::uint32_t index;
    bool identified = false;  // its id has been told
    bool named = false;       // its name has been told
  };
  struct Choice {
    std::uint32_t index;
    bool spoke = false;  // a delta has come
    bool finished = false;
    std::vector<Tool> tools;
  };

  Choice& stateOf(std::uint32_t index) {
    for (Choice& choice : choices_)
      if (choice.index == index) return choice;
    if (choices_.size() == kMaxParts) throw broken("the upstream's answer has too many choices");
    choices_.push_back({index, false, false, {}});
    return choices_.back();
  }

  // The first object that says who answers, or the first choice: some upstreams begin with an
  // empty one.
  void begin(json::Value root, Sink sink) {
    if (begun_) return;
    const std::string_view id = root["id"].string(), model = root["model"].string();
    if (id.empty() && model.empty() && !root["choices"][std::size_t{0}].exists()) return;
    begun_ = true;
    sink.start(id, model);
  }

  void readChoice(json::Value root, json::Value choice, Choice& state, Sink sink) const {
    // Perplexity sends both: a whole answer has an empty delta, a stream ends with the message.
    json::Value said = choice[stream_ ? "delta" : "message"];
    if (!said.isObject() && !state.spoke) said = choice[stream_ ? "message" : "delta"];
    if (said.isObject()) {
      state.spoke = true;
      readMessage(said, state, sink);
    }
    const std::string_view reason = choice["finish_reason"].string();
    if (reason.empty() || state.finished) return;
    if (reason == "error" || reason == "insufficient_system_resource")
      throw broken("the upstream gave up in the middle of its answer (" + std::string(reason) +
                   ")");
    state.finished = true;
    if (state.index == 0) pushBeside(sourcesOf(root), 0, sink);
    sink.finishReason(finishName(reason, !state.tools.empty()), state.index);
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

  void readMessage(json::Value said, Choice& state, Sink sink) const {
    readReasoning(said, state.index, sink);
    readContent(said["content"], state.index, sink);
    pushBeside(annotationsOf(said["annotations"]), state.index, sink);
    if (const auto refusal = said["refusal"].string(); !refusal.empty())
      sink.refusal(refusal, state.index);
    std::uint32_t place = 0;
    for (const json::Value call : said["tool_calls"])
      readTool(call, call["function"], place++, state, sink);
    if (const json::Value call = said["function_call"]; call.isObject())
      readTool(call, call, 0, state, sink);
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

  // The tool call that a delta continues or begins. Without an index, an id begins a new one.
  static Tool& toolOf(json::Value call, std::uint32_t place, std::vector<Tool>& tools) {
    std::uint32_t index = place;
    if (const auto told = call["index"].unsignedInteger())
      index = static_cast<std::uint32_t>(*told);
    else if (!call["id"].string().empty()) index = tools.empty() ? 0 : tools.back().index + 1;
    else if (!tools.empty()) index = tools.back().index;
    for (Tool& tool : tools)
      if (tool.index == index) return tool;
    if (tools.size() == kMaxParts) throw broken("the upstream's answer has too many tool calls");
    tools.push_back({index});
    return tools.back();
  }

  static void readTool(json::Value call, json::Value function, std::uint32_t place, Choice& state,
                       Sink sink) {
    Tool& tool = toolOf(call, place, state.tools);
    std::string_view id = call["id"].string(), name = function["name"].string();
    if (tool.identified) id = {};
    if (tool.named) name = {};
    tool.identified = tool.identified || !id.empty();
    tool.named = tool.named || !name.empty();
    const json::Value given = function["arguments"];
    const std::string_view arguments = given.isObject() ? given.raw() : given.string();
    if (!id.empty() || !name.empty() || !arguments.empty())
      sink.toolCall(tool.index, id, name, arguments, state.index);
  }

  static constexpr std::size_t kMaxParts = 1024;  // far more than any answer has

  const bool stream_;
  const bool details_;
  bool begun_ = false;
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

std::unique_ptr<sluice::Decoder> chatDecoder(bool stream, bool details) {
  return std::make_unique<ChatDecoder>(stream, details);
}
std::unique_ptr<sluice::Decoder> modelsDecoder() { return std::make_unique<ModelsDecoder>(); }
std::unique_ptr<sluice::Decoder> failureDecoder(int status, std::uint32_t retryAfterMs) {
  return std::make_unique<FailureDecoder>(status, retryAfterMs);
}

}  // namespace openai
