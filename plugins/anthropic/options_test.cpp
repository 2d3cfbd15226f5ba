// What becomes of all that a canonical request says beside its conversation, its tools and its
// format.
#include "../testing/requests.hpp"
#include "request.hpp"

namespace {

using namespace sluice::testing;

// The body that is sent, or the error as one line.
std::string sent(std::string_view body, std::string_view config = "{}") {
  return sentBy("sluice.anthropic", body, "m", config).body;
}

// A member of the body that is sent, as JSON; empty if it is not there.
std::string member(std::string_view name, std::string_view body, std::string_view config = "{}") {
  return sluice::testing::member(name, sentBy("sluice.anthropic", body, "m", config));
}

const std::string kUser = R"({"role":"user","content":"Hi"})";

// A request of one message that also says this.
std::string withHi(const std::string& rest) {
  return R"({"messages":[)" + kUser + "]," + rest + "}";
}

const std::string kTool =
    R"({"type":"function","function":{"name":"f","parameters":{"type":"object"}}})";

std::string format(const std::string& model, const std::string& strict) {
  return R"("model":")" + model +
         R"(","response_format":{"type":"json_schema","json_schema":{"name":"r",)" + strict +
         R"("schema":{"type":"object","additionalProperties":false}}})";
}

TEST(Limits, AreAlwaysSent) {
  EXPECT_EQ(member("max_tokens", withHi(R"("max_tokens":7)")), "7");
  EXPECT_EQ(member("max_tokens", withHi(R"("max_tokens":7,"max_completion_tokens":9)")), "9");
  EXPECT_EQ(member("max_tokens", withHi(R"("max_tokens":null)")), "8192");
  EXPECT_EQ(member("max_tokens", withHi(R"("n":1)"), R"({"max_tokens":100})"), "100");
  EXPECT_NE(sent(withHi(R"("max_tokens":"7")")).find("param=\"max_tokens\""), std::string::npos);
}

// The upstream refuses max_tokens above the model's longest answer: the default was too long too.
TEST(Limits, AreNotLongerThanTheModelsLongestAnswer) {
  const auto limit = [](const std::string& model, const std::string& rest) {
    return member("max_tokens", withHi(R"("model":")" + model + "\"" + rest));
  };
  const std::string most = R"(,"max_tokens":200000)";
  EXPECT_EQ(limit("claude-3-haiku-20240307", ""), "4096");
  EXPECT_EQ(limit("claude-3-opus-20240229", most), "4096");
  EXPECT_EQ(limit("claude-3-5-haiku-20241022", most), "8192");
  EXPECT_EQ(limit("claude-3-7-sonnet-20250219", most), "128000");
  EXPECT_EQ(limit("claude-opus-4-20250514", most), "32000");
  EXPECT_EQ(limit("claude-opus-4-1-20250805", most), "32000");
  EXPECT_EQ(limit("claude-sonnet-4-20250514", most), "64000");
  EXPECT_EQ(limit("claude-opus-4-5-20251101", most), "64000");
  EXPECT_EQ(limit("claude-haiku-4-5", R"(,"max_tokens":63999)"), "63999");
  EXPECT_EQ(limit("claude-opus-4-6", most), "200000");
  EXPECT_EQ(limit("other", most), "200000");
}

TEST(Sampling, IsKeptInsideWhatTheUpstreamTakes) {
  const std::string claude = R"("model":"claude-3-5-haiku-20241022",)";
  EXPECT_EQ(member("temperature", withHi(R"("temperature":0.70)")), "0.70");
  EXPECT_EQ(member("temperature", withHi(R"("temperature":1.5)")), "1");
  EXPECT_EQ(member("temperature", withHi(R"("temperature":-1)")), "0");
  EXPECT_EQ(member("temperature", withHi(R"("temperature":null)")), "");
  EXPECT_EQ(member("top_p", withHi(R"("top_p":0.9)")), "0.9");
  EXPECT_EQ(member("top_k", withHi(R"("top_k":40)")), "40");
  EXPECT_EQ(member("top_p", withHi(claude + R"("temperature":1,"top_p":0.9)")), "0.9");
  EXPECT_NE(sent(withHi(R"("temperature":"hot")")).find("param=\"temperature\""),
            std::string::npos);
}

