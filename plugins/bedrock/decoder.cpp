#include "decoder.hpp"

#include <vector>

#include "anthropic/members.hpp"
#include "failure.hpp"
#include "usage.hpp"

namespace bedrock {
namespace {

namespace json = sluice::json;
using sluice::broken;
using sluice::Sink;

std::string_view finishOf(std::string_view reason, bool calledTools, bool answeredByTool) {
  if (reason == "max_tokens" || reason == "model_context_window_exceeded") return "length";
  if (reason == "guardrail_intervened" || reason == "content_filtered") return "content_filter";
  if (calledTools && reason != "stop_sequence") return "tool_calls";
  if (reason == "tool_use" && !answeredByTool) return "tool_calls";
  return "stop";
}

class AnswerDecoder final : public sluice::Decoder {
 public:
  AnswerDecoder(std::string_view id, std::string_view model) : id_(id), model_(model) {}

  void frame(std::string_view event, std::string_view data, Sink sink) override {
    if (!event.empty() && event.front() == '!') throw failure(event.substr(1), data);
    if (!document_.parse(data))
      throw broken(std::string("the upstream sent what is not JSON: ") + document_.error());
    const json::Value root = document_.root();
    if (!root.isObject()) throw broken("the upstream sent what is not a JSON object");
    if (event.empty()) readWhole(root, sink);
    else if (event == "metadata") readMetadata(root, sink);
    else if (!finished_) readEvent(event, root, sink);
  }
  void end(Sink /*sink*/) override {
    if (!finished_) throw broken("the upstream's answer ended before it was finished");
  }

 private:
  enum class Kind : std::uint8_t { text, thinking, tool, answer, skipped };
  // A content block that has begun and not ended.
  struct Block {
    std::uint64_t place;  // among all blocks
    Kind kind;
    std::uint32_t number = 0;  // among the tool calls, or the reasoning blocks
    bool spoke = false;        // arguments have come
  };

  void readEvent(std::string_view event, json::Value root, Sink sink) {
    const std::uint64_t place = root["contentBlockIndex"].whole();
    if (event == "messageStart") begin(sink);
    else if (event == "contentBlockStart") startBlock(place, root["start"], sink);
    else if (event == "contentBlockDelta") readDelta(place, root["delta"], sink);
    else if (event == "contentBlockStop") stopBlock(place, sink);
    else if (event == "messageStop") finish(root, sink);
  }

  void begin(Sink sink) {
    if (!begun_) sink.start(id_, model_);
    begun_ = true;
  }

  void readMetadata(json::Value root, Sink sink) {
    begin(sink);
    if (root["usage"].isObject()) sink.usage(bucketsOf(root["usage"]));
  }

  void readWhole(json::Value root, Sink sink) {
    const json::Value content = root["output"]["message"]["content"];
    if (!content.isArray() || !root["stopReason"].isString())
      throw broken("the upstream's answer has no message, or does not say why it ended");
    if (finished_) throw broken("the upstream's answer goes on after its end");
    begin(sink);
    std::uint64_t place = 0;
    for (const json::Value block : content) readBlock(place++, block, sink);
    readMetadata(root, sink);
    finish(root, sink);
  }

  void readBlock(std::uint64_t place, json::Value block, Sink sink) {
    const json::Value thought = block["reasoningContent"], call = block["toolUse"];
    const json::Value cited = block["citationsContent"];
    if (call.isObject()) {
      startTool(place, call, sink);
      sayInput(*find(place), call["input"].raw(), sink);
    } else if (thought.isObject()) {
      think(opened(place, Kind::thinking, sink), thought["reasoningText"], sink);
      think(opened(place, Kind::thinking, sink), thought, sink);
    } else {
      sayText(block["text"].string(), sink);
      for (const json::Value text : cited["content"]) sayText(text["text"].string(), sink);
      for (const json::Value citation : cited["citations"]) cite(citation, sink);
    }
    stopBlock(place, sink);
  }

  // Only calls of tools are announced; all else begins with its first delta.
  void startBlock(std::uint64_t place, json::Value start, Sink sink) {
    begin(sink);
    if (start["toolUse"].isObject()) startTool(place, start["toolUse"], sink);
    else if (start.begin() != start.end()) open(place, Kind::skipped);
  }

  void startTool(std::uint64_t place, json::Value call, Sink sink) {
    const bool answer = call["name"].string() == anthropic::kAnswerTool;
    open(place, answer ? Kind::answer : Kind::tool, answer ? 0 : tools_);
    if (answer) answered_ = true;
    else sink.toolCall(tools_++, call["toolUseId"].string(), call["name"].string(), {});
  }

  void readDelta(std::uint64_t place, json::Value delta, Sink sink) {
    begin(sink);
    const json::Value call = delta["toolUse"], thought = delta["reasoningContent"];
    if (const Block* block = find(place); block && block->kind == Kind::skipped) return;
    sayText(delta["text"].string(), sink);
    if (delta["citation"].isObject()) cite(delta["citation"], sink);
    if (thought.isObject()) think(opened(place, Kind::thinking, sink), thought, sink);
    if (Block* block = find(place); block && call.isObject())
      sayInput(*block, call["input"].string(), sink);
  }

