#include "dialects/own_names.hpp"

#include <gtest/gtest.h>

#include "dialects/anthropic_names.hpp"
#include "dialects/openai_responses.hpp"

namespace sluice::dialects {
namespace {

using Pairs = std::vector<std::pair<const char*, const char*>>;

TEST(OwnNames, MembersOfTheRequestAreNamedAsTheMessagesApiNamesThem) {
  for (const auto& [canonical, own] : Pairs{{"stop", "stop_sequences"},
                                            {"reasoning_budget", "thinking.budget_tokens"},
                                            {"response_format", "output_config.format"},
                                            {"user", "metadata.user_id"},
                                            {"top_k", "top_k"},
                                            {"tools[0].type", "tools[0].type"}}) {
    EXPECT_EQ(anthropicNameOf(canonical, "{}"), own);
  }
}

TEST(OwnNames, BlocksOfTheMessagesApiAreFoundWhereTheyWereSent) {
  const std::string picture = R"({"type":"image","source":{"type":"url","url":"https://a/b"}})";
  const std::string text = R"({"type":"text","text":"x"})";
  const std::string body =
      R"({"system":[{"type":"text","text":"x-anthropic-billing-header: a\nBe brief"}],"messages":[)"
      R"({"role":"system","content":""},)"
      R"({"role":"user","content":[)" +
      text + "," + picture +
      R"(]},{"role":"assistant","content":[{"type":"thinking","thinking":"a","signature":"s"},)" +
      text +
      R"(,{"type":"tool_use","id":"c","name":"f","input":{}},{"type":"tool_use","id":"d","name":"f","input":{}}]},)"
      R"({"role":"user","content":[{"type":"tool_result","tool_use_id":"c","content":"1"},)" +
      text + R"(,{"type":"tool_result","tool_use_id":"d","content":[)" + text + "," + picture +
      R"(]},)" + picture + "]}]}";
  for (const auto& [canonical, own] :
       Pairs{{"messages[0].content", "system"},
             {"messages[1].content[1].image_url.url", "messages[1].content[1].source"},
             {"messages[2].content[0].text", "messages[2].content[1].text"},
             {"messages[2].tool_calls[1].function.arguments", "messages[2].content[3].input"},
             {"messages[3].tool_call_id", "messages[3].content[0].tool_use_id"},
             {"messages[4].content[1].image_url.url", "messages[3].content[2].content[1].source"},
             {"messages[5].content[1].image_url", "messages[3].content[3].source"},
             {"messages[5].role", "messages[3].role"},
             {"messages[6].content", "messages"},
             {"messages", "messages"}}) {
    EXPECT_EQ(anthropicNameOf(canonical, body), own) << canonical;
  }
  const std::string alone =
      R"({"messages":[{"role":"user","content":[{"type":"tool_result","tool_use_id":"c"}]},)"
      R"({"role":"user","content":"x"}]})";
  EXPECT_EQ(anthropicNameOf("messages[1].content", alone), "messages[1].content");
}

TEST(OwnNames, ItemsOfTheResponsesApiAreFoundWhereTheyWereSent) {
  std::string body =
      R"({"model":"m","instructions":"Be brief","input":[)"
      R"({"role":"user","content":[{"type":"input_text","text":"a"},{"type":"input_image","image_url":"https://a/b"},{"type":"input_file","file_data":"x"}]},)"
      R"({"type":"reasoning","id":"r","summary":[]},)"
      R"({"type":"function_call","call_id":"c","name":"f","arguments":"{}"},)"
      R"({"type":"function_call_output","call_id":"c","output":[{"type":"input_text","text":"a"},{"type":"input_image","image_url":"https://a/b"}]}]})";
  calls::Problem problem;
  const auto inquiry = parseOpenAiResponses(body, {}, problem);
  ASSERT_TRUE(inquiry) << problem.message;
  for (const auto& [canonical, own] :
       Pairs{{"messages[0].content", "instructions"},
             {"messages[1].content[1].image_url.url", "input[0].content[1].image_url"},
             {"messages[1].content[2].file.file_data", "input[0].content[2].file_data"},
             {"messages[2].tool_calls[0].function.arguments", "input[1]"},
             {"messages[3].content[1].image_url.url", "input[3].output[1].image_url"},
             {"messages[3].tool_call_id", "input[3]"},
             {"messages[4].content", "input"},
             {"max_completion_tokens", "max_output_tokens"},
             {"reasoning_effort", "reasoning.effort"},
             {"seed", "seed"}}) {
    EXPECT_EQ(inquiry->nameOf(canonical), own) << canonical;
  }
}

}  // namespace
}  // namespace sluice::dialects