TEST(Sampling, IsLeftOutWhereTheModelRefusesIt) {
  for (const char* model : {"claude-sonnet-4-5", "claude-opus-4-1-20250805", "claude-sonnet-4.6"}) {
    const std::string body =
        withHi(R"("model":")" + std::string(model) + R"(","temperature":0.5,"top_p":0.9)");
    EXPECT_EQ(member("temperature", body), "0.5") << model;
    EXPECT_EQ(member("top_p", body), "") << model;
  }
  for (const char* model :
       {"claude-opus-4-7", "claude-opus-4.8", "claude-sonnet-5", "claude-fable-5",
        "claude-mythos-preview", "vendor/claude-4.7-opus@20260416"}) {
    const std::string body = withHi(R"("model":")" + std::string(model) +
                                    R"(","temperature":0.5,"top_p":0.9,"top_k":4)");
    for (const char* name : {"temperature", "top_p", "top_k"})
      EXPECT_EQ(member(name, body), "") << model << name;
  }
}

TEST(Stops, AreAListWithoutBlanks) {
  EXPECT_EQ(member("stop_sequences", withHi(R"("stop":"END")")), R"(["END"])");
  EXPECT_EQ(member("stop_sequences", withHi(R"("stop":["\n","a","","b\n"])")), R"(["a","b\n"])");
  EXPECT_EQ(member("stop_sequences", withHi(R"("stop":["\n\n"])")), "");
  EXPECT_EQ(member("stop_sequences", withHi(R"("stop":null)")), "");
  EXPECT_NE(sent(withHi(R"("stop":[3])")).find("param=\"stop\""), std::string::npos);
}

TEST(User, IsTold) {
  EXPECT_EQ(member("metadata", withHi(R"("user":"u-7")")), R"({"user_id":"u-7"})");
  EXPECT_EQ(member("metadata", withHi(R"("safety_identifier":"s-8")")), R"({"user_id":"s-8"})");
  EXPECT_EQ(member("metadata", withHi(R"("user":")" + std::string(300, 'x') + "\"")), "");
}

// What is asked for as reasoning, with what becomes of the limit.
std::string thinking(const std::string& rest, std::string_view config = "{}") {
  return member("thinking", withHi(rest), config) + " " +
         member("max_tokens", withHi(rest), config);
}
std::string budget(int tokens, int limit) {
  return R"({"type":"enabled","budget_tokens":)" + std::to_string(tokens) + "} " +
         std::to_string(limit);
}

TEST(Thinking, HasABudgetBelowTheLimit) {
  EXPECT_EQ(thinking(R"("reasoning_effort":"none")"), " 8192");
  EXPECT_EQ(thinking(R"("reasoning_effort":null)"), " 8192");
  EXPECT_EQ(thinking(R"("reasoning_effort":"minimal")"), budget(1024, 9216));
  EXPECT_EQ(thinking(R"("reasoning_effort":"low")"), budget(2048, 10240));
  EXPECT_EQ(thinking(R"("reasoning_effort":"medium")"), budget(8192, 16384));
  EXPECT_EQ(thinking(R"("reasoning_effort":"high")"), budget(16384, 24576));
  EXPECT_EQ(thinking(R"("reasoning_effort":"xhigh")"), budget(20480, 28672));
  EXPECT_EQ(thinking(R"("reasoning_effort":"max")"), budget(23552, 31744));
  EXPECT_EQ(thinking(R"("reasoning_budget":5000)"), budget(5000, 13192));
  EXPECT_EQ(thinking(R"("reasoning_budget":5)"), budget(1024, 9216));
  EXPECT_EQ(thinking(R"("reasoning_budget":0)"), " 8192");
  EXPECT_EQ(thinking(R"("reasoning_budget":5000,"reasoning_effort":"low")"), budget(5000, 13192));
  EXPECT_NE(thinking(R"("reasoning_effort":"huge")").find("param=\"reasoning_effort\""),
            std::string::npos);
  EXPECT_NE(thinking(R"("reasoning_budget":-1)").find("param=\"reasoning_budget\""),
            std::string::npos);
}

TEST(Thinking, FitsIntoTheLimitOfTheRequest) {
  EXPECT_EQ(thinking(R"("max_tokens":4000,"reasoning_effort":"high")"), budget(2000, 4000));
  EXPECT_EQ(thinking(R"("max_tokens":64000,"reasoning_effort":"high")"), budget(16384, 64000));
  EXPECT_EQ(thinking(R"("max_tokens":4000,"reasoning_budget":3999)"), budget(3999, 4000));
  EXPECT_EQ(thinking(R"("max_tokens":4000,"reasoning_budget":4000)"), budget(2000, 4000));
  EXPECT_EQ(thinking(R"("max_tokens":2000,"reasoning_effort":"low")"), " 2000");
}

TEST(Thinking, FitsIntoTheModelsLongestAnswer) {
  const std::string opus = R"("model":"claude-opus-4-1","reasoning_budget":)";
  EXPECT_EQ(thinking(opus + "31000"), budget(31000, 32000));
  EXPECT_EQ(thinking(opus + "32000"), budget(16000, 32000));
  EXPECT_EQ(thinking(opus + R"(50000,"max_tokens":60000)"), budget(16000, 32000));
}

