#include "dialects/openai_completions.hpp"

#include <gtest/gtest.h>

#include "dialects/json_view.hpp"
#include "wire/sse.hpp"

namespace sluice::dialects {
namespace {

using calls::Problem;
using plugins::Chunk;
using plugins::ChunkType;

struct CompletionsTest : testing::Test {
  void ask(std::string request) {
    body = std::move(request);
    Problem problem;
    inquiry = parseOpenAiCompletions(body, problem);
    ASSERT_TRUE(inquiry) << problem.message;
  }
  std::string canonical(bool askForUsage = false) {
    std::string made;
    dropped.clear();
    const auto fault = inquiry->appendCanonical(made, "up", askForUsage, dropped);
    return fault ? "fault at " + fault->param : made;
  }
  void render() {
    rendering = inquiry->rendering("m-1", "req_1");
    out.clear();
    rendering->writeTo(out);
  }
  void push(ChunkType type, std::string_view text = {}, std::string_view name = {},
            std::uint32_t choice = 0) {
    Chunk chunk;
    chunk.type = type;
    chunk.text = text;
    chunk.name = name;
    chunk.choice = choice;
    rendering->push(chunk);
  }
  void pushUsage() {
    static constexpr plugins::Usage kUsage{3, 1, 0, 2, 5};
    Chunk chunk;
    chunk.type = ChunkType::usage;
    chunk.usage = &kUsage;
    rendering->push(chunk);
  }
  // The choices of each event of a stream; what is no JSON as it is.
  std::vector<std::string> choices() {
    std::vector<std::string> found;
    wire::SseFramer framer;
    wire::SseBlock block;
    framer.give(out);
    while (framer.next(block)) {
      const JsonView event(block.data);
      found.emplace_back(event.isObject() ? event["choices"].raw() : block.data);
    }
    return found;
  }

  std::string body, out;
  std::unique_ptr<calls::Inquiry> inquiry;
  std::unique_ptr<calls::Rendering> rendering;
  std::vector<plugins::Dropped> dropped;
};

TEST_F(CompletionsTest, onlyTheModelChangesAndUsageIsAskedFor) {
  ask(R"({"prompt":["a","b"] ,"suffix":"x","model":"vm","echo":true})");
  std::string own;
  inquiry->appendOwn(own, "up", true);
  EXPECT_EQ(own, R"({"prompt":["a","b"] ,"suffix":"x","model":"up","echo":true})");
  ask(R"({"prompt":[1],"model":"vm","stream":true})");
  own.clear();
  inquiry->appendOwn(own, "up", true);
  EXPECT_EQ(own,
            R"({"prompt":[1],"model":"up","stream":true,"stream_options":{"include_usage":true}})");
}

TEST_F(CompletionsTest, aPromptBecomesTheMessageOfAChat) {
  for (
      const auto& [request, expected] : std::vector<std::pair<const char*, const char*>>{
          {R"({"prompt":"a\"\u00e9","model":"m","max_tokens":7,"x":1.0})",
           R"({"model":"up","messages":[{"role":"user","content":"a\"\u00e9"}],"max_tokens":7,"x":1.0})"},
          {R"({"model":"m","prompt":["a"],"stop":null,"n":2})",
           R"({"model":"up","messages":[{"role":"user","content":"a"}],"n":2})"},
          {R"({"model":"m","prompt":"a","suffix":"","echo":false,"best_of":1,"logprobs":null})",
           R"({"model":"up","messages":[{"role":"user","content":"a"}]})"},
          {R"({"model":"m","prompt":["a","b"]})", "fault at prompt"},
          {R"({"model":"m","prompt":[1,2]})", "fault at prompt"},
          {R"({"model":"m","prompt":[[1],[2]]})", "fault at prompt"},
          {R"({"model":"m","prompt":null})", "fault at prompt"},
      }) {
    ask(request);
    EXPECT_EQ(canonical(), expected);
    EXPECT_TRUE(dropped.empty()) << request;
  }
}

TEST_F(CompletionsTest, usageIsAskedForOnce) {
  ask(R"({"model":"m","prompt":"a","stream":true,"stream_options":{"include_usage":false}})");
  EXPECT_EQ(canonical(true),
            R"({"model":"up","messages":[{"role":"user","content":"a"}],"stream":true,)"
            R"("stream_options":{"include_usage":true}})");
  EXPECT_EQ(canonical(false),
            R"({"model":"up","messages":[{"role":"user","content":"a"}],"stream":true,)"
            R"("stream_options":{"include_usage":false}})");
}

TEST_F(CompletionsTest, whatAChatHasNoPlaceForIsTold) {
  ask(R"({"model":"m","prompt":"a","suffix":"b","echo":true,"logprobs":0,"best_of":4,)"
      R"("messages":[],"tools":[]})");
  EXPECT_EQ(canonical(), R"({"model":"up","messages":[{"role":"user","content":"a"}]})");
  std::string told;
  for (const plugins::Dropped& one : dropped) told += one.field + (one.meaning ? "! " : " ");
  EXPECT_EQ(told, "suffix! echo! logprobs! best_of messages! tools! ");
}