  void stopBlock(std::uint64_t place, Sink sink) {
    Block* block = find(place);
    if (!block) return;
    finishInput(*block, sink);
    open_.erase(open_.begin() + (block - open_.data()));
  }

  void finish(json::Value told, Sink sink) {
    const std::string_view reason = told["stopReason"].string();
    if (reason == "malformed_model_output" || reason == "malformed_tool_use")
      throw broken("the model's answer was malformed (" + std::string(reason) + ")");
    begin(sink);
    for (Block& block : open_) finishInput(block, sink);
    open_.clear();
    sluice_chunk chunk = Sink::make(SLUICE_CHUNK_FINISH);
    chunk.name = sluice::str(finishOf(reason, tools_ > 0, answered_));
    const json::Value fields = told["additionalModelResponseFields"];
    json::Value stop = fields["stop_sequence"];
    if (!stop.isString()) stop = fields["delta"]["stop_sequence"];
    if (reason == "stop_sequence" && !stop.string().empty()) {
      extra_.clear();
      json::Writer(extra_).beginObject().member("stop_sequence", stop).endObject();
      chunk.extra = sluice::str(extra_);
    }
    sink.push(chunk);
    finished_ = true;
  }

  Block& open(std::uint64_t place, Kind kind, std::uint32_t number = 0) {
    if (open_.size() == kMaxOpen) throw broken("the upstream's answer has too many open blocks");
    open_.push_back({place, kind, number, false});
    return open_.back();
  }
  Block& opened(std::uint64_t place, Kind kind, Sink sink) {
    begin(sink);
    if (Block* block = find(place)) return *block;
    return open(place, kind, reasonings_++);
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
  static void sayInput(Block& block, std::string_view piece, Sink sink) {
    if (piece.empty()) return;
    if (block.kind == Kind::answer) sink.text(piece);
    else if (block.kind == Kind::tool) sink.toolCall(block.number, {}, {}, piece);
    block.spoke = true;
  }
  static void finishInput(Block& block, Sink sink) {
    if (!block.spoke) sayInput(block, "{}", sink);
  }

  // {"text"}, {"signature"} or {"redactedContent"}; whole, the first two together.
  void think(const Block& block, json::Value thought, Sink sink) {
    sayThought(block, thought["text"].string(), {}, sink);
    for (const auto& [member, name] :
         {std::pair{"signature", "signature"}, std::pair{"redactedContent", "encrypted"}}) {
      const std::string_view proof = thought[member].string();
      if (proof.empty()) continue;
      extra_.clear();
      json::Writer writer(extra_);
      writer.beginObject().member(name, proof).member("format", "anthropic").endObject();
      sayThought(block, {}, extra_, sink);
    }
  }
  static void sayThought(const Block& block, std::string_view text, std::string_view extra,
                         Sink sink) {
    if ((text.empty() && extra.empty()) || block.kind != Kind::thinking) return;
    sluice_chunk chunk = Sink::make(SLUICE_CHUNK_REASONING);
    chunk.index = block.number;
    chunk.text = sluice::str(text);
    chunk.extra = sluice::str(extra);
    sink.push(chunk);
  }

  void cite(json::Value citation, Sink sink) {
    const json::Value url = citation["location"]["web"]["url"];
    extra_.clear();
    json::Writer writer(extra_);
    writer.beginObject().key("annotations").beginArray().beginObject();
    writer.member("type", url.isString() ? "url_citation" : "citation");
    if (url.isString()) {
      writer.key("url_citation").beginObject().member("url", url);
      writer.member("title", citation["title"].string()).endObject();
    }
    writer.member("format", "bedrock").member("citation", citation);
    writer.endObject().endArray().endObject();
    sluice_chunk chunk = Sink::make(SLUICE_CHUNK_TEXT);
    chunk.extra = sluice::str(extra_);
    sink.push(chunk);
  }

  static constexpr std::size_t kMaxOpen = 1024;  // far more than any answer has at once

  const std::string id_, model_;
  bool begun_ = false, finished_ = false;
  bool answered_ = false;  // by a call of kAnswerTool
  std::uint32_t tools_ = 0, reasonings_ = 0;
  std::vector<Block> open_;
  std::string extra_;
  json::Document document_;
};

class CountDecoder final : public sluice::JsonDecoder {
 public:
  void object(std::string_view /*event*/, json::Value root, Sink sink) override {
    const auto count = root["inputTokens"].unsignedInteger();
    if (!count) throw broken("the upstream's count has no `inputTokens`");
    sink.inputTokens(*count);
    complete();
  }
};

}  // namespace

std::unique_ptr<sluice::Decoder> answerDecoder(std::string_view id, std::string_view model) {
  return std::make_unique<AnswerDecoder>(id, model);
}
std::unique_ptr<sluice::Decoder> countDecoder() { return std::make_unique<CountDecoder>(); }

}  // namespace bedrock
