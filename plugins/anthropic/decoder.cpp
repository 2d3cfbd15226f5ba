#include "decoder.hpp"

#include <algorithm>
#include <vector>

#include "anthropic/members.hpp"
#include "failure.hpp"

namespace anthropic {
namespace {

namespace json = sluice::json;
using sluice::broken;
using sluice::Sink;

// Totals so far. A later event repeats some of them, with null or 0 for what it does not know of
// the prompt.
class Usage {
 public:
  // What the beginning tells of the answer is no total yet.
  void takePrompt(json::Value told) {
    set(input_, told["input_tokens"]);
    set(cacheRead_, told["cache_read_input_tokens"]);
    set(cacheWrite_, told["cache_creation_input_tokens"]);
    std::uint64_t written = 0;  // by how long it is kept
    for (const json::Value part : told["cache_creation"]) written += part.whole();
    cacheWrite_ = std::max(cacheWrite_, written);
  }
  void take(json::Value told) {
    takePrompt(told);
    set(output_, told["output_tokens"]);
    set(thinking_, told["output_tokens_details"]["thinking_tokens"]);
  }
  sluice_usage buckets() const {
    sluice_usage out{};
    out.input = input_;
    out.cache_read = cacheRead_;
    out.cache_write = cacheWrite_;
    out.reasoning = std::min(thinking_, output_);
    out.output = output_ - out.reasoning;
    return out;
  }

 private:
  static void set(std::uint64_t& total, json::Value told) {
    if (told.whole() != 0) total = told.whole();
  }
  std::uint64_t input_ = 0, cacheRead_ = 0, cacheWrite_ = 0, output_ = 0, thinking_ = 0;
};

std::string_view finishName(std::string_view reason, bool calledTools, bool answeredByTool) {
  if (reason == "max_tokens" || reason == "model_context_window_exceeded") return "length";
  if (reason == "refusal") return "content_filter";
  if (calledTools && reason != "stop_sequence" && reason != "pause_turn") return "tool_calls";
  if (reason == "tool_use" && !answeredByTool) return "tool_calls";
  return "stop";
}

class MessageDecoder final : public sluice::JsonDecoder {
 public:
  void object(std::string_view event, json::Value root, Sink sink) override {
    if (ended_) return;
    const std::string_view type = root["type"].string();
    if (type == "content_block_delta") readDelta(root["index"].whole(), root["delta"], sink);
    else if (type == "content_block_start")
      startBlock(root["index"].whole(), root["content_block"], sink);
    else if (type == "content_block_stop") stopBlock(root["index"].whole(), sink);
    else if (type == "message_start") begin(root["message"], sink);
    else if (type == "message_delta") readEnd(root["delta"], root["usage"], sink);
    else if (type == "message_stop") endMessage(sink);
    else if (type == "message") readWhole(root, sink);
    else if (type == "error" || event == "error" || root["error"].isObject()) throw failure(root);
  }

 private:
  enum class Kind : std::uint8_t { text, thinking, tool, answer, skipped };
  // A content block that has begun and not ended.
  struct Block {
    std::uint64_t place;  // among all blocks
    Kind kind;
    std::uint32_t number = 0;  // among the tool calls, or the reasoning blocks
    bool spoke = false;        // arguments have come
    std::string input;         // the arguments as they stood in the block's beginning
  };

  void begin(json::Value message, Sink sink) {
    if (begun_) return;
    begun_ = true;
    sink.start(message["id"].string(), message["model"].string());
    if (!message["usage"].isObject()) return;
    usage_.takePrompt(message["usage"]);
    sink.usage(usage_.buckets());
  }

  void readWhole(json::Value message, Sink sink) {
    begin(message, sink);
    std::uint64_t place = 0;
    for (const json::Value block : message["content"]) {
      startBlock(place, block, sink);
      stopBlock(place++, sink);
    }
    if (!message["stop_reason"].isString())
      throw broken("the upstream's answer does not say why it ended");
    readEnd(message, message["usage"], sink);
    endMessage(sink);
  }

