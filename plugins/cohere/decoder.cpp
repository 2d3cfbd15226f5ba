#include "decoder.hpp"

#include <vector>

#include "beside.hpp"
#include "failure.hpp"

namespace cohere {
namespace {

namespace json = sluice::json;
using sluice::broken;
using sluice::Sink;

// An error has a message in words, where an answer has one as an object.
bool holdsError(json::Value root) {
  return root["message"].isString() || root["error"].isString() || root["error"].isObject();
}

class ChatDecoder final : public sluice::JsonDecoder {
 public:
  void object(std::string_view event, json::Value root, Sink sink) override {
    if (ended_) return;
    const std::string_view type = root["type"].string(event);
    if (type == "error" || holdsError(root)) throw failure(root);
    const json::Value delta = root["delta"], message = delta["message"];
    const std::uint64_t place = root["index"].whole();
    if (type == "content-delta" || type == "content-start") {
      if (type == "content-start") thinking_ = false;  // a block of its own
      readContent(message["content"], sink);
      pushExtra(logprobsOf(root["logprobs"]), sink);
    } else if (type == "tool-plan-delta") {
      think(message["tool_plan"].string(), sink);
    } else if (type == "tool-call-start" || type == "tool-call-delta") {
      readCall(place, oneOf(message["tool_calls"]), sink);
    } else if (type == "tool-call-end") {
      if (Call* call = find(place)) finishCall(*call, sink);
    } else if (type == "citation-start") {
      pushExtra(annotationsOf(message["citations"]), sink);
    } else if (type == "message-start") {
      begin(root, sink);
    } else if (type == "message-end") {
      endMessage(delta, sink);
    } else if (type.empty() && root["message"].isObject()) {
      readWhole(root, sink);
    }
  }

 private:
  struct Call {
    std::uint64_t place;   // as the upstream counts
    std::uint32_t number;  // as it is told on
    bool spoke = false;    // arguments have come
  };

  // What is an array elsewhere is an object in a delta.
  static json::Value oneOf(json::Value calls) {
    return calls.isArray() ? calls[std::size_t{0}] : calls;
  }

  void begin(json::Value root, Sink sink) {
    if (begun_) return;
    begun_ = true;
    sink.start(root["id"].string(), {});
  }

  void readContent(json::Value content, Sink sink) {
    think(content["thinking"].string(), sink);
    const std::string_view text = content["text"].string();
    if (text.empty()) return;
    begin({}, sink);
    thinking_ = false;
    sink.text(text);
  }

  void think(std::string_view text, Sink sink) {
    if (text.empty()) return;
    begin({}, sink);
    if (!thinking_) ++thoughts_;
    thinking_ = true;
    sluice_chunk chunk = Sink::make(SLUICE_CHUNK_REASONING);
    chunk.index = thoughts_ - 1;
    chunk.text = sluice::str(text);
    sink.push(chunk);
  }

  Call* find(std::uint64_t place) {
    for (Call& call : calls_)
      if (call.place == place) return &call;
    return nullptr;
  }

  void readCall(std::uint64_t place, json::Value told, Sink sink) {
    const json::Value function = told["function"];
    const std::string_view arguments = function["arguments"].string();
    Call* call = find(place);
    if (call) {
      if (arguments.empty()) return;
      call->spoke = true;
      sink.toolCall(call->number, {}, {}, arguments);
      return;
    }
    const std::string_view id = told["id"].string(), name = function["name"].string();
    if (id.empty() || name.empty()) throw broken("the upstream called a tool without naming it");
    if (calls_.size() == kMostCalls) throw broken("the upstream's answer has too many tool calls");
    begin({}, sink);
    thinking_ = false;
    const auto number = static_cast<std::uint32_t>(calls_.size());
    calls_.push_back({place, number, !arguments.empty()});
    sink.toolCall(number, id, name, arguments);
  }

  static void finishCall(Call& call, Sink sink) {
    if (call.spoke) return;
    call.spoke = true;
    sink.toolCall(call.number, {}, {}, "{}");
  }

  void pushExtra(const std::string& extra, Sink sink) {
    if (extra.empty()) return;
    begin({}, sink);
    sluice_chunk chunk = Sink::make(SLUICE_CHUNK_TEXT);
    chunk.extra = sluice::str(extra);
    sink.push(chunk);
  }

