#include "dialects/openai_chat.hpp"

#include <gtest/gtest.h>
#include <simdjson.h>

namespace sluice::dialects {
namespace {

using calls::Problem;

std::unique_ptr<calls::Inquiry> parsed(std::string& body) {
  Problem problem;
  auto inquiry = parseOpenAiChat(body, problem);
  EXPECT_TRUE(inquiry) << problem.message;
  return inquiry;
}

std::string sent(std::string body, std::string_view model, bool askForUsage = true) {
  const auto inquiry = parsed(body);
  std::string out;
  if (inquiry) inquiry->appendOwn(out, model, askForUsage);
  return out;
}

// --- requests ---

struct SpliceCase {
  const char* body;
  const char* expected;
};

TEST(OpenAiChatRequest, onlyTheModelChanges) {
  for (
      const SpliceCase& one : {
          SpliceCase{R"({"model":"vm","messages":[{"role":"user","content":"hi"}]})",
                     R"({"model":"up","messages":[{"role":"user","content":"hi"}]})"},
          {R"( {"messages":[{}] , "model" : "v\"m" , "x":1.0,"y":1e-7,"z":12345678901234567890123} )",
           R"( {"messages":[{}] , "model" : "up" , "x":1.0,"y":1e-7,"z":12345678901234567890123} )"},
          {R"({"unknown":{"model":"vm","model":"vm"},"model":"vm","messages":[1]})",
           R"({"unknown":{"model":"vm","model":"vm"},"model":"up","messages":[1]})"},
          {"{\n\t\"model\":\"vm\",\r\n\"messages\":[\"\\u00e9\\ud83d\\ude00\"]}\n",
           "{\n\t\"model\":\"up\",\r\n\"messages\":[\"\\u00e9\\ud83d\\ude00\"]}\n"},
          {R"({"mod\u0065l":"vm","messages":[1]})", R"({"mod\u0065l":"up","messages":[1]})"},
      }) {
    EXPECT_EQ(one.expected, sent(one.body, "up"));
  }
}

TEST(OpenAiChatRequest, streamsAreAskedForUsage) {
  for (
      const SpliceCase& one : {
          SpliceCase{
              R"({"model":"vm","stream":true,"messages":[1]})",
              R"({"model":"up","stream":true,"messages":[1],"stream_options":{"include_usage":true}})"},
          {R"({"stream_options":null,"model":"vm","stream":true,"messages":[1]} )",
           R"({"stream_options":{"include_usage":true},"model":"up","stream":true,"messages":[1]} )"},
          {R"({"stream_options":{},"model":"vm","stream":true,"messages":[1]})",
           R"({"stream_options":{"include_usage":true},"model":"up","stream":true,"messages":[1]})"},
          {R"({"model":"vm","stream":true,"messages":[1],"stream_options":{"a":{"b":[1]}}})",
           R"({"model":"up","stream":true,"messages":[1],"stream_options":{"include_usage":true,"a":{"b":[1]}}})"},
          {R"({"stream_options":{"include_usage": false, "a":1},"model":"vm","stream":true,"messages":[1]})",
           R"({"stream_options":{"include_usage": true, "a":1},"model":"up","stream":true,"messages":[1]})"},
          {R"({"stream_options":{"include_usage":true},"model":"vm","stream":true,"messages":[1]})",
           R"({"stream_options":{"include_usage":true},"model":"up","stream":true,"messages":[1]})"},
      }) {
    EXPECT_EQ(one.expected, sent(one.body, "up"));
  }
}

TEST(OpenAiChatRequest, usageIsNotAskedForWhereItMayNotBe) {
  const std::string body = R"({"model":"up","stream":true,"messages":[1]})";
  EXPECT_EQ(body, sent(body, "up", false));
  const std::string whole = R"({"model":"up","messages":[1]})";
  EXPECT_EQ(whole, sent(whole, "up"));
}

struct BadCase {
  const char* body;
  const char* message;
  const char* param;
};