  void startBlock(std::uint64_t place, json::Value block, Sink sink) {
    begin({}, sink);
    const std::string_view type = block["type"].string();
    if (type == "text") {
      open(place, Kind::text);
      sayText(block["text"].string(), sink);
      for (const json::Value citation : block["citations"]) cite(citation, sink);
    } else if (type == "thinking") {
      const Block& opened = open(place, Kind::thinking, reasonings_++);
      sayReasoning(opened, block["thinking"].string(), {}, sink);
      sign(opened, block["signature"].string(), sink);
    } else if (type == "redacted_thinking") {
      prove(open(place, Kind::skipped, reasonings_++), "encrypted", block["data"].string(), sink);
    } else if (type == "tool_use") {
      startTool(place, block, sink);
    } else {
      open(place, Kind::skipped);  // tools that the upstream runs itself, and what is yet to come
    }
  }

  void startTool(std::uint64_t place, json::Value block, Sink sink) {
    const json::Value input = block["input"];
    const bool answer = block["name"].string() == kAnswerTool;
    Block& opened = open(place, answer ? Kind::answer : Kind::tool, answer ? 0 : tools_);
    if (input.begin() != input.end()) opened.input = input.raw();
    if (answer) {
      answered_ = true;
      return;
    }
    sink.toolCall(tools_++, block["id"].string(), block["name"].string(), {});
  }

  void readDelta(std::uint64_t place, json::Value delta, Sink sink) {
    const std::string_view type = delta["type"].string();
    Block* block = find(place);
    if (!block) block = openUnannounced(place, type, sink);
    if (!block || block->kind == Kind::skipped) return;
    if (type == "text_delta") sayText(delta["text"].string(), sink);
    else if (type == "input_json_delta") sayInput(*block, delta["partial_json"].string(), sink);
    else if (type == "thinking_delta") sayReasoning(*block, delta["thinking"].string(), {}, sink);
    else if (type == "signature_delta") sign(*block, delta["signature"].string(), sink);
    else if (type == "citations_delta") cite(delta["citation"], sink);
  }

  void stopBlock(std::uint64_t place, Sink sink) {
    const Block* block = find(place);
    if (!block) return;
    finishInput(*block, sink);
    open_.erase(open_.begin() + (block - open_.data()));
  }

  // The end's reason and totals; they are passed on when the answer is whole.
  void readEnd(json::Value delta, json::Value usage, Sink sink) {
    begin({}, sink);
    if (delta["stop_reason"].isString()) reason_ = delta["stop_reason"].string();
    if (delta["stop_sequence"].isString()) stopSequence_ = delta["stop_sequence"].string();
    const json::Value explanation = delta["stop_details"]["explanation"];
    if (explanation.isString()) explanation_ = explanation.string();
    if (!usage.isObject()) return;
    usage_.take(usage);
    sink.usage(usage_.buckets());
  }

  void endMessage(Sink sink) {
    if (!begun_) throw broken("the upstream's answer ended before it began");
    for (const Block& block : open_) finishInput(block, sink);
    open_.clear();
    if (reason_ == "refusal" && !explanation_.empty()) sink.refusal(explanation_);
    sluice_chunk chunk = Sink::make(SLUICE_CHUNK_FINISH);
    chunk.name = sluice::str(finishName(reason_, tools_ > 0, answered_));
    if (reason_ == "stop_sequence" && !stopSequence_.empty()) {
      extra_.clear();
      json::Writer(extra_).beginObject().member("stop_sequence", stopSequence_).endObject();
      chunk.extra = sluice::str(extra_);
    }
    sink.push(chunk);
    ended_ = true;
    complete();
  }

  Block& open(std::uint64_t place, Kind kind, std::uint32_t number = 0) {
    if (open_.size() == kMaxOpen) throw broken("the upstream's answer has too many open blocks");
    open_.push_back({place, kind, number, false, {}});
    return open_.back();
  }
  // Some upstreams begin texts without a word.
  Block* openUnannounced(std::uint64_t place, std::string_view delta, Sink sink) {
    begin({}, sink);
    if (delta == "text_delta") return &open(place, Kind::text);
    if (delta == "thinking_delta") return &open(place, Kind::thinking, reasonings_++);
    return nullptr;
  }
  Block* find(std::uint64_t place) {
    for (Block& block : open_)
      if (block.place == place) return &block;
    return nullptr;
  }

