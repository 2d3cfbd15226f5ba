#include "openai/habits.hpp"

#include <gtest/gtest.h>

#include <sluice/testing.hpp>

namespace {

using namespace sluice::testing;

openai::Habits habits(std::string_view settings) {
  return openai::habitsOf(sluice::Settings(settings));
}

std::string sent(std::string_view settings, std::string_view body) {
  return openai::suited(body, habits(settings)).body.value_or("as it is");
}

struct Case {
  const char *settings, *from, *to;
};

TEST(Habits, areMetAndAllElseStays) {
  for (
      const Case& one : {
          Case{R"({})", R"({"max_tokens":1,"messages":[{"role":"developer"}]})", "as it is"},
          {R"({"developer":"system"})",
           R"({"messages":[{"role":"developer","content":"a"},{"role":"user","content":"b"}],"seed":1.0})",
           R"({"messages":[{"role":"system","content":"a"},{"role":"user","content":"b"}],"seed":1.0})"},
          {R"({"developer":"system"})", R"({"messages":[{"role":"system"}]})", "as it is"},
          {R"({"limit":"max_tokens"})", R"({"max_completion_tokens":9})", R"({"max_tokens":9})"},
          {R"({"limit":"max_tokens"})", R"({"max_tokens":1,"max_completion_tokens":9})",
           R"({"max_tokens":9})"},
          {R"({"limit":"max_tokens"})", R"({"max_tokens":9})", "as it is"},
          {R"({"limit":"max_completion_tokens"})", R"({"max_tokens":9})",
           R"({"max_completion_tokens":9})"},
          {R"({"omit":["user","messages.name"]})",
           R"({"user":"u","name":"n","messages":[{"role":"user","name":"x","content":"c"},null]})",
           R"({"name":"n","messages":[{"role":"user","content":"c"},null]})"},
          {R"({"omit":["messages.tool_calls.extra_content"]})",
           R"({"messages":[{"role":"assistant","tool_calls":[{"id":"c","extra_content":{}},null]}]})",
           R"({"messages":[{"role":"assistant","tool_calls":[{"id":"c"},null]}]})"},
      })
    EXPECT_EQ(one.to, sent(one.settings, one.from));
}

// DeepSeek wants its thoughts back while tools are called, and refuses them else.
TEST(Habits, thoughtsGoBackWithCallsOfToolsAlone) {
  const openai::Suited out = openai::suited(
      R"({"messages":[{"role":"assistant","content":"a","reasoning_content":"b"},{"role":"assistant","content":"c","reasoning_content":"d","tool_calls":[]},{"role":"assistant","content":null,"reasoning_content":"e","tool_calls":[{"id":"x"}]}]})",
      habits(R"({"tool_thoughts":true})"));
  EXPECT_EQ(
      R"({"messages":[{"role":"assistant","content":"a"},{"role":"assistant","content":"c","tool_calls":[]},{"role":"assistant","content":null,"reasoning_content":"e","tool_calls":[{"id":"x"}]}]})",
      out.body);
  EXPECT_EQ((std::vector<std::string>{"messages.reasoning_content"}), out.omitted);
  EXPECT_EQ("as it is", sent(R"({"tool_thoughts":true})", R"({"messages":[{"content":"a"}]})"));
}

TEST(Habits, whatIsOmittedIsTold) {
  const openai::Suited out = openai::suited(
      R"({"user":"u","messages":[{"role":"user","name":"x"},{"role":"user","name":"y"}]})",
      habits(R"({"omit":["user","store","messages.name"]})"));
  EXPECT_EQ((std::vector<std::string>{"user", "messages.name"}), out.omitted);
}

// Mistral refuses ids that are not nine letters and digits.
TEST(Habits, idsOfToolCallsAreShortAndStillPaired) {
  const std::string out = sent(
      R"({"short_tool_ids":true})",
      R"({"messages":[{"role":"assistant","tool_calls":[{"id":"call_0123456789abcdef","function":{"name":"f"}},{"id":"aB3dE5gH7"},{"id":"call_0123456789abcdeg"}]},{"role":"tool","tool_call_id":"call_0123456789abcdef","content":"c"},{"role":"tool","tool_call_id":"aB3dE5gH7","content":"d"}]})");
  sluice::json::Document document;
  ASSERT_TRUE(document.parse(out));
  const auto messages = document.root()["messages"];
  const auto calls = messages[std::size_t{0}]["tool_calls"];
  const std::string id(calls[std::size_t{0}]["id"].string());
  EXPECT_EQ(9u, id.size());
  EXPECT_EQ(std::string::npos, id.find('_'));
  EXPECT_EQ(id, messages[1]["tool_call_id"].string());
  EXPECT_EQ("f", calls[std::size_t{0}]["function"]["name"].string());
  EXPECT_EQ("aB3dE5gH7", calls[1]["id"].string());
  EXPECT_EQ("aB3dE5gH7", messages[2]["tool_call_id"].string());
  EXPECT_NE(id, calls[2]["id"].string());
}

// Perplexity wants system messages first, then user and assistant in turns.
TEST(Habits, rolesAlternate) {
  for (
      const Case& one : {
          Case{
              "",
              R"({"messages":[{"role":"user","content":"a"},{"role":"user","content":"b"},{"role":"assistant","content":"c"},{"role":"developer","content":"s"},{"role":"assistant","content":null},{"role":"user","content":"d"}]})",
              R"({"messages":[{"role":"system","content":"s"},{"role":"user","content":"a\n\nb"},{"role":"assistant","content":"c"},{"role":"user","content":"d"}]})"},
          {"",
           R"({"messages":[{"role":"user","content":"a"},{"role":"user","content":[{"type":"image_url","image_url":{"url":"u"}}]}]})",
           R"({"messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"image_url","image_url":{"url":"u"}}]}]})"},
          {"",
           R"({"messages":[{"role":"assistant","tool_calls":[]},{"role":"assistant","content":"c"},{"role":"tool","content":"t"},{"role":"tool","content":"u"}]})",
           R"({"messages":[{"role":"assistant","tool_calls":[]},{"role":"assistant","content":"c"},{"role":"tool","content":"t"},{"role":"tool","content":"u"}]})"},
      })
    EXPECT_EQ(one.to, sent(R"({"alternate":true,"developer":"system"})", one.from));
}