TEST(OpenAiChatRequest, whatIsWrongIsSaid) {
  for (const BadCase& one : {
           BadCase{"", "the body is not valid JSON", ""},
           {"{\"model\":\"m\",\n \"messages\" 1}", "line 2, column 13", ""},
           {"[1]", "the body must be a JSON object", ""},
           {R"({"messages":[1]})", "'model' is missing", "model"},
           {R"({"model":"m"})", "'messages' is missing", "messages"},
           {R"({"model":7,"messages":[1]})", "'model' must be the name of a model", "model"},
           {R"({"model":"m","messages":[]})", "at least one message", "messages"},
           {R"({"model":"m","messages":{}})", "'messages' must be an array", "messages"},
           {R"({"model":"m","messages":[1],"stream":"yes"})", "'stream' must be true or false",
            "stream"},
           {R"({"model":"m","messages":[1],"model":"n"})", "'model' stands twice", "model"},
           {R"({"model":"m","messages":[1],"n":0})", "'n' must be a number from 1 to 128", "n"},
           {R"({"model":"m","messages":[1],"stream_options":[]})",
            "'stream_options' must be an object", "stream_options"},
           {"{\"model\":\"m\",\"messages\":[\"\xff\"]}", "the body is not valid JSON", ""},
       }) {
    std::string body = one.body;
    Problem problem;
    EXPECT_FALSE(parseOpenAiChat(body, problem)) << one.body;
    EXPECT_EQ(400, problem.status);
    EXPECT_NE(problem.message.npos, problem.message.find(one.message)) << problem.message;
    EXPECT_EQ(one.param, problem.param);
  }
}

