#include <gtest/gtest.h>
#include <simdjson.h>

#include "dialects/openai_chat.hpp"
#include "wire/sse.hpp"

namespace sluice::dialects {
namespace {

using calls::Problem;
using plugins::Chunk;
using plugins::ChunkType;

struct RenderingTest : testing::Test {
  std::unique_ptr<calls::Rendering> rendering(std::string_view request) {
    body = request;
    Problem problem;
    inquiry = parseOpenAiChat(body, problem);
    EXPECT_TRUE(inquiry) << problem.message;
    auto made = inquiry->rendering("m-1", "req_1");
    made->writeTo(out);
    return made;
  }
  static Chunk chunk(ChunkType type, std::string_view text = {}, std::string_view name = {}) {
    Chunk made;
    made.type = type;
    made.text = text;
    made.name = name;
    return made;
  }
  // The stream's events, parsed; "[DONE]" must come last.
  std::vector<std::string> events() {
    std::vector<std::string> found;
    wire::SseFramer framer;
    wire::SseBlock block;
    framer.give(out);
    while (framer.next(block)) found.emplace_back(block.data);
    return found;
  }
  std::string all(std::string_view name);
  std::string field(const std::string& json, std::string_view pointer) {
    simdjson::dom::parser parser;
    return simdjson::to_string(parser.parse(json).at_pointer(pointer).value());
  }
  std::string body, out;
  std::unique_ptr<calls::Inquiry> inquiry;
};

TEST_F(RenderingTest, aStreamHasOneRoleOneFinishAndDone) {
  auto one = rendering(
      R"({"model":"m","stream":true,"stream_options":{"include_usage":true},"messages":[1]})");
  EXPECT_FALSE(one->progress().content);
  one->push(chunk(ChunkType::text, "Hel"));
  EXPECT_TRUE(one->progress().content);
  one->push(chunk(ChunkType::text, "lo \"you\"\n"));
  EXPECT_FALSE(one->progress().finished);
  one->push(chunk(ChunkType::finish, {}, "stop"));
  one->push(chunk(ChunkType::finish, {}, "stop"));
  const plugins::Usage usage{3, 1, 0, 2, 5};
  Chunk counted = chunk(ChunkType::usage);
  counted.usage = &usage;
  one->push(counted);
  EXPECT_TRUE(one->progress().finished);
  one->close(out);
  const auto all = events();
  ASSERT_EQ(6u, all.size());
  EXPECT_EQ("\"assistant\"", field(all[0], "/choices/0/delta/role"));
  EXPECT_EQ("\"Hel\"", field(all[1], "/choices/0/delta/content"));
  EXPECT_EQ(R"("lo \"you\"\n")", field(all[2], "/choices/0/delta/content"));
  EXPECT_EQ("\"stop\"", field(all[3], "/choices/0/finish_reason"));
  EXPECT_EQ("4", field(all[4], "/usage/prompt_tokens"));
  EXPECT_EQ("7", field(all[4], "/usage/completion_tokens"));
  EXPECT_EQ("[DONE]", all[5]);
  EXPECT_EQ("\"chatcmpl-req_1\"", field(all[0], "/id"));
}

TEST_F(RenderingTest, toolCallsStreamAsOpenAiStreamsThem) {
  auto one = rendering(R"({"model":"m","stream":true,"messages":[1]})");
  Chunk call = chunk(ChunkType::toolCall, "", "look_up");
  call.ref = "call_1";
  one->push(call);
  Chunk more = chunk(ChunkType::toolCall, "{\"a\":");
  one->push(more);
  more.text = "1}";
  one->push(more);
  Chunk bare = chunk(ChunkType::toolCall, "", "now");
  bare.ref = "call_2";
  bare.index = 1;
  one->push(bare);
  one->push(chunk(ChunkType::finish, {}, "stop"));
  one->close(out);
  const auto all = events();
  ASSERT_EQ(8u, all.size());
  EXPECT_EQ("\"call_1\"", field(all[1], "/choices/0/delta/tool_calls/0/id"));
  EXPECT_EQ("\"look_up\"", field(all[1], "/choices/0/delta/tool_calls/0/function/name"));
  EXPECT_EQ(all[2].npos, all[2].find("\"id\":\"call"));
  EXPECT_EQ(R"("{\"a\":")", field(all[2], "/choices/0/delta/tool_calls/0/function/arguments"));
  EXPECT_EQ("1", field(all[5], "/choices/0/delta/tool_calls/0/index"));
  EXPECT_EQ("\"{}\"", field(all[5], "/choices/0/delta/tool_calls/0/function/arguments"));
  EXPECT_EQ("\"tool_calls\"", field(all[6], "/choices/0/finish_reason"));
}

// What an upstream wants back with a call reaches the client, who sends it back.
// {} would have been a call of its own.
TEST_F(RenderingTest, aCallThatIsCutOffHasNoArguments) {
  for (const char* const mode : {"true", "false"}) {
    out.clear();
    auto one = rendering(R"({"model":"m","messages":[1],"stream":)" + std::string(mode) + "}");
    Chunk call = chunk(ChunkType::toolCall, {}, "now");
    call.ref = "c1";
    one->push(call);
    one->push(chunk(ChunkType::finish, {}, "length"));
    one->close(out);
    EXPECT_NE(out.npos, out.find(R"("arguments":"")")) << out;
    EXPECT_EQ(out.npos, out.find(R"("arguments":"{}")")) << out;
  }
}

TEST_F(RenderingTest, nothingComesBehindAFinishReason) {
  auto one = rendering(R"({"model":"m","stream":true,"messages":[1]})");
  one->push(chunk(ChunkType::text, "Hi"));
  one->push(chunk(ChunkType::finish, {}, "stop"));
  const std::string before = out;
  one->push(chunk(ChunkType::text, "more"));
  one->push(chunk(ChunkType::toolCall, "{}", "now"));
  EXPECT_EQ(before, out);
}

TEST_F(RenderingTest, callsKeepWhatTheirUpstreamWantsBack) {
  constexpr std::string_view kExtra =
      R"({"extra_content": {"google": {"thought_signature": "Cs+/="}}})";
  for (const bool stream : {false, true}) {
    out.clear();
    auto one = rendering(stream ? R"({"model":"m","stream":true,"messages":[1]})"
                                : R"({"model":"m","messages":[1]})");
    Chunk call = chunk(ChunkType::toolCall, "{}", "now");
    call.ref = "call_1";
    call.extra = kExtra;
    one->push(call);
    call.index = 1;
    call.extra = "{}";
    one->push(call);
    one->push(chunk(ChunkType::finish, {}, "tool_calls"));
    one->close(out);
    const std::string first = stream ? events()[1] : out;
    const std::string at =
        stream ? "/choices/0/delta/tool_calls/0" : "/choices/0/message/tool_calls/0";
    EXPECT_EQ(R"({"google":{"thought_signature":"Cs+/="}})", field(first, at + "/extra_content"));
    EXPECT_EQ(out.find("extra_content"), out.rfind("extra_content"));
  }
}

constexpr std::string_view kWhole = R"({"model":"m","messages":[1]})";
constexpr std::string_view kStreamed = R"({"model":"m","stream":true,"messages":[1]})";

// Every delta's arrays of that name, joined, or the message's.
std::string RenderingTest::all(std::string_view name) {
  const std::string whole = "/choices/0/message/" + std::string(name);
  if (!out.starts_with("data:")) return field(out, whole);
  std::string joined;
  for (const std::string& event : events()) {
    if (event.find('"' + std::string(name) + '"') == event.npos) continue;
    const std::string list = field(event, "/choices/0/delta/" + std::string(name));
    joined += (joined.empty() ? "" : ",") + list.substr(1, list.size() - 2);
  }
  return "[" + joined + "]";
}

TEST_F(RenderingTest, blocksOfReasoningAreGivenAsTheyBelongBack) {
  for (const std::string_view request : {kWhole, kStreamed}) {
    out.clear();
    auto one = rendering(request);
    const auto think = [&](std::uint32_t index, std::string_view text, std::string_view extra) {
      Chunk made = chunk(ChunkType::reasoning, text);
      made.index = index;
      made.extra = extra;
      one->push(made);
    };
    think(0, "a ", {});
    think(0, "b", {});
    think(0, {}, "{\"signature\": \"s+/=\",\n\"format\": \"anthropic\"}");
    think(1, {}, R"({"encrypted":"e","format":"anthropic"})");
    think(2, "unsigned", {});
    think(3, {}, R"({"signature":"t","format":"google"})");
    think(4, {}, R"({"signature":"of nobody"})");
    one->push(chunk(ChunkType::text, "Hi"));
    one->push(chunk(ChunkType::finish, {}, "stop"));
    one->close(out);
    EXPECT_EQ(R"([{"type":"reasoning.text","text":"a b","signature":"s+/=","format":"anthropic"},)"
              R"({"type":"reasoning.encrypted","data":"e","format":"anthropic"},)"
              R"({"type":"reasoning.text","text":"","signature":"t","format":"google"}])",
              all("reasoning_details"));
  }
}

TEST_F(RenderingTest, aProofAloneIsNoContentYet) {
  auto one = rendering(kStreamed);
  Chunk proof = chunk(ChunkType::reasoning);
  proof.extra = R"({"encrypted":"e","format":"openai"})";
  one->push(proof);
  EXPECT_FALSE(one->progress().content);
}

TEST_F(RenderingTest, addressesThatBackATextAreTold) {
  for (const std::string_view request : {kWhole, kStreamed}) {
    out.clear();
    auto one = rendering(request);
    one->push(chunk(ChunkType::text, "Zürich"));
    Chunk cited = chunk(ChunkType::text);
    cited.extra =
        R"({"annotations": [{"type":"url_citation","url_citation":{"url":"https://x.example","title":"X"}},
            {"type":"citation","format":"anthropic","citation":{}},
            {"type":"url_citation","url_citation":{"url":"https://y.example"}}]})";
    one->push(cited);
    one->push(chunk(ChunkType::finish, {}, "stop"));
    one->close(out);
    EXPECT_EQ(
        R"([{"type":"url_citation","url_citation":{"start_index":6,"end_index":6,"title":"X","url":"https://x.example"}},)"
        R"({"type":"url_citation","url_citation":{"start_index":6,"end_index":6,"title":"","url":"https://y.example"}}])",
        all("annotations"));
  }
}

