#include "decoder.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "beside.hpp"
#include "failure.hpp"
#include "usage.hpp"

namespace gemini {
namespace {

namespace json = sluice::json;
using sluice::broken;
using sluice::Sink;

template <std::size_t N>
bool isAny(std::string_view text, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

class AnswerDecoder final : public sluice::JsonDecoder {
 public:
  explicit AnswerDecoder(std::uint64_t request) : id_(std::to_string(request)) {}

  void object(std::string_view /*event*/, json::Value root, Sink sink) override {
    if (root["error"].isObject()) throw failure(root);
    const json::Value reason = root["promptFeedback"]["blockReason"];
    if (reason.isString()) stop(reason.string());
    begin(root, sink);
    for (const json::Value candidate : root["candidates"]) read(candidate, sink);
    tellUsage(root["usageMetadata"], sink);
  }

  // Nothing but the end of the body tells that a stream is whole: some models give a reason with
  // every piece.
  void end(Sink sink) override {
    for (const Choice& choice : choices_)
      if (choice.seen && choice.reason.empty()) return JsonDecoder::end(sink);
    for (std::size_t i = 0; i < choices_.size(); ++i)
      if (choices_[i].seen) finish(sink, finishName(choices_[i]), static_cast<std::uint32_t>(i));
    JsonDecoder::end(sink);
  }

 private:
  struct Choice {
    bool seen = false, spoke = false;
    bool thinking = false;  // the last part was a thought
    std::uint32_t calls = 0, reasonings = 0;
    std::string reason, explanation;  // why it ended, if it has
    Sources sources;
  };

  static std::string_view finishName(const Choice& choice) {
    constexpr std::array<std::string_view, 12> filtered = {
        "SAFETY",      "RECITATION",     "BLOCKLIST",        "PROHIBITED_CONTENT",
        "SPII",        "LANGUAGE",       "IMAGE_SAFETY",     "IMAGE_PROHIBITED_CONTENT",
        "MODEL_ARMOR", "content_filter", "IMAGE_RECITATION", "JAILBREAK"};
    constexpr std::array<std::string_view, 5> failed = {
        "MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS",
        "MISSING_THOUGHT_SIGNATURE", "MALFORMED_RESPONSE"};
    if (choice.reason == "MAX_TOKENS") return "length";
    if (isAny(choice.reason, filtered)) return "content_filter";
    if (isAny(choice.reason, failed) && !choice.spoke)
      throw broken("the model's answer cannot be used: " + choice.reason +
                   (choice.explanation.empty() ? "" : ": " + choice.explanation));
    return choice.calls > 0 ? "tool_calls" : "stop";
  }

  // The prompt is refused, or, once the answer has begun, what is left of the answer.
  void stop(std::string_view reason) {
    bool any = false;
    for (Choice& choice : choices_) {
      any = any || choice.seen;
      if (choice.seen && choice.reason.empty()) choice.reason = "content_filter";
    }
    if (!any) throw blocked(reason);
  }

  void begin(json::Value root, Sink sink) {
    if (begun_) return;
    begun_ = true;
    const std::string_view id = root["responseId"].string();
    if (!id.empty()) id_ = id;
    sink.start(id, root["modelVersion"].string());
  }

  void read(json::Value candidate, Sink sink) {
    const std::uint64_t index = candidate["index"].whole();
    if (index >= kMostChoices) throw broken("the upstream's answer has too many choices");
    if (choices_.size() <= index) choices_.resize(index + 1);
    Choice& choice = choices_[index];
    choice.seen = true;
    const auto number = static_cast<std::uint32_t>(index);
    for (const json::Value part : candidate["content"]["parts"])
      readPart(part, choice, number, sink);
    pushExtra(logprobsOf(candidate["logprobsResult"]), number, sink);
    pushExtra(choice.sources.fresh(candidate), number, sink);
    if (candidate["finishReason"].isString()) choice.reason = candidate["finishReason"].string();
    if (candidate["finishMessage"].isString())
      choice.explanation = candidate["finishMessage"].string();
  }

  void readPart(json::Value part, Choice& choice, std::uint32_t number, Sink sink) {
    const std::string_view signature = part["thoughtSignature"].string();
    const json::Value call = part["functionCall"];
    const std::string_view text = part["text"].string();
    if (part["thought"].boolean()) {
      if (text.empty() && signature.empty()) return;
      if (!choice.thinking) ++choice.reasonings;
      choice.thinking = true;
      reason(choice, number, text, signature, sink);
      return;
    }
    choice.thinking = false;
    if (call.isObject()) {
      choice.spoke = true;
      callTool(call, signature, choice, number, sink);
      return;
    }
    if (!text.empty()) {
      choice.spoke = true;
      sink.text(text, number);
    }
    // Proves thoughts that were not shown: a block of its own, without a text.
    if (signature.empty()) return;
    ++choice.reasonings;
    reason(choice, number, {}, signature, sink);
  }

  void reason(const Choice& choice, std::uint32_t number, std::string_view text,
              std::string_view signature, Sink sink) {
    extra_.clear();
    if (!signature.empty())
      json::Writer(extra_)
          .beginObject()
          .member("signature", signature)
          .member("format", "google")
          .endObject();
    sluice_chunk chunk = Sink::make(SLUICE_CHUNK_REASONING);
    chunk.choice = number;
    chunk.index = choice.reasonings - 1;
    chunk.text = sluice::str(text);
    chunk.extra = sluice::str(extra_);
    sink.push(chunk);
  }

  // Calls come whole, and mostly without ids.
  void callTool(json::Value call, std::string_view signature, Choice& choice, std::uint32_t number,
                Sink sink) {
    std::string id(call["id"].string());
    if (id.empty()) {
      id = "call_" + id_;
      if (number != 0) id += "_" + std::to_string(number);
      id += "_" + std::to_string(choice.calls);
    }
    const json::Value args = call["args"];
    const std::string arguments = args.isObject() ? compact(args.raw()) : "{}";
    extra_.clear();
    if (!signature.empty())
      json::Writer(extra_)
          .beginObject()
          .key("extra_content")
          .beginObject()
          .key("google")
          .beginObject()
          .member("thought_signature", signature)
          .endObject()
          .endObject()
          .endObject();
    sluice_chunk chunk = Sink::make(SLUICE_CHUNK_TOOL_CALL);
    chunk.choice = number;
    chunk.index = choice.calls++;
    chunk.ref = sluice::str(id);
    chunk.name = sluice::str(call["name"].string());
    chunk.text = sluice::str(arguments);
    chunk.extra = sluice::str(extra_);
    sink.push(chunk);
  }

  static void pushExtra(const std::string& extra, std::uint32_t number, Sink sink) {
    if (extra.empty()) return;
    sluice_chunk chunk = Sink::make(SLUICE_CHUNK_TEXT);
    chunk.choice = number;
    chunk.extra = sluice::str(extra);
    sink.push(chunk);
  }

  // Totals so far, with every piece; told when they have grown.
  void tellUsage(json::Value told, Sink sink) {
    if (!tellsTokens(told)) return;
    const sluice_usage usage = bucketsOf(told);
    const std::uint64_t prompt = usage.input + usage.cache_read;
    const std::uint64_t answer = usage.output + usage.reasoning;
    if (prompt < prompt_ || answer < answer_) return;
    const bool same = told_ && prompt == prompt_ && answer == answer_ &&
                      usage.cache_read == cacheRead_ && usage.reasoning == reasoning_;
    if (same) return;
    told_ = true;
    prompt_ = prompt;
    answer_ = answer;
    cacheRead_ = usage.cache_read;
    reasoning_ = usage.reasoning;
    sink.usage(usage);
  }

  static constexpr std::uint64_t kMostChoices = 64;

  bool begun_ = false, told_ = false;
  std::string id_;  // for the ids of calls
  std::vector<Choice> choices_;
  std::uint64_t prompt_ = 0, answer_ = 0, cacheRead_ = 0, reasoning_ = 0;
  std::string extra_;
};

// AI Studio: {"embeddings": [{"values"}]}. Vertex: {"predictions": [{"embeddings": {"values"}}]}.
class EmbeddingsDecoder final : public sluice::JsonDecoder {
 public:
  void object(std::string_view /*event*/, json::Value root, Sink sink) override {
    if (root["error"].isObject()) throw failure(root);
    const json::Value theirs = root["embeddings"], predicted = root["predictions"];
    if (!theirs.isArray() && !predicted.isArray())
      throw broken("the upstream's answer has no embeddings");
    std::string out;
    json::Writer writer(out);
    std::uint64_t tokens = root["usageMetadata"]["promptTokenCount"].whole();
    writer.beginObject().key("data").beginArray();
    for (const json::Value one : theirs) add(writer, one);
    for (const json::Value one : predicted) {
      add(writer, one["embeddings"]);
      tokens += one["embeddings"]["statistics"]["token_count"].whole();
    }
    writer.endArray().endObject();
    if (tokens != 0) sink.usage(tokens, 0);
    sink.json(out);
    complete();
  }

 private:
  static void add(json::Writer& writer, json::Value embedding) {
    if (!embedding["values"].isArray()) throw broken("the upstream's embedding has no values");
    writer.beginObject().key("embedding").raw(compact(embedding["values"].raw())).endObject();
  }
};

class CountDecoder final : public sluice::JsonDecoder {
 public:
  void object(std::string_view /*event*/, json::Value root, Sink sink) override {
    if (root["error"].isObject()) throw failure(root);
    const json::Value total = root["totalTokens"];
    if (!total.unsignedInteger()) throw broken("the upstream's answer has no totalTokens");
    std::string out;
    json::Writer(out).beginObject().member("input_tokens", total).endObject();
    sink.json(out);
    complete();
  }
};

// AI Studio: {"models": [{"name": "models/gemini-2.5-pro", "supportedGenerationMethods"}]}.
// Vertex: {"publisherModels": [{"name": "publishers/google/models/gemini-2.5-pro"}]}.
class ModelsDecoder final : public sluice::JsonDecoder {
 public:
  void object(std::string_view /*event*/, json::Value root, Sink sink) override {
    if (root["error"].isObject()) throw failure(root);
    const json::Value models = root["models"], published = root["publisherModels"];
    if (!models.isArray() && !published.isArray())
      throw broken("the upstream's list of models has neither `models` nor `publisherModels`");
    sluice::ModelList list;
    for (const json::Value all : {models, published})
      for (const json::Value model : all)
        if (serves(model["supportedGenerationMethods"])) list.add(nameOf(model["name"].string()));
    sink.json(list.json());
    complete();
  }

 private:
  // Not those that can only be predicted, or spoken with.
  static bool serves(json::Value methods) {
    if (!methods.isArray()) return true;
    for (const json::Value method : methods)
      for (const std::string_view known : {"generateContent", "embedContent", "batchEmbedContents"})
        if (method.string() == known) return true;
    return false;
  }
  // Tuned models keep the front of their name, which tells where they are.
  static std::string_view nameOf(std::string_view name) {
    if (name.substr(0, 12) == "tunedModels/") return name;
    return name.substr(name.rfind('/') + 1);
  }
};

}  // namespace

std::unique_ptr<sluice::Decoder> answerDecoder(std::uint64_t request) {
  return unwrapped(std::make_unique<AnswerDecoder>(request));
}
std::unique_ptr<sluice::Decoder> embeddingsDecoder() {
  return unwrapped(std::make_unique<EmbeddingsDecoder>());
}
std::unique_ptr<sluice::Decoder> countDecoder() {
  return unwrapped(std::make_unique<CountDecoder>());
}
std::unique_ptr<sluice::Decoder> modelsDecoder() {
  return unwrapped(std::make_unique<ModelsDecoder>());
}

}  // namespace gemini