TEST(Thinking, IsLeftOutWhereTheModelCannot) {
  const std::string effort = R"("reasoning_effort":"low","model":)";
  for (const char* model : {"claude-3-haiku-20240307", "claude-3-5-sonnet-20241022"}) {
    const std::string body = withHi(effort + "\"" + model + "\"");
    EXPECT_EQ(member("thinking", body), "") << model;
    EXPECT_EQ(sentBy("sluice.anthropic", body, "m", "{}").dropped, "reasoning_effort") << model;
  }
  EXPECT_EQ(
      member("thinking", withHi(effort + R"("claude-3-5-haiku")"), R"({"thinking":"budget"})"),
      R"({"type":"enabled","budget_tokens":2048})");
}

TEST(Thinking, IsAdaptiveWhereBudgetsAreRefused) {
  const auto asked = [](const std::string& rest, std::string_view config = "{}") {
    return member("thinking", withHi(rest), config) + member("output_config", withHi(rest), config);
  };
  const std::string adaptive = R"({"type":"adaptive","display":"summarized"})";
  EXPECT_EQ(asked(R"("model":"claude-opus-4-7","reasoning_effort":"xhigh")"),
            adaptive + R"({"effort":"xhigh"})");
  EXPECT_EQ(asked(R"("model":"claude-opus-4-6","reasoning_effort":"xhigh")"),
            adaptive + R"({"effort":"high"})");
  EXPECT_EQ(asked(R"("model":"claude-sonnet-4-6","reasoning_effort":"minimal")"),
            adaptive + R"({"effort":"low"})");
  EXPECT_EQ(asked(R"("model":"claude-opus-4-8","reasoning_budget":8000)"),
            adaptive + R"({"effort":"medium"})");
  EXPECT_EQ(asked(R"("model":"claude-opus-4-8","reasoning_budget":99000)"),
            adaptive + R"({"effort":"max"})");
  EXPECT_EQ(asked(R"("model":"claude-opus-4-5-20251101","reasoning_effort":"low")"),
            R"({"type":"enabled","budget_tokens":2048})");
  EXPECT_EQ(asked(R"("model":"other","reasoning_effort":"low")", R"({"thinking":"adaptive"})"),
            adaptive + R"({"effort":"low"})");
  EXPECT_EQ(
      asked(R"("model":"claude-opus-4-6","reasoning_effort":"low")", R"({"thinking":"budget"})"),
      R"({"type":"enabled","budget_tokens":2048})");
  EXPECT_EQ(asked(R"("reasoning_effort":"low",)" + format("claude-opus-4-7", R"("strict":true,)")),
            adaptive + R"({"effort":"low","format":{"type":"json_schema","schema":)"
                       R"({"type":"object","additionalProperties":false}}})");
}

TEST(Thinking, IsForbiddenWhereTheModelThinksUnasked) {
  EXPECT_EQ(thinking(R"("model":"claude-sonnet-5","reasoning_effort":"none")"),
            R"({"type":"disabled"} 8192)");
  EXPECT_EQ(thinking(R"("model":"claude-sonnet-5")"), " 8192");
  EXPECT_EQ(thinking(R"("model":"claude-fable-5","reasoning_effort":"none")"), " 8192");
  EXPECT_EQ(thinking(R"("model":"claude-opus-4-7","reasoning_effort":"none")"), " 8192");
  EXPECT_EQ(
      thinking(R"("model":"claude-sonnet-5","tool_choice":"required","tools":[)" + kTool + "]"),
      R"({"type":"disabled"} 8192)");
}

TEST(Thinking, LeavesOutTheSamplingThatItExcludes) {
  const std::string rest = R"("reasoning_effort":"low","temperature":0.2,"top_k":3,"top_p":)";
  for (const char* name : {"temperature", "top_k", "top_p"})
    EXPECT_EQ(member(name, withHi(rest + "0.9")), "") << name;
  EXPECT_EQ(member("top_p", withHi(rest + "0.97")), "0.97");
}

TEST(Thinking, GivesWayToAToolThatMustBeCalled) {
  const std::string low = R"("reasoning_effort":"low","tools":[)" + kTool + "]";
  EXPECT_EQ(thinking(low), budget(2048, 10240));
  EXPECT_EQ(thinking(low + R"(,"tool_choice":"none")"), budget(2048, 10240));
  EXPECT_EQ(thinking(low + R"(,"tool_choice":"required")"), " 8192");
  EXPECT_EQ(thinking(R"("reasoning_effort":"low",)" + format("m", "")), " 8192");
}

}  // namespace