TEST(Habits, thatMakeNoSenseAreRefused) {
  for (const char* settings :
       {R"({"limit":"tokens"})", R"({"developer":"user"})", R"({"alternate":1})",
        R"({"short_tool_ids":"yes"})", R"({"omit":"user"})", R"({"omit":[1]})",
        R"({"omit":["messages"]})", R"({"omit":["messages.role"]})"})
    EXPECT_THROW(habits(settings), sluice::Error) << settings;
}

TEST(Habits, areKeptForBothDialectsAndToldToTheHost) {
  Host host;
  const Instance openai("sluice.openai", host,
                        R"({"limit":"max_tokens","omit":["store"],"developer":"system"})");
  for (const char* dialect : {"sluice.chat/1", "openai.chat"}) {
    HttpRequest http;
    sluice_error error = emptyError();
    const std::string body =
        R"({"max_completion_tokens":5,"store":false,"messages":[{"role":"developer","content":"x"}]})";
    sluice_request request = chat("m", body, false);
    request.dialect = str(dialect);
    ASSERT_EQ(SLUICE_OK, openai.codec()->encode(openai.get(), &request, http.out(), &error));
    ASSERT_EQ(1u, http.dropped.size());
    EXPECT_EQ("store", http.dropped[0].field);
    EXPECT_EQ(static_cast<std::uint32_t>(SLUICE_DROPPED_HINT), http.dropped[0].weight);
    EXPECT_EQ(R"({"max_tokens":5,"messages":[{"role":"system","content":"x"}]})", http.body);
  }
}

}  // namespace