TEST(OpenAiChatRequest, nestingThatIsTooDeepIsRefused) {
  std::string body =
      R"({"model":"m","messages":)" + std::string(100'000, '[') + std::string(100'000, ']') + "}";
  Problem problem;
  EXPECT_FALSE(parseOpenAiChat(body, problem));
  EXPECT_EQ(400, problem.status);
}

// --- answers passed on ---

struct PassageTest : testing::Test {
  // Feeds events one by one; returns what goes on.
  std::string pass(calls::Passage& passage, std::initializer_list<std::string_view> events) {
    std::string out;
    for (const std::string_view data : events) {
      const std::string raw = "data: " + std::string(data) + "\n\n";
      wire::SseBlock block;
      block.data = data;
      block.hasData = true;
      block.raw = raw;
      passage.block(block, out);
    }
    return out;
  }
  std::unique_ptr<calls::Passage> passage(std::string request) {
    body = std::move(request);
    inquiry = parsed(body);
    return inquiry->passage();
  }
  std::string body;
  std::unique_ptr<calls::Inquiry> inquiry;
  const char* plain = R"({"model":"m","stream":true,"messages":[1]})";
  const char* withUsage =
      R"({"model":"m","stream":true,"stream_options":{"include_usage":true},"messages":[1]})";
};

constexpr std::string_view kRole =
    R"({"id":"c","choices":[{"index":0,"delta":{"role":"assistant","content":"","refusal":null},"finish_reason":null}],"usage":null})";
constexpr std::string_view kHi =
    R"({"id":"c","choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":null}],"usage":null})";
constexpr std::string_view kStop =
    R"({"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":null})";
constexpr std::string_view kUsage =
    R"({"id":"c","choices":[],"usage":{"prompt_tokens":9,"completion_tokens":5,"total_tokens":14,"prompt_tokens_details":{"cached_tokens":4},"completion_tokens_details":{"reasoning_tokens":2}}})";

TEST_F(PassageTest, lifecycleFramesAreNotContent) {
  auto one = passage(plain);
  pass(*one, {kRole, R"({"choices":[],"prompt_filter_results":[]})"});
  EXPECT_FALSE(one->progress().content);
  pass(*one, {kHi});
  EXPECT_TRUE(one->progress().content);
  EXPECT_EQ(2u, one->progress().contentBytes);
}

TEST_F(PassageTest, aClientThatAskedForUsageSeesEveryByte) {
  auto one = passage(withUsage);
  const std::string out = pass(*one, {kRole, kHi, kStop, kUsage, "[DONE]"});
  std::string expected;
  for (const auto event : {kRole, kHi, kStop, kUsage, std::string_view("[DONE]")}) {
    expected += "data: " + std::string(event) + "\n\n";
  }
  EXPECT_EQ(expected, out);
  EXPECT_TRUE(one->progress().finished);
  EXPECT_TRUE(one->progress().ended);
  const plugins::Usage usage{5, 4, 0, 3, 2};
  EXPECT_EQ(usage, one->progress().usage);
}

TEST_F(PassageTest, aClientThatDidNotAskSeesNoUsageAtAll) {
  auto one = passage(plain);
  const std::string out = pass(*one, {kRole, kHi, kStop, kUsage, "[DONE]"});
  EXPECT_EQ(out.npos, out.find("usage"));
  EXPECT_NE(out.npos, out.find("data: [DONE]"));
  EXPECT_EQ(9u, one->progress().usage->input + one->progress().usage->cacheRead);
}

// As OpenAI begins an answer that calls a tool.
TEST_F(PassageTest, aFirstEventWithARoleAndACallIsContent) {
  auto one = passage(withUsage);
  const std::string_view first =
      R"({"id":"c","choices":[{"index":0,"delta":{"role":"assistant","content":null,"tool_calls":[{"index":0,"id":"call_1","type":"function","function":{"name":"f","arguments":""}}],"refusal":null},"logprobs":null,"finish_reason":null}],"usage":null,"obfuscation":"x"})";
  EXPECT_EQ("data: " + std::string(first) + "\n\n", pass(*one, {first}));
  EXPECT_TRUE(one->progress().content);
}

TEST_F(PassageTest, refusalsAndAudioAreContent) {
  for (const char* said :
       {R"({"refusal":"No"})", R"({"audio":{"id":"a","data":"AAAA"}})",
        R"({"audio":{"transcript":"Hi"}})",
        R"({"content":null,"annotations":[{"type":"url_citation","url_citation":{"url":"u"}}]})"}) {
    auto one = passage(plain);
    const std::string event =
        R"({"choices":[{"index":0,"delta":)" + std::string(said) + R"(,"finish_reason":null}]})";
    EXPECT_EQ("data: " + event + "\n\n", pass(*one, {event}));
    EXPECT_TRUE(one->progress().content) << said;
  }
}

// All else that OpenAI sends beside the text stays when usage is taken out.
TEST_F(PassageTest, whatStandsBesideUsageStays) {
  const std::string head =
      R"({"id":"c","service_tier":"default","system_fingerprint":"fp_1","choices":[{"index":0,"delta":{"content":"Hi"},"logprobs":{"content":[{"token":"Hi","logprob":-0.10,"bytes":[72,105],"top_logprobs":[]}],"refusal":null},"finish_reason":null}])";
  const std::string tail = R"(,"obfuscation":"k3Wv"})";
  auto one = passage(plain);
  EXPECT_EQ("data: " + head + tail + "\n\n", pass(*one, {head + R"(,"usage":null)" + tail}));
}

TEST_F(PassageTest, choicesMayComeInAnyOrder) {
  auto one = passage(R"({"model":"m","n":3,"stream":true,"messages":[1]})");
  const std::string choice = R"({"choices":[{"index":)", said = R"(,"delta":{"content":"x"}}]})",
                    end = R"(,"delta":{},"finish_reason":"stop"}]})";
  std::string expected;
  for (const auto& [index, rest] :
       {std::pair{"2", said}, {"0", said}, {"2", end}, {"1", said}, {"0", end}}) {
    const std::string event = choice + index + rest;
    EXPECT_EQ("data: " + event + "\n\n", pass(*one, {event}));
    EXPECT_FALSE(one->progress().finished);
  }
  pass(*one, {choice + "1" + end});
  EXPECT_TRUE(one->progress().finished);
  EXPECT_EQ("data: [DONE]\n\n", pass(*one, {kUsage, "[DONE]"}));
}

TEST_F(PassageTest, everyReasonEndsAChoice) {
  for (const char* reason : {"stop", "length", "tool_calls", "content_filter", "function_call"}) {
    auto one = passage(plain);
    const std::string event =
        R"({"choices":[{"index":0,"delta":{},"finish_reason":")" + std::string(reason) + R"("}]})";
    EXPECT_EQ("data: " + event + "\n\n", pass(*one, {event}));
    EXPECT_TRUE(one->progress().finished) << reason;
    EXPECT_FALSE(one->progress().fault) << reason;
  }
}

TEST_F(PassageTest, nothingComesAfterDone) {
  auto one = passage(plain);
  pass(*one, {kHi, kStop, "[DONE]"});
  EXPECT_EQ("", pass(*one, {kHi, "[DONE]"}));
}

struct UsageCase {
  const char* event;
  const char* expected;
};

TEST_F(PassageTest, usageIsTakenOutWhereverItStands) {
  for (
      const UsageCase& one : {
          UsageCase{
              R"({"choices":[{"delta":{"content":"x"}}],"usage":{"prompt_tokens":1,"a":{"b":"}\""}}})",
              R"({"choices":[{"delta":{"content":"x"}}]})"},
          {R"({"usage": null, "choices":[{"delta":{"content":"\"usage\":null,"}}]})",
           R"({ "choices":[{"delta":{"content":"\"usage\":null,"}}]})"},
          {R"({"x_groq":{"usage":{"prompt_tokens":3}},"usage":null,"choices":[{"delta":{}}]})",
           R"({"x_groq":{"usage":{"prompt_tokens":3}},"choices":[{"delta":{}}]})"},
          {R"({"choices":[{"delta":{"content":"usage"},"usage":null}],"usage":null,"p":"x"})",
           R"({"choices":[{"delta":{"content":"usage"},"usage":null}],"p":"x"})"},
          {R"({"choices":[{"delta":{}}],"\"usage":null,"usage":null})",
           R"({"choices":[{"delta":{}}],"\"usage":null})"},
          {R"({"choices":[{"delta":{}}],"a":"usage","usage":null})",
           R"({"choices":[{"delta":{}}],"a":"usage"})"},
          {R"({"a":[1,{"b":"c"}] , "usage" : null , "choices":[{"delta":{}}]})",
           R"({"a":[1,{"b":"c"}] , "choices":[{"delta":{}}]})"},
      }) {
    auto passing = passage(plain);
    EXPECT_EQ("data: " + std::string(one.expected) + "\n\n", pass(*passing, {one.event}));
    auto asking = passage(withUsage);
    EXPECT_EQ("data: " + std::string(one.event) + "\n\n", pass(*asking, {one.event}));
  }
}