TEST_F(RenderingTest, logprobsStandBesideWhatTheyAreOf) {
  for (const std::string_view request : {kWhole, kStreamed}) {
    out.clear();
    auto one = rendering(request);
    Chunk said = chunk(ChunkType::text, "Hi");
    said.extra =
        R"({"logprobs": [ {"token":"Hi","logprob":-0.10,"bytes":[72,105],"top_logprobs":[]} ]})";
    one->push(said);
    said.text = {};
    said.extra = R"({"logprobs":[{"token":"!","logprob":-1}]})";
    one->push(said);
    one->push(chunk(ChunkType::finish, {}, "stop"));
    one->close(out);
    EXPECT_NE(out.npos,
              out.find(R"({"token":"Hi","logprob":-0.10,"bytes":[72,105],"top_logprobs":[]})"));
    if (request == kWhole) {
      EXPECT_EQ("\"!\"", field(out, "/choices/0/logprobs/content/1/token"));
      EXPECT_EQ("null", field(out, "/choices/0/logprobs/refusal"));
      continue;
    }
    const auto each = events();
    ASSERT_EQ(5u, each.size());
    EXPECT_EQ("\"Hi\"", field(each[1], "/choices/0/logprobs/content/0/token"));
    EXPECT_EQ("\"!\"", field(each[2], "/choices/0/logprobs/content/0/token"));
    EXPECT_EQ("{}", field(each[2], "/choices/0/delta"));
    EXPECT_EQ("null", field(each[3], "/choices/0/logprobs"));
  }
}

