// An answer in chunks, a line each, written as the Responses API's: streamed, its events are
// counted, its items begin once and end once with what was said of them in pieces, and its last
// event repeats them; not streamed, it has the same items.
// The first byte of a line says what it is: t text, a its annotations, r reasoning (a digit, its
// text), p its proof, u refusal, c a tool call (a digit, its id, name and arguments, cut at `|`),
// f why the answer ends.
#include <algorithm>
#include <string>
#include <vector>

#include "dialects/json_document.hpp"
#include "dialects/json_view.hpp"
#include "dialects/openai_responses.hpp"
#include "support.hpp"
#include "wire/sse.hpp"

namespace {

using namespace sluice;
using dialects::JsonElements;
using dialects::JsonView;
using plugins::Chunk;
using plugins::ChunkType;

bool isJson(std::string_view text) {
  simdjson::dom::element root;
  return dialects::parseJson(text, root) == simdjson::SUCCESS;
}

std::string_view cutOff(std::string_view& rest, char end) {
  const std::string_view piece = rest.substr(0, rest.find(end));
  rest.remove_prefix(std::min(piece.size() + 1, rest.size()));
  return piece;
}

// Of type unknown if the line says nothing.
Chunk chunkOf(std::string_view line) {
  Chunk chunk;
  if (line.empty()) return chunk;
  const char kind = line.front();
  line.remove_prefix(1);
  if ((kind == 'r' || kind == 'p' || kind == 'c') && !line.empty()) {
    chunk.index = static_cast<unsigned char>(line.front()) % 16;
    line.remove_prefix(1);
  }
  if (kind == 't' || kind == 'a') chunk.type = ChunkType::text;
  if (kind == 'r' || kind == 'p') chunk.type = ChunkType::reasoning;
  if (kind == 'u') chunk.type = ChunkType::refusal;
  if (kind == 'f') chunk.type = ChunkType::finish;
  if (kind == 'c') {
    chunk.type = ChunkType::toolCall;
    chunk.ref = cutOff(line, '|');
    chunk.name = cutOff(line, '|');
  }
  if (kind == 'a' || kind == 'p') chunk.extra = line;
  else if (kind == 'f') chunk.name = line;
  else chunk.text = line;
  return chunk;
}

// Texts of chunks are UTF-8, as the host sees to.
bool isText(std::string_view text) { return simdjson::validate_utf8(text.data(), text.size()); }

struct Item {
  std::string pieces;  // of its text, refusal, reasoning or arguments
  std::string whole;   // the item, once it is done
};

// What a done item says, to be compared with its pieces.
std::string saidBy(JsonView item) {
  if (item["arguments"].exists()) return item["arguments"].text();
  std::string said;
  for (const char* const list : {"content", "summary"}) {
    JsonElements parts(item[list]);
    while (parts.next()) said += parts.value()["text"].text() + parts.value()["refusal"].text();
  }
  return said;
}

class Events {
 public:
  void take(const wire::SseBlock& block) {
    FUZZ_CHECK(!ended_ && isJson(block.data));
    const JsonView event(block.data);
    FUZZ_CHECK(event["type"].says(block.event));
    FUZZ_CHECK(event["sequence_number"].whole() == number_);
    if (number_ < 2)
      FUZZ_CHECK(block.event == (number_ ? "response.in_progress" : "response.created"));
    ++number_;
    if (block.event.ends_with("item.added")) begin(event);
    else if (event["output_index"].exists()) readOfItem(block.event, event);
    if (block.event == "response.completed" || block.event == "response.incomplete") end(event);
  }
  bool ended() const noexcept { return ended_; }

 private:
  void begin(JsonView event) {
    FUZZ_CHECK(event["output_index"].whole() == items_.size());
    FUZZ_CHECK(event["item"]["status"].says("in_progress") && saidBy(event["item"]).empty());
    items_.emplace_back();
  }
  void readOfItem(std::string_view type, JsonView event) {
    const std::size_t at = event["output_index"].whole().value_or(items_.size());
    FUZZ_CHECK(at < items_.size() && items_[at].whole.empty());
    Item& item = items_[at];
    if (type.ends_with(".delta")) item.pieces += event["delta"].text();
    if (!type.ends_with("item.done")) return;
    item.whole = event["item"].raw();
    FUZZ_CHECK(!event["item"]["status"].says("in_progress"));
    FUZZ_CHECK(saidBy(event["item"]) == item.pieces);
  }
  void end(JsonView event) {
    ended_ = true;
    std::size_t at = 0;
    JsonElements output(event["response"]["output"]);
    while (output.next()) {
      FUZZ_CHECK(at < items_.size() && items_[at].whole == output.value().raw());
      ++at;
    }
    FUZZ_CHECK(at == items_.size());
  }

  bool ended_ = false;
  std::uint64_t number_ = 0;
  std::vector<Item> items_;
};

// What was written; empty if the answer did not end.
std::string rendered(const dialects::ResponsesInquiry& inquiry, std::string_view lines) {
  const auto rendering = inquiry.rendering("m", "id");
  std::string out;
  rendering->writeTo(out);
  while (!lines.empty()) {
    const Chunk chunk = chunkOf(cutOff(lines, '\n'));
    if (isText(chunk.text) && isText(chunk.name) && isText(chunk.ref)) rendering->push(chunk);
  }
  const calls::Progress& progress = rendering->progress();
  FUZZ_CHECK(!progress.fault && progress.settled == progress.finished);
  FUZZ_CHECK(!progress.finished || progress.content);
  if (!progress.finished) return {};
  rendering->close(out);
  FUZZ_CHECK(inquiry.answered() && isJson(inquiry.kept().response));
  return out;
}

// Types and texts of the items of a response; their ids are new in each.
std::string outline(JsonView response) {
  std::string out;
  JsonElements output(response["output"]);
  while (output.next()) out += output.value()["type"].text() + ":" + saidBy(output.value()) + "\n";
  return out + response["status"].text();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static std::string bodies[] = {
      R"({"model":"m","stream":true,"input":"x"})", R"({"model":"m","input":"x"})",
      R"({"model":"m","stream":true,"input":"x","reasoning":{"summary":"auto"}})",
      R"({"model":"m","input":"x","reasoning":{"summary":"auto"}})"};
  const fuzz::Input input(data, size);
  const std::size_t summary = input.seed % 2 == 0 ? 0 : 2;
  calls::Problem problem;
  const auto streamed = dialects::parseOpenAiResponses(bodies[summary], {true, false}, problem);
  const auto plain = dialects::parseOpenAiResponses(bodies[summary + 1], {true, false}, problem);
  const std::string stream = rendered(*streamed, input.bytes);
  const std::string whole = rendered(*plain, input.bytes);
  FUZZ_CHECK(stream.empty() == whole.empty());
  if (stream.empty()) return 0;
  Events events;
  wire::SseFramer framer;
  wire::SseBlock block;
  framer.give(stream);
  while (framer.next(block)) events.take(block);
  FUZZ_CHECK(events.ended() && isJson(whole));
  FUZZ_CHECK(outline(JsonView(streamed->kept().response)) == outline(JsonView(whole)));
  return 0;
}