TEST_F(PassageTest, anEmptyFinishReasonIsNone) {
  auto one = passage(plain);
  pass(*one, {R"({"choices":[{"index":0,"delta":{"role":"assistant"},"finish_reason":""}]})"});
  EXPECT_FALSE(one->progress().content);
  EXPECT_FALSE(one->progress().finished);
  pass(*one, {R"({"choices":[{"index":0,"delta":{},"finish_reason":"error"}]})"});
  EXPECT_TRUE(one->progress().fault);
}

TEST_F(PassageTest, eachChoiceNeedsItsOwnFinish) {
  auto one = passage(R"({"model":"m","n":2,"stream":true,"messages":[1]})");
  pass(*one, {R"({"choices":[{"index":0,"delta":{"content":"a"},"finish_reason":"stop"}]})"});
  EXPECT_FALSE(one->progress().finished);
  pass(*one, {R"({"choices":[{"index":1,"delta":{"content":"b"}}]})"});
  EXPECT_FALSE(one->progress().finished);
  pass(*one, {R"({"choices":[{"index":1,"delta":{},"finish_reason":"length"}]})"});
  EXPECT_TRUE(one->progress().finished);
}

TEST_F(PassageTest, doneWithoutAFinishReasonIsNoEnd) {
  auto one = passage(plain);
  const std::string out = pass(*one, {kHi, "[DONE]"});
  EXPECT_FALSE(one->progress().ended);
  EXPECT_TRUE(one->progress().fault);
  EXPECT_EQ(out.npos, out.find("[DONE]"));
}

TEST_F(PassageTest, aMissingDoneIsSupplied) {
  auto one = passage(plain);
  pass(*one, {kHi, kStop});
  EXPECT_TRUE(one->progress().finished);
  std::string out;
  one->close(out);
  EXPECT_EQ("data: [DONE]\n\n", out);
}

TEST_F(PassageTest, errorsInsideAStreamAreFaults) {
  auto one = passage(plain);
  pass(
      *one,
      {R"({"error":{"message":"too long","type":"invalid_request_error","code":"context_length_exceeded","param":"messages"}})"});
  ASSERT_TRUE(one->progress().fault);
  EXPECT_EQ(plugins::Reason::contextLength, one->progress().fault->reason);
  EXPECT_EQ("too long", one->progress().fault->message);
  EXPECT_EQ("messages", one->progress().fault->param);
  auto two = passage(plain);
  pass(
      *two,
      {R"({"id":"x","error":{"code":429,"message":"slow"},"choices":[{"index":0,"delta":{"content":""},"finish_reason":"error"}]})"});
  EXPECT_EQ(plugins::Reason::rateLimit, two->progress().fault->reason);
  EXPECT_EQ(429, two->progress().fault->httpStatus);
  auto flagged = passage(plain);
  pass(*flagged, {R"({"error":{"code":403,"message":"no","metadata":{"reasons":["violence"]}}})"});
  EXPECT_EQ(plugins::Reason::contentFilter, flagged->progress().fault->reason);
  EXPECT_EQ(403, flagged->progress().fault->httpStatus);
  auto three = passage(plain);
  pass(*three, {R"({"error":"plain words"})"});
  EXPECT_EQ("plain words", three->progress().fault->message);
}