// As OpenAI does it: null in each event before the one that has it, nothing for who did not ask.
TEST_F(RenderingTest, usageStandsInEveryEventForWhoAsked) {
  const plugins::Usage usage{3, 1, 2, 4, 5};
  Chunk counted = chunk(ChunkType::usage);
  counted.usage = &usage;
  const auto say = [&](std::string_view request) {
    out.clear();
    auto one = rendering(request);
    one->push(chunk(ChunkType::reasoning, "hm"));
    one->push(chunk(ChunkType::text, "Hi"));
    Chunk call = chunk(ChunkType::toolCall, "", "now");
    call.ref = "c1";
    one->push(call);
    one->push(chunk(ChunkType::finish, {}, "tool_calls"));
    one->push(counted);
    one->close(out);
    return events();
  };
  const auto asked =
      say(R"({"model":"m","stream":true,"stream_options":{"include_usage":true},"messages":[1]})");
  ASSERT_EQ(8u, asked.size());
  for (std::size_t i = 0; i < 6; ++i) EXPECT_EQ("null", field(asked[i], "/usage")) << asked[i];
  EXPECT_EQ("[]", field(asked[6], "/choices"));
  EXPECT_EQ("6", field(asked[6], "/usage/prompt_tokens"));
  EXPECT_EQ("1", field(asked[6], "/usage/prompt_tokens_details/cached_tokens"));
  EXPECT_EQ("9", field(asked[6], "/usage/completion_tokens"));
  EXPECT_EQ("5", field(asked[6], "/usage/completion_tokens_details/reasoning_tokens"));
  EXPECT_EQ("15", field(asked[6], "/usage/total_tokens"));
  EXPECT_EQ("[DONE]", asked[7]);
  EXPECT_EQ(7u, say(kStreamed).size());
  EXPECT_EQ(out.npos, out.find("\"usage\""));
}

