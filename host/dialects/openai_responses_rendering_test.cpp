#include <gtest/gtest.h>

#include <ctime>

#include "dialects/json_document.hpp"
#include "dialects/json_view.hpp"
#include "dialects/openai_responses.hpp"

namespace sluice::dialects {
namespace {

using plugins::Chunk;
using plugins::ChunkType;

struct ResponsesRenderingTest : testing::Test {
  void begin(std::string_view more = R"("stream":true)") {
    body = R"({"model":"m","input":"x",)" + std::string(more) + "}";
    calls::Problem problem;
    inquiry = parseOpenAiResponses(body, {true, false}, problem);
    ASSERT_TRUE(inquiry) << problem.message;
    rendering = inquiry->rendering("m-1", "req_1");
    rendering->writeTo(out);
  }
  void push(ChunkType type, std::string_view text, std::string_view name = {},
            std::uint32_t index = 0, std::string_view ref = {}, std::string_view extra = {}) {
    Chunk chunk;
    chunk.type = type;
    chunk.text = text;
    chunk.name = name;
    chunk.index = index;
    chunk.ref = ref;
    chunk.extra = extra;
    rendering->push(chunk);
  }
  void end(std::string_view reason = "stop") {
    push(ChunkType::finish, {}, reason);
    const plugins::Usage usage{3, 1, 0, 2, 5};
    Chunk counted;
    counted.type = ChunkType::usage;
    counted.usage = &usage;
    rendering->push(counted);
    rendering->close(out);
  }
  // The events' data, checked to be numbered from 0 and named as their type says.
  std::vector<std::string> events() {
    std::vector<std::string> found;
    wire::SseFramer framer;
    wire::SseBlock block;
    framer.give(out);
    while (framer.next(block)) {
      found.emplace_back(block.data);
      const JsonView data{found.back()};
      simdjson::dom::element root;
      EXPECT_EQ(simdjson::SUCCESS, parseJson(found.back(), root)) << found.back();
      EXPECT_TRUE(data["type"].says(block.event));
      EXPECT_EQ(found.size() - 1, data["sequence_number"].whole());
    }
    return found;
  }
  // The types of all events, without what they begin with.
  std::string order() {
    std::string all;
    for (const std::string& data : events()) {
      if (!all.empty()) all += ' ';
      all += JsonView(data)["type"].text().substr(9);
    }
    return all;
  }
  // The response that the answer ends with.
  std::string whole() {
    if (body.find("\"stream\":true") == body.npos) return out;
    const auto all = events();
    return std::string(JsonView(all.back())["response"].raw());
  }
  std::string body, out;
  std::unique_ptr<ResponsesInquiry> inquiry;
  std::unique_ptr<calls::Rendering> rendering;
};

constexpr const char* kText =
    "created in_progress output_item.added content_part.added output_text.delta output_text.delta "
    "output_text.done content_part.done output_item.done completed";

TEST_F(ResponsesRenderingTest, textComesInTheOrderOfTheSpecification) {
  begin();
  EXPECT_FALSE(rendering->progress().content);
  push(ChunkType::text, "Hel");
  EXPECT_TRUE(rendering->progress().content);
  push(ChunkType::text, "lo \"you\"\n");
  EXPECT_FALSE(rendering->progress().finished);
  end();
  EXPECT_TRUE(rendering->progress().settled && rendering->progress().finished);
  EXPECT_EQ(kText, order());
  const std::string last = whole();
  const JsonView root{last};
  EXPECT_TRUE(root["status"].says("completed"));
  EXPECT_EQ("4", root["usage"]["input_tokens"].raw());
  EXPECT_EQ("1", root["usage"]["input_tokens_details"]["cached_tokens"].raw());
  EXPECT_EQ("7", root["usage"]["output_tokens"].raw());
  EXPECT_EQ("5", root["usage"]["output_tokens_details"]["reasoning_tokens"].raw());
  EXPECT_EQ("11", root["usage"]["total_tokens"].raw());
  JsonElements output(root["output"]);
  ASSERT_TRUE(output.next());
  JsonElements parts(output.value()["content"]);
  ASSERT_TRUE(parts.next());
  EXPECT_TRUE(parts.value()["text"].says("Hello \"you\"\n"));
  EXPECT_FALSE(output.next());
}

TEST_F(ResponsesRenderingTest, oneIdHoldsThroughout) {
  begin();
  push(ChunkType::text, "Hi");
  end();
  const auto all = events();
  const std::string id = JsonView(all.front())["response"]["id"].text();
  EXPECT_EQ(0u, id.find("resp_"));
  EXPECT_TRUE(JsonView(all.back())["response"]["id"].says(id));
  EXPECT_EQ(id, inquiry->kept().id);
  const std::string item = JsonView(all[2])["item"]["id"].text();
  for (std::size_t i = 3; i < 7; ++i) EXPECT_TRUE(JsonView(all[i])["item_id"].says(item)) << i;
}

TEST_F(ResponsesRenderingTest, callsComeOneAfterTheOther) {
  begin();
  push(ChunkType::text, "Wait");
  push(ChunkType::toolCall, "", "look_up", 0, "call_1");
  push(ChunkType::toolCall, "{\"a\":", {}, 0);
  push(ChunkType::toolCall, "1.0}", {}, 0);
  push(ChunkType::toolCall, "", "now", 1, "call_2");
  end("tool_calls");
  EXPECT_EQ(
      "created in_progress output_item.added content_part.added output_text.delta "
      "output_text.done content_part.done output_item.done "
      "output_item.added function_call_arguments.delta function_call_arguments.delta "
      "function_call_arguments.done output_item.done "
      "output_item.added function_call_arguments.delta function_call_arguments.done "
      "output_item.done completed",
      order());
  const auto all = events();
  EXPECT_TRUE(JsonView(all[8])["item"]["arguments"].says(""));
  EXPECT_TRUE(JsonView(all[8])["item"]["call_id"].says("call_1"));
  EXPECT_TRUE(JsonView(all[11])["arguments"].says("{\"a\":1.0}"));
  EXPECT_TRUE(JsonView(all[15])["arguments"].says("{}"));
  EXPECT_EQ("2", JsonView(all[16])["output_index"].raw());
  EXPECT_TRUE(JsonView(all.back())["response"]["status"].says("completed"));
}

TEST_F(ResponsesRenderingTest, aCallThatIsNeverNamedBeginsWithoutArgumentsToo) {
  begin();
  push(ChunkType::toolCall, "{}", {}, 3);
  end("tool_calls");
  const auto all = events();
  EXPECT_EQ(
      "created in_progress output_item.added function_call_arguments.delta "
      "function_call_arguments.done output_item.done completed",
      order());
  EXPECT_TRUE(JsonView(all[2])["item"]["arguments"].says(""));
  EXPECT_TRUE(JsonView(all[3])["delta"].says("{}"));
}

TEST_F(ResponsesRenderingTest, itemsAreNumberedInTheOrderInWhichTheyAreToldOf) {
  begin();
  push(ChunkType::toolCall, "{}", {}, 0, "late");
  push(ChunkType::toolCall, "[", "g", 1, "c2");
  push(ChunkType::text, "a");
  push(ChunkType::toolCall, "", "f", 0);
  end("tool_calls");
  std::uint64_t next = 0;
  for (const std::string& event : events()) {
    const JsonView data{event};
    if (data["type"].says("response.output_item.added"))
      EXPECT_EQ(next++, data["output_index"].whole()) << event;
  }
  EXPECT_EQ(3u, next);
  JsonElements output(JsonView(inquiry->kept().response)["output"]);
  for (const char* id : {"c2", "", "late"}) {
    ASSERT_TRUE(output.next());
    EXPECT_EQ(id, output.value()["call_id"].text());
  }
}

// CPU time, of which a look at all that has come with each new item takes minutes.
TEST_F(ResponsesRenderingTest, openCallsCostNothingWhileOtherItemsComeAndGo) {
  begin();
  const std::clock_t before = std::clock();
  for (std::uint32_t i = 0; i < 30; ++i) {
    push(ChunkType::toolCall, "{\"a\":\"" + std::string(1 << 20, '}'), "f", i, "c");
  }
  for (std::uint32_t i = 0; i < 10'000; ++i) {
    push(ChunkType::toolCall, "}", {}, i % 30);
    push(ChunkType::text, "a");
    push(ChunkType::reasoning, "b", {}, i);
    push(ChunkType::toolCall, "{", "g", 30 + i, "d");
  }
  EXPECT_LT((std::clock() - before) / CLOCKS_PER_SEC, 20);
  EXPECT_FALSE(rendering->progress().fault);
}

TEST_F(ResponsesRenderingTest, proofsThatRepeatTheirBlockAreBoundedTogether) {
  begin();
  const std::string thought(1 << 16, 'a');
  int count = 0;
  for (; count < 1000 && !rendering->progress().fault; ++count) {
    push(ChunkType::reasoning, thought, {}, 0, {}, R"({"signature":"s","format":"google"})");
    push(ChunkType::text, "b");
  }
  EXPECT_LT(count, 100);
  EXPECT_TRUE(rendering->progress().fault);
}

TEST_F(ResponsesRenderingTest, callsThatMixGoOnBesideEachOther) {
  begin();
  push(ChunkType::toolCall, "{\"a\":", "f", 0, "c1");
  push(ChunkType::toolCall, "{", "g", 1, "c2");
  push(ChunkType::toolCall, "2}", {}, 0);
  push(ChunkType::toolCall, "}", {}, 1);
  end("tool_calls");
  const std::string last = whole();
  const JsonView root{last};
  JsonElements output(root["output"]);
  ASSERT_TRUE(output.next());
  EXPECT_TRUE(output.value()["arguments"].says("{\"a\":2}"));
  ASSERT_TRUE(output.next());
  EXPECT_TRUE(output.value()["arguments"].says("{}"));
}

TEST_F(ResponsesRenderingTest, aCallBeginsWhenItsNameIsKnown) {
  begin();
  push(ChunkType::toolCall, "", {}, 0, "c1");
  push(ChunkType::toolCall, "{}", "f", 0);
  end("tool_calls");
  const auto all = events();
  EXPECT_TRUE(JsonView(all[2])["item"]["name"].says("f"));
  EXPECT_TRUE(JsonView(all[2])["item"]["call_id"].says("c1"));
}

TEST_F(ResponsesRenderingTest, reasoningIsASummaryWhereThatIsAskedFor) {
  const std::string between =
      "created in_progress output_item.added reasoning_summary_part.added "
      "reasoning_summary_text.delta reasoning_summary_text.done reasoning_summary_part.done "
      "output_item.done";
  begin(R"("stream":true,"reasoning":{"summary":"auto"})");
  push(ChunkType::reasoning, "hm");
  push(ChunkType::text, "Hi");
  end();
  EXPECT_EQ(0u, order().find(between)) << order();
  out.clear();
  begin();
  push(ChunkType::reasoning, "hm");
  push(ChunkType::text, "Hi");
  end();
  EXPECT_EQ(0u, order().find("created in_progress output_item.added content_part.added "
                             "reasoning_text.delta reasoning_text.done content_part.done "
                             "output_item.done output_item.added"))
      << order();
}

TEST_F(ResponsesRenderingTest, proofsGoOutInWhatComesBack) {
  begin(R"("stream":false)");
  push(ChunkType::reasoning, "a");
  push(ChunkType::reasoning, "b");
  push(ChunkType::reasoning, "", {}, 0, {}, R"({"signature":"s","format":"anthropic"})");
  push(ChunkType::reasoning, "", {}, 1, {}, R"({"encrypted":"d","format":"openai"})");
  push(ChunkType::toolCall, "{}", "f", 0, "c1",
       R"({"extra_content":{"google":{"thought_signature":"x"}}})");
  end("tool_calls");
  const JsonView root{out};
  JsonElements output(root["output"]);
  ASSERT_TRUE(output.next());
  EXPECT_EQ(R"(sluice:{"type":"reasoning.text","text":"ab","signature":"s","format":"anthropic"})",
            output.value()["encrypted_content"].text());
  ASSERT_TRUE(output.next());
  EXPECT_EQ("d", output.value()["encrypted_content"].text());
  ASSERT_TRUE(output.next());
  EXPECT_TRUE(output.value()["type"].says("function_call"));
  ASSERT_TRUE(output.next());
  EXPECT_EQ(
      R"(sluice:{"type":"tool_call","call_id":"c1","extra_content":{"google":{"thought_signature":"x"}}})",
      output.value()["encrypted_content"].text());
}

constexpr const char* kOtherTools =
    R"("tools":[{"type":"custom","name":"patch"},{"type":"namespace","name":"mcp__files","tools":[{"type":"function","name":"read"}]}],)";

TEST_F(ResponsesRenderingTest, callsOfFreeformToolsGiveTheirInput) {
  begin(std::string(kOtherTools) + R"("stream":true)");
  push(ChunkType::toolCall, R"({"input":"a\n)", "patch", 0, "c1");
  push(ChunkType::toolCall, R"(b"})");
  end("tool_calls");
  EXPECT_EQ(
      "created in_progress output_item.added custom_tool_call_input.delta "
      "custom_tool_call_input.done output_item.done completed",
      order());
  EXPECT_NE(out.npos, out.find(R"("type":"custom_tool_call","status":"in_progress","call_id":"c1",)"
                               R"("name":"patch","input":"")"));
  const std::string last = whole();
  JsonElements output(JsonView{last}["output"]);
  ASSERT_TRUE(output.next());
  EXPECT_TRUE(output.value()["id"].text().starts_with("ctc_"));
  EXPECT_EQ("a\nb", output.value()["input"].text());
}

TEST_F(ResponsesRenderingTest, anInputThatIsNoArgumentIsTakenAsItIs) {
  for (const auto& [arguments, input] :
       {std::pair{"*** Begin", "*** Begin"}, {"", ""}, {R"({"patch":"x"})", R"({"patch":"x"})"}}) {
    out.clear();
    begin(std::string(kOtherTools) + R"("stream":false)");
    push(ChunkType::toolCall, arguments, "patch", 0, "c1");
    end("tool_calls");
    JsonElements output(JsonView{out}["output"]);
    ASSERT_TRUE(output.next());
    EXPECT_EQ(input, output.value()["input"].text());
  }
}

TEST_F(ResponsesRenderingTest, callsOfToolsInNamespacesNameBoth) {
  begin(std::string(kOtherTools) + R"("stream":false)");
  push(ChunkType::toolCall, "{}", "mcp__files__read", 0, "c1");
  end("tool_calls");
  JsonElements output(JsonView{out}["output"]);
  ASSERT_TRUE(output.next());
  EXPECT_TRUE(output.value()["type"].says("function_call"));
  EXPECT_TRUE(output.value()["namespace"].says("mcp__files"));
  EXPECT_TRUE(output.value()["name"].says("read"));
}

TEST_F(ResponsesRenderingTest, reasoningThatNobodyProvesIsMarked) {
  begin(R"("stream":false)");
  push(ChunkType::reasoning, "a");
  push(ChunkType::text, "b");
  end();
  const JsonView root{out};
  JsonElements output(root["output"]);
  ASSERT_TRUE(output.next());
  EXPECT_EQ("sluice:", output.value()["encrypted_content"].text());
}

TEST_F(ResponsesRenderingTest, refusalsStandInTheirOwnPart) {
  begin();
  push(ChunkType::refusal, "No");
  end();
  EXPECT_EQ(
      "created in_progress output_item.added content_part.added refusal.delta refusal.done "
      "content_part.done output_item.done completed",
      order());
}

TEST_F(ResponsesRenderingTest, sourcesBecomeAnnotations) {
  begin();
  push(
      ChunkType::text, "Hi", {}, 0, {},
      R"({"annotations":[{"type":"url_citation","url_citation":{"url":"https://e","title":"T"}},{"type":"citation","citation":{}}]})");
  end();
  EXPECT_NE(std::string::npos, order().find("output_text.annotation.added output_text.done"));
  const std::string last = whole();
  EXPECT_NE(
      std::string::npos,
      last.find(
          R"("annotations":[{"type":"url_citation","url":"https://e","title":"T","start_index":2,"end_index":2}])"));
}

TEST_F(ResponsesRenderingTest, anAnswerThatIsCutIsIncomplete) {
  for (const auto& [reason, told] :
       {std::pair{"length", "max_output_tokens"}, std::pair{"content_filter", "content_filter"}}) {
    out.clear();
    begin();
    push(ChunkType::text, "Hi");
    end(reason);
    const auto all = events();
    EXPECT_TRUE(JsonView(all.back())["type"].says("response.incomplete"));
    const JsonView root = JsonView(all.back())["response"];
    EXPECT_TRUE(root["status"].says("incomplete"));
    EXPECT_TRUE(root["incomplete_details"]["reason"].says(told));
    EXPECT_TRUE(JsonView(all[all.size() - 2])["item"]["status"].says("incomplete"));
  }
}

TEST_F(ResponsesRenderingTest, aWholeAnswerHasEveryMemberAndIsKept) {
  begin(R"("tools":[{"type":"function","name":"f"}],"store":true,"metadata":{"a":"b"})");
  push(ChunkType::text, "Hi");
  end();
  const JsonView root{out};
  for (const char* name : {"id",
                           "object",
                           "created_at",
                           "completed_at",
                           "status",
                           "incomplete_details",
                           "model",
                           "previous_response_id",
                           "instructions",
                           "output",
                           "error",
                           "tools",
                           "tool_choice",
                           "truncation",
                           "parallel_tool_calls",
                           "text",
                           "top_p",
                           "presence_penalty",
                           "frequency_penalty",
                           "top_logprobs",
                           "temperature",
                           "reasoning",
                           "usage",
                           "max_output_tokens",
                           "max_tool_calls",
                           "store",
                           "background",
                           "service_tier",
                           "metadata",
                           "safety_identifier",
                           "prompt_cache_key"}) {
    EXPECT_TRUE(root[name].exists()) << name;
  }
  EXPECT_EQ(
      R"([{"type":"function","name":"f","description":null,"parameters":null,"strict":null}])",
      root["tools"].raw());
  EXPECT_EQ(R"({"a":"b"})", root["metadata"].raw());
  EXPECT_EQ("true", root["store"].raw());
  ASSERT_TRUE(inquiry->answered());
  const KeptResponse kept = inquiry->kept();
  EXPECT_EQ(out, kept.response);
  ASSERT_EQ(1u, kept.input.size());
  const JsonView item{kept.input.front()};
  EXPECT_EQ(0u, item["id"].text().find("msg_"));
  EXPECT_EQ(R"([{"type":"input_text","text":"x"}])", item["content"].raw());
}

TEST_F(ResponsesRenderingTest, storeFalseKeepsNothing) {
  begin(R"("store":false)");
  push(ChunkType::text, "Hi");
  end();
  EXPECT_FALSE(inquiry->keeps());
  EXPECT_EQ("false", JsonView(out)["store"].raw());
}

TEST_F(ResponsesRenderingTest, aStreamThatBreaksEndsAsFailedWithWhatItGave) {
  begin();
  push(ChunkType::reasoning, "hm");
  push(ChunkType::text, "Hi");
  calls::Problem problem;
  problem.message = "it broke";
  problem.code = "rate_limit_exceeded";
  inquiry->appendErrorEvent(out, problem);
  const auto all = events();
  const JsonView root = JsonView(all.back())["response"];
  EXPECT_TRUE(JsonView(all.back())["type"].says("response.failed"));
  EXPECT_TRUE(root["id"].says(JsonView(all.front())["response"]["id"].text()));
  EXPECT_TRUE(root["error"]["code"].says("rate_limit_exceeded"));
  JsonElements output(root["output"]);
  ASSERT_TRUE(output.next());
  EXPECT_TRUE(output.value()["type"].says("reasoning"));
}

// A stream without an end was kept for its end until there was no memory left.
TEST_F(ResponsesRenderingTest, aStreamHasAnEndBeforeItFillsTheMemory) {
  begin();
  const std::string piece(1 << 20, 'x');
  for (int i = 0; i < 64; ++i) {
    push(ChunkType::text, piece);
    out.clear();
  }
  EXPECT_FALSE(rendering->progress().fault);
  push(ChunkType::text, "x");
  ASSERT_TRUE(rendering->progress().fault);
  EXPECT_EQ("the answer is larger than 64 MiB", rendering->progress().fault->message);
}

}  // namespace
}  // namespace sluice::dialects