TEST_F(PassageTest, codesOfErrorsMeanWhatTheySay) {
  using plugins::Reason;
  for (const auto& [code, reason] : {std::pair{"invalid_api_key", Reason::key},
                                     {"context_length_exceeded", Reason::contextLength},
                                     {"model_not_found", Reason::modelNotFound},
                                     {"rate_limit_exceeded", Reason::rateLimit},
                                     {"insufficient_quota", Reason::quota},
                                     {"content_filter", Reason::contentFilter},
                                     {"unsupported_parameter", Reason::badRequest}}) {
    auto one = passage(plain);
    pass(*one, {R"({"error":{"message":"m","type":"invalid_request_error","param":null,"code":")" +
                std::string(code) + R"("}})"});
    ASSERT_TRUE(one->progress().fault) << code;
    EXPECT_EQ(reason, one->progress().fault->reason) << code;
    EXPECT_EQ(code, one->progress().fault->symbol);
    EXPECT_EQ("", one->progress().fault->param);
  }
}

// The official client throws on what is true in its language, and so on nothing of these.
TEST_F(PassageTest, whatNoClientTakesForAnErrorIsNone) {
  for (const char* none : {"null", "false", "\"\"", "0"}) {
    auto one = passage(plain);
    const std::string event = R"({"error":)" + std::string(none) + R"(,"choices":[]})";
    EXPECT_EQ("data: " + event + "\n\n", pass(*one, {event}));
    EXPECT_FALSE(one->progress().fault) << none;
  }
  for (const char* error : {"true", "{}", "[]", "1"}) {
    auto one = passage(plain);
    EXPECT_EQ("", pass(*one, {R"({"error":)" + std::string(error) + R"(,"choices":[]})"}));
    EXPECT_TRUE(one->progress().fault) << error;
  }
}

// vLLM's own form, LM Studio's event of that name, and Google's array.
TEST_F(PassageTest, errorsOfEveryFormAreFaults) {
  for (const char* data :
       {R"({"object":"error","message":"Too many tokens.","type":"rate_limit_error","code":429})",
        R"([{"error":{"message":"Too many tokens.","code":429,"status":"RESOURCE_EXHAUSTED"}}])"}) {
    auto one = passage(plain);
    EXPECT_EQ("", pass(*one, {data}));
    ASSERT_TRUE(one->progress().fault) << data;
    EXPECT_EQ("Too many tokens.", one->progress().fault->message);
    EXPECT_EQ(plugins::Reason::rateLimit, one->progress().fault->reason);
  }
  wire::SseBlock block;
  block.event = "error";
  block.data = R"({"message":"The engine is overloaded","type":"overloaded_error"})";
  block.hasData = true;
  std::string out;
  auto named = passage(plain);
  named->block(block, out);
  ASSERT_TRUE(named->progress().fault);
  EXPECT_EQ("The engine is overloaded", named->progress().fault->message);
  EXPECT_EQ(plugins::Reason::overloaded, named->progress().fault->reason);
}

// Mistral's thoughts, Groq's channel, xAI's whole call without a finish reason, DeepSeek's nulls.
TEST_F(PassageTest, piecesOfEveryFormAreContent) {
  for (
      const char* choice :
      {R"({"index":0,"delta":{"content":[{"type":"thinking","thinking":[{"type":"text","text":"Hm"}]}]},"finish_reason":null})",
       R"({"index":0,"delta":{"channel":"analysis","reasoning":"Hm"},"finish_reason":null})",
       R"({"index":0,"delta":{"tool_calls":[{"id":"c","function":{"name":"f","arguments":"{}"},"index":0,"type":"function"}]}})",
       R"({"index":0,"delta":{"content":null,"reasoning_content":"Hm"},"finish_reason":null})"}) {
    auto one = passage(plain);
    pass(*one, {R"({"choices":[)" + std::string(choice) + "]}"});
    EXPECT_TRUE(one->progress().content) << choice;
    EXPECT_FALSE(one->progress().finished) << choice;
    EXPECT_FALSE(one->progress().fault) << choice;
  }
}

