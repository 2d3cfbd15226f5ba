// What holds for every answer in every dialect, however its pieces come.
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <random>

#include "dialects/anthropic_messages.hpp"
#include "dialects/json_document.hpp"
#include "dialects/json_view.hpp"
#include "dialects/openai_chat.hpp"
#include "dialects/openai_responses.hpp"
#include "wire/sse.hpp"

namespace sluice::dialects {
namespace {

using plugins::Chunk;
using plugins::ChunkType;

// A chunk that owns what it says.
struct Piece {
  ChunkType type = ChunkType::text;
  std::uint32_t index = 0;
  std::string text, name, ref, extra;
};

// What an answer says, however it is told.
struct Said {
  std::string text, thoughts;
  std::map<std::string, std::string> calls;  // arguments by id
  bool operator==(const Said&) const = default;
};

// An answer whose pieces come in an order that `seed` chooses.
class Answer {
 public:
  explicit Answer(unsigned seed) : random_(seed) {
    thoughts();
    const unsigned calls = below(4);
    for (unsigned i = 0; i < calls; ++i) call(i);
    while (!left_.empty() || below(4) != 0) {
      const unsigned what = below(8);
      if (what == 0) thoughts();
      else if (what < 3 || left_.empty()) text();
      else oneOfCalls();
    }
    add({ChunkType::finish, 0, {}, calls == 0 ? "stop" : "tool_calls", {}, {}});
  }
  const std::vector<Piece>& pieces() const { return pieces_; }
  const Said& said() const { return said_; }

 private:
  unsigned below(unsigned end) { return static_cast<unsigned>(random_() % end); }
  void add(Piece piece) { pieces_.push_back(std::move(piece)); }
  std::string words() { return std::string(1 + below(3), static_cast<char>('a' + below(26))); }
  void text() {
    const std::string one = words() + "\"\n\xc3\xa9";
    said_.text += one;
    add({ChunkType::text, 0, one, {}, {}, {}});
  }
  void thoughts() {
    const unsigned count = below(3);
    for (unsigned i = 0; i < count; ++i) {
      const std::string one = words();
      said_.thoughts += one;
      add({ChunkType::reasoning, blocks_, one, {}, {}, {}});
    }
    if (count != 0 && below(2) != 0) {
      add({ChunkType::reasoning, blocks_, {}, {}, {}, R"({"signature":"s","format":"google"})"});
    }
    ++blocks_;
  }
  // A call and its arguments in pieces, which wait for their turn.
  void call(std::uint32_t index) {
    const std::string id = "c" + std::to_string(index);
    std::string rest = below(4) == 0 ? "" : R"({"a": "}\"{", "b":[{"c":)" + number() + "}]}";
    said_.calls[id] = rest.empty() ? "{}" : rest;
    std::vector<Piece> all{{ChunkType::toolCall, index, {}, "f", id, {}}};
    while (!rest.empty()) {
      const std::size_t size = std::min<std::size_t>(rest.size(), 1 + below(12));
      all.push_back({ChunkType::toolCall, index, rest.substr(0, size), {}, {}, {}});
      rest.erase(0, size);
    }
    left_.push_back(std::move(all));
  }
  std::string number() { return std::to_string(below(1000)); }
  // A piece of the first call that is not whole, or now and then of another.
  void oneOfCalls() {
    const std::size_t at = below(3) == 0 ? below(static_cast<unsigned>(left_.size())) : 0;
    std::vector<Piece>& call = left_[at];
    add(call.front());
    call.erase(call.begin());
    if (call.empty()) left_.erase(left_.begin() + static_cast<std::ptrdiff_t>(at));
  }

  std::mt19937 random_;
  std::uint32_t blocks_ = 0;
  std::vector<std::vector<Piece>> left_;
  std::vector<Piece> pieces_;
  Said said_;
};

std::string render(const calls::Inquiry& inquiry, const Answer& answer) {
  const auto rendering = inquiry.rendering("m-1", "req_1");
  std::string out;
  rendering->writeTo(out);
  for (const Piece& piece : answer.pieces()) {
    Chunk chunk;
    chunk.type = piece.type;
    chunk.index = piece.index;
    chunk.text = piece.text;
    chunk.name = piece.name;
    chunk.ref = piece.ref;
    chunk.extra = piece.extra;
    rendering->push(chunk);
  }
  EXPECT_TRUE(rendering->progress().finished);
  rendering->close(out);
  return out;
}

// Gives each event's data, which must be JSON.
void eachEvent(const std::string& stream, const std::function<void(JsonView)>& each) {
  wire::SseFramer framer;
  wire::SseBlock block;
  framer.give(stream);
  while (framer.next(block)) {
    if (block.data == "[DONE]") continue;
    simdjson::dom::element root;
    ASSERT_EQ(simdjson::SUCCESS, parseJson(block.data, root)) << block.data;
    each(JsonView(block.data));
  }
}