  static void sayText(std::string_view text, Sink sink) {
    if (!text.empty()) sink.text(text);
  }
  // Arguments that are the answer itself are its text.
  static void say(const Block& block, std::string_view input, Sink sink) {
    if (block.kind == Kind::answer) sink.text(input);
    else sink.toolCall(block.number, {}, {}, input);
  }
  static void sayInput(Block& block, std::string_view piece, Sink sink) {
    if (piece.empty() || (block.kind != Kind::tool && block.kind != Kind::answer)) return;
    block.spoke = true;
    say(block, piece, sink);
  }
  static void finishInput(const Block& block, Sink sink) {
    if (block.spoke || (block.kind != Kind::tool && block.kind != Kind::answer)) return;
    say(block, block.input.empty() ? std::string_view("{}") : block.input, sink);
  }

  static void sayReasoning(const Block& block, std::string_view text, std::string_view extra,
                           Sink sink) {
    if (text.empty() && extra.empty()) return;
    sluice_chunk chunk = Sink::make(SLUICE_CHUNK_REASONING);
    chunk.index = block.number;
    chunk.text = sluice::str(text);
    chunk.extra = sluice::str(extra);
    sink.push(chunk);
  }
  void sign(const Block& block, std::string_view signature, Sink sink) {
    prove(block, "signature", signature, sink);
  }
  void prove(const Block& block, std::string_view name, std::string_view proof, Sink sink) {
    if (proof.empty()) return;
    extra_.clear();
    json::Writer writer(extra_);
    writer.beginObject().member(name, proof).member("format", "anthropic").endObject();
    sayReasoning(block, {}, extra_, sink);
  }

  void cite(json::Value citation, Sink sink) {
    if (!citation.isObject()) return;
    const bool web = citation["url"].isString();
    extra_.clear();
    json::Writer writer(extra_);
    writer.beginObject().key("annotations").beginArray().beginObject();
    writer.member("type", web ? "url_citation" : "citation");
    if (web) {
      writer.key("url_citation").beginObject().member("url", citation["url"]);
      writer.member("title", citation["title"].string()).endObject();
    }
    writer.member("format", "anthropic").member("citation", citation);
    writer.endObject().endArray().endObject();
    sluice_chunk chunk = Sink::make(SLUICE_CHUNK_TEXT);
    chunk.extra = sluice::str(extra_);
    sink.push(chunk);
  }

  static constexpr std::size_t kMaxOpen = 1024;  // far more than any answer has at once

  bool begun_ = false, ended_ = false;
  bool answered_ = false;  // by a call of kAnswerTool
  std::uint32_t tools_ = 0, reasonings_ = 0;
  std::vector<Block> open_;
  std::string reason_, stopSequence_, explanation_;
  std::string extra_;
  Usage usage_;
};

class ModelsDecoder final : public sluice::JsonDecoder {
 public:
  void object(std::string_view /*event*/, json::Value root, Sink sink) override {
    if (root["error"].isObject()) throw failure(root);
    const json::Value models = root["data"];
    if (!models.isArray()) throw broken("the upstream's list of models has no `data`");
    sluice::ModelList list;
    for (const json::Value model : models) list.add(model["id"].string());
    sink.json(list.json());
    complete();
  }
};

class CountDecoder final : public sluice::JsonDecoder {
 public:
  void object(std::string_view /*event*/, json::Value root, Sink sink) override {
    if (root["error"].isObject()) throw failure(root);
    const auto count = root["input_tokens"].unsignedInteger();
    if (!count) throw broken("the upstream's count has no `input_tokens`");
    sink.inputTokens(*count);
    complete();
  }
};

}  // namespace

std::unique_ptr<sluice::Decoder> messageDecoder() { return std::make_unique<MessageDecoder>(); }
std::unique_ptr<sluice::Decoder> modelsDecoder() { return std::make_unique<ModelsDecoder>(); }
std::unique_ptr<sluice::Decoder> countDecoder() { return std::make_unique<CountDecoder>(); }

}  // namespace anthropic