TEST_F(PassageTest, whatIsNoJsonIsAFault) {
  for (const char* data :
       {"{", "nonsense", "[]", "7", R"({"choices":[{"delta":{"content":"a}}]})"}) {
    auto one = passage(plain);
    EXPECT_EQ("", pass(*one, {data}));
    EXPECT_TRUE(one->progress().fault) << data;
  }
}

TEST_F(PassageTest, numbersOfAnySizeAreNoFault) {
  auto one = passage(plain);
  const std::string event =
      R"({"seed":12345678901234567890123,"tiny":-1.5e-999,"huge":1e999,"choices":[{"index":0,"delta":{"content":"12345678901234567890123 \" 1e999"}}]})";
  EXPECT_EQ("data: " + event + "\n\n", pass(*one, {event}));
  EXPECT_TRUE(one->progress().content);
  auto two = passage(plain);
  pass(*two, {R"({"seed":1234567890.1234567890.123})"});
  EXPECT_TRUE(two->progress().fault);
}

TEST_F(PassageTest, aWholeAnswerMustHaveChoices) {
  const char* whole = R"({"model":"m","messages":[1]})";
  auto good = passage(whole);
  good->whole(
      R"({"choices":[{"index":0,"message":{"content":"Hi"},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":1,"total_tokens":4}})");
  EXPECT_FALSE(good->progress().fault);
  EXPECT_EQ(3u, good->progress().usage->input);
  for (const char* body :
       {R"({"choices":[]})", "{}", R"({"choices":[{)", R"({"error":{"message":"x"}})", "<html>"}) {
    auto bad = passage(whole);
    bad->whole(body);
    EXPECT_TRUE(bad->progress().fault) << body;
  }
}

plugins::Usage usageTold(const std::string& members) {
  std::string body = R"({"model":"m","messages":[1]})";
  const auto inquiry = parsed(body);
  auto passage = inquiry->passage();
  passage->whole(R"({"choices":[{"message":{}}],)" + members + "}");
  return passage->progress().usage.value_or(plugins::Usage());
}

TEST(OpenAiUsage, xaiCountsReasoningBesideTheCompletion) {
  EXPECT_EQ(
      (plugins::Usage{196, 0, 0, 26, 291}),
      usageTold(
          R"("usage":{"prompt_tokens":196,"completion_tokens":26,"total_tokens":513,"completion_tokens_details":{"reasoning_tokens":291}})"));
}

TEST(OpenAiUsage, geminisTotalAloneTellsOfItsThoughts) {
  EXPECT_EQ((plugins::Usage{15, 0, 0, 5, 40}),
            usageTold(R"("usage":{"prompt_tokens":15,"completion_tokens":5,"total_tokens":60})"));
}

TEST(OpenAiUsage, whatWasCachedHasManyNames) {
  for (const char* cached : {R"("prompt_tokens_details":{"cached_tokens":32})",
                             R"("prompt_cache_hit_tokens":32)", R"("cached_tokens":32)"}) {
    EXPECT_EQ((plugins::Usage{7, 32, 0, 3, 0}),
              usageTold(R"("usage":{"prompt_tokens":39,"completion_tokens":3,"total_tokens":42,)" +
                        std::string(cached) + "}"));
  }
}

TEST(OpenAiUsage, groqsStandsAsideWhereThereIsNoOther) {
  const std::string aside =
      R"("x_groq":{"id":"r","usage":{"prompt_tokens":36,"completion_tokens":2,"total_tokens":38}})";
  EXPECT_EQ((plugins::Usage{36, 0, 0, 2, 0}), usageTold(aside));
  const std::string own =
      R"("usage":{"prompt_tokens":36,"completion_tokens":2,"total_tokens":38,"completion_tokens_details":{"reasoning_tokens":1}})";
  for (const std::string& both : {own + "," + aside, aside + "," + own})
    EXPECT_EQ((plugins::Usage{36, 0, 0, 1, 1}), usageTold(both));
}

}  // namespace
}  // namespace sluice::dialects
