#include "decoder.hpp"

#include "failure.hpp"

namespace ollama {
namespace {

namespace json = sluice::json;
using sluice::broken;
using sluice::Sink;

bool holdsError(json::Value root) { return root["error"].isString() || root["error"].isObject(); }

void writeToken(json::Writer& writer, json::Value token) {
  const std::string_view text = token["token"].string();
  writer.beginObject().member("token", text);
  if (token["logprob"].isNumber()) writer.member("logprob", token["logprob"]);
  else writer.member("logprob", 0);
  if (token["bytes"].isArray()) {
    writer.member("bytes", token["bytes"]);
    return;
  }
  writer.key("bytes").beginArray();
  for (const char c : text) writer.value(static_cast<unsigned char>(c));
  writer.endArray();
}

class ChatDecoder final : public sluice::JsonDecoder {
 public:
  explicit ChatDecoder(std::uint64_t request) : request_(request) {}

  void object(std::string_view /*event*/, json::Value root, Sink sink) override {
    if (ended_) return;
    if (holdsError(root)) throw failure(root);
    begin(root, sink);
    const json::Value message = root["message"];
    think(message["thinking"].string(), sink);
    say(message["content"].string(), sink);
    tellChances(root["logprobs"], sink);
    for (const json::Value call : message["tool_calls"]) callTool(call, sink);
    if (root["done"].boolean()) endMessage(root, sink);
  }

 private:
  void begin(json::Value root, Sink sink) {
    if (begun_) return;
    begun_ = true;
    // When it was made, to the nanosecond, tells an answer's calls from those of all others.
    for (const char c : root["created_at"].string())
      if (c >= '0' && c <= '9' && made_.size() < kMostDigits) made_.push_back(c);
    if (made_.empty()) made_ = std::to_string(request_);
    sink.start({}, root["model"].string());
  }

  void think(std::string_view text, Sink sink) {
    if (text.empty()) return;
    if (!thinking_) ++thoughts_;
    thinking_ = true;
    sluice_chunk chunk = Sink::make(SLUICE_CHUNK_REASONING);
    chunk.index = thoughts_ - 1;
    chunk.text = sluice::str(text);
    sink.push(chunk);
  }

  void say(std::string_view text, Sink sink) {
    if (text.empty()) return;
    thinking_ = false;
    sink.text(text);
  }

  void tellChances(json::Value tokens, Sink sink) {
    if (!tokens[std::size_t{0}].isObject()) return;
    extra_.clear();
    json::Writer writer(extra_);
    writer.beginObject().key("logprobs").beginArray();
    for (const json::Value token : tokens) {
      writeToken(writer, token);
      writer.key("top_logprobs").beginArray();
      for (const json::Value other : token["top_logprobs"]) {
        writeToken(writer, other);
        writer.endObject();
      }
      writer.endArray().endObject();
    }
    writer.endArray().endObject();
    sluice_chunk chunk = Sink::make(SLUICE_CHUNK_TEXT);
    chunk.extra = sluice::str(extra_);
    sink.push(chunk);
  }

  // Each comes whole, mostly without an id, and with an index that counts the calls of its line.
  void callTool(json::Value call, Sink sink) {
    const json::Value function = call["function"], given = function["arguments"];
    const std::string_view name = function["name"].string();
    if (name.empty()) throw broken("the upstream called a tool without naming it");
    thinking_ = false;
    std::string id(call["id"].string());
    if (id.empty()) id = "call_" + made_ + "_" + std::to_string(calls_);
    std::string_view arguments = given.isObject() ? given.raw() : given.string();
    if (arguments.empty()) arguments = "{}";
    sink.toolCall(calls_++, id, name, arguments);
  }

  void endMessage(json::Value root, Sink sink) {
    const std::string_view reason = root["done_reason"].string();
    if (reason == "load" || reason == "unload")
      throw broken("the upstream " + std::string(reason) + "ed the model instead of answering");
    // What was in the cache may not be counted.
    const json::Value prompt = root["prompt_eval_count"], answer = root["eval_count"];
    if (prompt.isNumber() || answer.isNumber()) sink.usage(prompt.whole(), answer.whole());
    ended_ = true;
    finish(sink, reason == "length" ? reason : calls_ > 0 ? "tool_calls" : "stop");
  }

  static constexpr std::size_t kMostDigits = 24;

  const std::uint64_t request_;
  bool begun_ = false, ended_ = false;
  bool thinking_ = false;  // the last piece was a thought
  std::uint32_t calls_ = 0, thoughts_ = 0;
  std::string made_;  // for the ids of calls
  std::string extra_;
};

class EmbedDecoder final : public sluice::JsonDecoder {
 public:
  void object(std::string_view /*event*/, json::Value root, Sink sink) override {
    if (holdsError(root)) throw failure(root);
    const json::Value vectors = root["embeddings"];
    if (!vectors[std::size_t{0}].exists()) throw broken("the upstream's answer has no embeddings");
    std::string out;
    json::Writer writer(out);
    writer.beginObject().key("data").beginArray();
    for (const json::Value vector : vectors) {
      if (!vector.isArray()) throw broken("the upstream's embedding is no array");
      writer.beginObject().member("embedding", vector).endObject();
    }
    writer.endArray().endObject();
    if (root["prompt_eval_count"].isNumber()) sink.usage(root["prompt_eval_count"].whole(), 0);
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
      list.add(model["model"].isString() ? model["model"].string() : model["name"].string());
    sink.json(list.json());
    complete();
  }
};

}  // namespace

std::unique_ptr<sluice::Decoder> chatDecoder(std::uint64_t request) {
  return std::make_unique<ChatDecoder>(request);
}
std::unique_ptr<sluice::Decoder> embedDecoder() { return std::make_unique<EmbedDecoder>(); }
std::unique_ptr<sluice::Decoder> modelsDecoder() { return std::make_unique<ModelsDecoder>(); }

}  // namespace ollama