// Blocks that are open one at a time, and numbered without a gap.
Said readMessages(const std::string& stream) {
  Said said;
  std::string order, call;
  std::uint64_t next = 0;
  eachEvent(stream, [&](JsonView event) {
    const std::string type = event["type"].text();
    if (type == "content_block_start") {
      EXPECT_TRUE(order.ends_with("message_start ") || order.ends_with("stop ")) << order;
      EXPECT_EQ(next, event["index"].whole());
      call = event["content_block"]["id"].text();
    } else if (type == "content_block_delta") {
      EXPECT_EQ(next, event["index"].whole());
      said.text += event["delta"]["text"].text();
      said.thoughts += event["delta"]["thinking"].text();
      const std::string arguments = event["delta"]["partial_json"].text();
      if (!arguments.empty()) said.calls[call] += arguments;
    } else if (type == "content_block_stop") {
      EXPECT_EQ(next++, event["index"].whole());
    }
    order += type + " ";
  });
  EXPECT_TRUE(order.starts_with("message_start ")) << order;
  EXPECT_TRUE(order.ends_with(" message_delta message_stop ")) << order;
  return said;
}

// Items that begin once and end once, and say at the end what they said in pieces.
Said readResponses(const std::string& stream) {
  Said said, pieces;
  std::uint64_t number = 0;
  std::map<std::uint64_t, std::string> open, done;
  std::string lastText;
  eachEvent(stream, [&](JsonView event) {
    EXPECT_EQ(number++, event["sequence_number"].whole());
    const std::string type = event["type"].text();
    const auto at = event["output_index"].whole();
    if (type == "response.output_item.added") {
      EXPECT_FALSE(open.contains(*at) || done.contains(*at)) << event.raw();
      open[*at] = event["item"]["call_id"].text();
    } else if (at) {
      EXPECT_TRUE(open.contains(*at)) << event.raw();
    }
    const std::string delta = event["delta"].text();
    if (type == "response.output_text.delta") pieces.text += delta;
    if (type == "response.reasoning_text.delta") pieces.thoughts += delta;
    if (type == "response.function_call_arguments.delta") pieces.calls[open[*at]] += delta;
    if (type == "response.output_item.done") {
      open.erase(*at);
      done[*at] = event["item"].raw();
    }
    lastText = event.raw();
  });
  EXPECT_TRUE(open.empty());
  const JsonView response = JsonView(lastText)["response"];
  EXPECT_TRUE(response["status"].says("completed"));
  std::uint64_t place = 0;
  JsonElements items(response["output"]);
  while (items.next()) {
    const JsonView item = items.value();
    EXPECT_EQ(done[place++], item.raw());
    JsonElements parts(item["content"]);
    while (parts.next()) {
      (item["type"].says("message") ? said.text : said.thoughts) += parts.value()["text"].text();
    }
    if (item["type"].says("function_call")) {
      said.calls[item["call_id"].text()] = item["arguments"].text();
    }
  }
  EXPECT_EQ(done.size(), place);
  EXPECT_EQ(said, pieces);
  return said;
}

// Ids in the first piece of a call alone, and one finish reason, behind everything.
Said readChat(const std::string& stream) {
  Said said;
  std::map<std::uint64_t, std::string> ids;
  bool finished = false;
  eachEvent(stream, [&](JsonView event) {
    EXPECT_FALSE(finished);
    JsonElements choices(event["choices"]);
    ASSERT_TRUE(choices.next());
    const JsonView delta = choices.value()["delta"];
    finished = choices.value()["finish_reason"].given();
    said.text += delta["content"].text();
    said.thoughts += delta["reasoning_content"].text();
    JsonElements calls(delta["tool_calls"]);
    while (calls.next()) {
      const std::uint64_t index = calls.value()["index"].whole().value();
      EXPECT_NE(ids.contains(index), calls.value()["id"].exists());
      if (!ids.contains(index)) ids[index] = calls.value()["id"].text();
      said.calls[ids[index]] += calls.value()["function"]["arguments"].text();
    }
  });
  EXPECT_TRUE(finished);
  return said;
}

TEST(Renderings, howeverPiecesComeEveryDialectSaysTheSame) {
  std::string chat = R"({"model":"m","stream":true,"messages":[1]})";
  std::string responses = R"({"model":"m","stream":true,"input":"x"})";
  std::string messages =
      R"({"model":"m","stream":true,"max_tokens":1,"messages":[{"role":"user","content":"x"}]})";
  calls::Problem problem;
  const auto asChat = parseOpenAiChat(chat, problem);
  const auto asResponses = parseOpenAiResponses(responses, {}, problem);
  const auto asMessages = parseAnthropicMessages({messages, "req_1"}, problem);
  ASSERT_TRUE(asChat && asResponses && asMessages) << problem.message;
  for (unsigned seed = 0; seed < 500; ++seed) {
    const Answer answer(seed);
    EXPECT_EQ(answer.said(), readChat(render(*asChat, answer))) << seed;
    EXPECT_EQ(answer.said(), readResponses(render(*asResponses, answer))) << seed;
    EXPECT_EQ(answer.said(), readMessages(render(*asMessages, answer))) << seed;
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace sluice::dialects