  void readWhole(json::Value root, Sink sink) {
    begin(root, sink);
    const json::Value message = root["message"];
    think(message["tool_plan"].string(), sink);
    for (const json::Value part : message["content"]) {
      thinking_ = false;
      readContent(part, sink);
    }
    pushExtra(logprobsOf(root["logprobs"]), sink);
    pushExtra(annotationsOf(message["citations"]), sink);
    std::uint64_t place = 0;
    for (const json::Value call : message["tool_calls"]) readCall(place++, call, sink);
    if (!root["finish_reason"].isString())
      throw broken("the upstream's answer does not say why it ended");
    endMessage(root, sink);
  }

  // `end` tells the reason and the totals.
  void endMessage(json::Value end, Sink sink) {
    begin({}, sink);
    for (Call& call : calls_) finishCall(call, sink);
    const json::Value usage = end["usage"];
    if (usage["tokens"].isObject() || usage["billed_units"].isObject())
      sink.usage(bucketsOf(usage));
    const std::string_view reason = finishName(end);
    ended_ = true;
    finish(sink, reason);
  }

  std::string_view finishName(json::Value end) const {
    const std::string_view reason = end["finish_reason"].string();
    if (reason == "MAX_TOKENS" || reason == "ERROR_LIMIT") return "length";
    if (reason == "ERROR_TOXIC") return "content_filter";
    const json::Value words = end["error"];
    if (reason.substr(0, 5) == "ERROR" || reason == "TIMEOUT" || reason == "USER_CANCEL")
      throw failure(
          words.string("the upstream gave up in the middle of its answer: " + std::string(reason)));
    return reason == "TOOL_CALL" || !calls_.empty() ? "tool_calls" : "stop";
  }

  static constexpr std::size_t kMostCalls = 1024;  // far more than any answer has

  bool begun_ = false, ended_ = false;
  bool thinking_ = false;  // the last piece was a thought
  std::uint32_t thoughts_ = 0;
  std::vector<Call> calls_;
};

class EmbedDecoder final : public sluice::JsonDecoder {
 public:
  void object(std::string_view /*event*/, json::Value root, Sink sink) override {
    if (holdsError(root)) throw failure(root);
    const json::Value vectors = root["embeddings"]["float"];
    if (!vectors[std::size_t{0}].exists()) throw broken("the upstream's answer has no embeddings");
    std::string out;
    json::Writer writer(out);
    writer.beginObject().key("data").beginArray();
    for (const json::Value vector : vectors) {
      if (!vector.isArray()) throw broken("the upstream's embedding is no array");
      writer.beginObject().member("embedding", vector).endObject();
    }
    writer.endArray().endObject();
    const sluice_usage usage = bucketsOf(root["meta"]);
    if (usage.input != 0) sink.usage(usage);
    sink.json(out);
    complete();
  }
};

class ModelsDecoder final : public sluice::JsonDecoder {
 public:
  void object(std::string_view /*event*/, json::Value root, Sink sink) override {
    if (holdsError(root)) throw failure(root);
    const json::Value models = root["models"];
    if (!models.isArray()) throw broken("the upstream's list of models has no `models`");
    sluice::ModelList list;
    for (const json::Value model : models)
      if (serves(model)) list.add(model["name"].string());
    sink.json(list.json());
    complete();
  }

 private:
  // Not those that only rerank or classify, nor those that are gone.
  static bool serves(json::Value model) {
    if (model["is_deprecated"].boolean()) return false;
    if (!model["endpoints"].isArray()) return true;
    for (const json::Value endpoint : model["endpoints"])
      if (endpoint.string() == "chat" || endpoint.string() == "embed") return true;
    return false;
  }
};

}  // namespace

std::unique_ptr<sluice::Decoder> chatDecoder() { return std::make_unique<ChatDecoder>(); }
std::unique_ptr<sluice::Decoder> embedDecoder() { return std::make_unique<EmbedDecoder>(); }
std::unique_ptr<sluice::Decoder> modelsDecoder() { return std::make_unique<ModelsDecoder>(); }

}  // namespace cohere