TEST_F(RenderingTest, choicesComeBesideEachOther) {
  for (const char* const mode : {"true", "false"}) {
    out.clear();
    auto one =
        rendering(R"({"model":"m","n":2,"messages":[1],"stream":)" + std::string(mode) + "}");
    const auto push = [&](std::uint32_t choice, Chunk made) {
      made.choice = choice;
      one->push(made);
    };
    push(1, chunk(ChunkType::text, "b"));
    push(0, chunk(ChunkType::text, "a"));
    push(1, chunk(ChunkType::finish, {}, "length"));
    EXPECT_FALSE(one->progress().finished);
    push(0, chunk(ChunkType::text, "c"));
    push(0, chunk(ChunkType::finish, {}, "stop"));
    EXPECT_TRUE(one->progress().finished);
    one->close(out);
    if (std::string_view(mode) == "false") {
      EXPECT_EQ("\"ac\"", field(out, "/choices/0/message/content"));
      EXPECT_EQ("\"stop\"", field(out, "/choices/0/finish_reason"));
      EXPECT_EQ("\"b\"", field(out, "/choices/1/message/content"));
      EXPECT_EQ("\"length\"", field(out, "/choices/1/finish_reason"));
      continue;
    }
    std::string order;
    for (const std::string& event : events()) {
      if (event == "[DONE]") continue;
      const std::string delta = field(event, "/choices/0/delta");
      order += field(event, "/choices/0/index") + (delta.find("role") != delta.npos ? "r" : delta);
      order += ' ';
    }
    EXPECT_EQ(R"(1r 1{"content":"b"} 0r 0{"content":"a"} 1{} 0{"content":"c"} 0{} )", order);
  }
}

TEST_F(RenderingTest, aRefusalIsNoContent) {
  for (const std::string_view request : {kWhole, kStreamed}) {
    out.clear();
    auto one = rendering(request);
    one->push(chunk(ChunkType::refusal, "I "));
    one->push(chunk(ChunkType::refusal, "will not"));
    one->push(chunk(ChunkType::finish, {}, "stop"));
    one->close(out);
    if (request == kWhole) {
      EXPECT_EQ("\"I will not\"", field(out, "/choices/0/message/refusal"));
      EXPECT_EQ("null", field(out, "/choices/0/message/content"));
      EXPECT_EQ("\"stop\"", field(out, "/choices/0/finish_reason"));
      continue;
    }
    const auto all = events();
    ASSERT_EQ(5u, all.size());
    EXPECT_EQ(R"({"refusal":"I "})", field(all[1], "/choices/0/delta"));
    EXPECT_EQ(R"({"refusal":"will not"})", field(all[2], "/choices/0/delta"));
    EXPECT_EQ("\"stop\"", field(all[3], "/choices/0/finish_reason"));
  }
}

TEST_F(RenderingTest, reasonsKeepTheirNames) {
  for (const char* reason : {"stop", "length", "content_filter", "tool_calls"}) {
    out.clear();
    auto one = rendering(kWhole);
    one->push(chunk(ChunkType::text, "x"));
    one->push(chunk(ChunkType::finish, {}, reason));
    one->close(out);
    EXPECT_EQ('"' + std::string(reason) + '"', field(out, "/choices/0/finish_reason"));
  }
}

TEST_F(RenderingTest, aWholeAnswerHasEveryMember) {
  auto one = rendering(R"({"model":"m","messages":[1]})");
  one->push(chunk(ChunkType::reasoning, "hm"));
  one->push(chunk(ChunkType::text, "Hi"));
  one->push(chunk(ChunkType::finish, {}, "length"));
  EXPECT_EQ("", out);
  one->close(out);
  EXPECT_EQ("\"chat.completion\"", field(out, "/object"));
  EXPECT_EQ("\"Hi\"", field(out, "/choices/0/message/content"));
  EXPECT_EQ("\"hm\"", field(out, "/choices/0/message/reasoning_content"));
  EXPECT_EQ("null", field(out, "/choices/0/message/refusal"));
  EXPECT_EQ("\"length\"", field(out, "/choices/0/finish_reason"));
  EXPECT_EQ("null", field(out, "/choices/0/logprobs"));
}

TEST_F(RenderingTest, aWholeToolCallHasNullContent) {
  auto one = rendering(R"({"model":"m","messages":[1]})");
  Chunk call = chunk(ChunkType::toolCall, "", "now");
  call.ref = "call_1";
  one->push(call);
  one->push(chunk(ChunkType::finish, {}, "tool_calls"));
  one->close(out);
  EXPECT_EQ("null", field(out, "/choices/0/message/content"));
  EXPECT_EQ("\"{}\"", field(out, "/choices/0/message/tool_calls/0/function/arguments"));
}

}  // namespace
}  // namespace sluice::dialects