TEST_F(CompletionsTest, whatIsWrongIsSaid) {
  for (const auto& [request, param] : std::vector<std::pair<const char*, const char*>>{
           {R"({"model":"m"})", "prompt"},
           {R"({"prompt":"a"})", "model"},
           {R"({"model":"m","prompt":[]})", "prompt"},
           {R"({"model":"m","prompt":["a",1]})", "prompt"},
           {R"({"model":"m","prompt":[null]})", "prompt"},
           {R"({"model":"m","prompt":7})", "prompt"},
           {R"({"model":"m","prompt":"a","n":0})", "n"},
           {R"({"model":"m","prompt":"a","stream":1})", "stream"},
       }) {
    body = request;
    Problem problem;
    EXPECT_FALSE(parseOpenAiCompletions(body, problem)) << request;
    EXPECT_EQ(problem.status, 400);
    EXPECT_EQ(problem.param, param) << request;
  }
}

TEST_F(CompletionsTest, aStreamIsWrittenPieceByPiece) {
  ask(R"({"model":"m","prompt":"a","stream":true,"stream_options":{"include_usage":true}})");
  render();
  push(ChunkType::start, {}, "up-1");
  EXPECT_FALSE(rendering->progress().content);
  push(ChunkType::reasoning, "hm");
  EXPECT_TRUE(rendering->progress().content);
  push(ChunkType::reasoning, "hm");
  push(ChunkType::text, "a\n");
  push(ChunkType::toolCall, "{}", "f");
  EXPECT_FALSE(rendering->progress().settled);
  push(ChunkType::finish, {}, "tool_calls");
  push(ChunkType::finish, {}, "length");
  EXPECT_TRUE(rendering->progress().finished);
  pushUsage();
  rendering->close(out);
  EXPECT_TRUE(rendering->progress().ended);
  EXPECT_EQ(choices(), (std::vector<std::string>{
                           R"([{"text":"","index":0,"logprobs":null,"finish_reason":null}])",
                           R"([{"text":"a\n","index":0,"logprobs":null,"finish_reason":null}])",
                           R"([{"text":"","index":0,"logprobs":null,"finish_reason":"stop"}])",
                           "[]", "[DONE]"}));
  EXPECT_NE(out.find(R"("object":"text_completion")"), out.npos);
  EXPECT_NE(out.find(R"("id":"cmpl-req_1")"), out.npos);
  EXPECT_NE(out.find(R"("model":"up-1")"), out.npos);
  EXPECT_NE(out.find(R"("prompt_tokens":4,"completion_tokens":7)"), out.npos);
  std::size_t told = 0;
  for (std::size_t at = 0; (at = out.find(R"("usage":null)", at)) != out.npos; ++at) ++told;
  EXPECT_EQ(3u, told);
}

TEST_F(CompletionsTest, whoDidNotAskSeesNoUsage) {
  ask(R"({"model":"m","prompt":"a","stream":true})");
  render();
  push(ChunkType::finish, {}, "stop");
  pushUsage();
  rendering->close(out);
  EXPECT_EQ(out.find("usage"), out.npos);
  EXPECT_TRUE(out.ends_with("data: [DONE]\n\n"));
}

TEST_F(CompletionsTest, aWholeAnswerHoldsEveryChoice) {
  ask(R"({"model":"m","prompt":"a","n":2})");
  render();
  push(ChunkType::text, "b", {}, 1);
  push(ChunkType::text, "a");
  push(ChunkType::finish, {}, "content_filter", 1);
  EXPECT_FALSE(rendering->progress().settled);
  push(ChunkType::text, "a");
  push(ChunkType::finish, {}, "stop");
  EXPECT_TRUE(rendering->progress().finished);
  pushUsage();
  EXPECT_EQ(out, "");
  rendering->close(out);
  const JsonView answer(out);
  EXPECT_EQ(answer["choices"].raw(),
            R"([{"text":"aa","index":0,"logprobs":null,"finish_reason":"stop"},)"
            R"({"text":"b","index":1,"logprobs":null,"finish_reason":"content_filter"}])");
  EXPECT_EQ(answer["usage"]["total_tokens"].whole(), 11U);
  EXPECT_TRUE(answer["model"].says("m-1"));
}

TEST_F(CompletionsTest, anAnswerOfTheDialectIsPassedOn) {
  ask(R"({"model":"m","prompt":["a","b"],"stream":true})");
  const auto passage = inquiry->passage();
  const auto pass = [&](std::string_view data) {
    const std::string raw = "data: " + std::string(data) + "\n\n";
    wire::SseBlock block;
    block.data = data;
    block.hasData = true;
    block.raw = raw;
    passage->block(block, out);
  };
  pass(R"({"choices":[{"text":"","index":0}]})");
  EXPECT_FALSE(passage->progress().content);
  pass(R"({"choices":[{"text":"Hi","index":0}],"usage":null})");
  EXPECT_TRUE(passage->progress().content);
  EXPECT_EQ(passage->progress().contentBytes, 2U);
  pass(R"({"choices":[{"text":"","index":0,"finish_reason":"stop"}]})");
  EXPECT_FALSE(passage->progress().finished) << "the other prompt's choice has not come";
  pass(R"({"choices":[{"text":"x","index":1,"finish_reason":"length"}]})");
  EXPECT_TRUE(passage->progress().finished);
  pass(R"({"choices":[],"usage":{"prompt_tokens":2,"completion_tokens":3}})");
  pass("[DONE]");
  EXPECT_TRUE(passage->progress().ended);
  EXPECT_EQ(passage->progress().usage->output, 3U);
  EXPECT_EQ(choices().size(), 5U);
  EXPECT_EQ(out.find("usage"), out.npos);
}

}  // namespace
}  // namespace sluice::dialects
