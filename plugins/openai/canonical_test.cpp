#include "openai/canonical.hpp"

#include <gtest/gtest.h>

#include <sluice/testing.hpp>

namespace {

using namespace sluice::testing;

std::string sent(const std::string& body, const char* model = "m", openai::Known known = {}) {
  const sluice_request request = chat(model, body, false);
  sluice::Dropped dropped;
  return openai::withoutExtensions(sluice::Request(request), dropped, known).value_or("as it is");
}

// What is told to be left out.
std::string dropped(const std::string& body, const char* model = "m") {
  const sluice_request request = chat(model, body, false);
  sluice::Dropped dropped;
  openai::withoutExtensions(sluice::Request(request), dropped);
  std::string names;
  for (const auto& [name, weight] : dropped.members()) {
    EXPECT_EQ(SLUICE_DROPPED_HINT, weight);
    names.append(names.empty() ? "" : " ").append(name);
  }
  return names;
}

struct Pair {
  const char *from, *to;
};

TEST(Canonical, whatHoldsNoExtensionGoesOutAsItIs) {
  EXPECT_EQ("as it is", sent(R"({"messages":[{"role":"user","content":"x"}],"max_tokens":1})"));
}

TEST(Canonical, extensionsAreTakenOut) {
  for (
      const Pair& one : {
          Pair{R"({"top_k":5,"seed":1.0,"messages":[]})", R"({"seed":1.0,"messages":[]})"},
          {R"({"messages":[{"role":"user","content":[{"type":"text","text":"a","cache_control":{"type":"ephemeral"}}]}]})",
           R"({"messages":[{"role":"user","content":[{"type":"text","text":"a"}]}]})"},
          {R"({"tools":[{"type":"function","function":{"name":"f"},"cache_control":{}}],"messages":[]})",
           R"({"tools":[{"type":"function","function":{"name":"f"}}],"messages":[]})"},
          {R"({"messages":[{"role":"assistant","content":"a","reasoning_content":"b","reasoning_details":[{}]}]})",
           R"({"messages":[{"role":"assistant","content":"a"}]})"},
          {R"({"messages":[{"role":"tool","tool_call_id":"c","content":"no","is_error":true}]})",
           R"({"messages":[{"role":"tool","tool_call_id":"c","content":"no"}]})"},
          {R"({"messages":[{"role":"assistant","content":null,"tool_calls":[{"id":"c","extra_content":{"google":{}}}]}]})",
           R"({"messages":[{"role":"assistant","content":null,"tool_calls":[{"id":"c"}]}]})"},
          {R"({"reasoning_budget":4096,"messages":[]})",
           R"({"reasoning_effort":"medium","messages":[]})"},
          {R"({"reasoning_budget":4096,"reasoning_effort":"low","messages":[]})",
           R"({"reasoning_effort":"low","messages":[]})"},
          {R"({"reasoning_budget":0,"messages":[]})", R"({"messages":[]})"},
      })
    EXPECT_EQ(one.to, sent(one.from));
}

TEST(Canonical, imagesOfToolsAreShownBehindTheResults) {
  EXPECT_EQ(
      R"({"messages":[{"role":"tool","tool_call_id":"c","content":""},{"role":"tool","tool_call_id":"d","content":[{"type":"text","text":"t"}]},{"role":"user","content":[{"type":"image_url","image_url":{"url":"u"}},{"type":"image_url","image_url":{"url":"v"}}]},{"role":"user","content":"x"}]})",
      sent(
          R"({"messages":[{"role":"tool","tool_call_id":"c","content":[{"type":"image_url","image_url":{"url":"u"}}]},{"role":"tool","tool_call_id":"d","content":[{"type":"text","text":"t"},{"type":"image_url","image_url":{"url":"v"}}]},{"role":"user","content":"x"}]})"));
}

TEST(Canonical, theLimitHasTheNameThatTheModelTakes) {
  const char* body = R"({"max_tokens":9,"messages":[]})";
  for (const char* model : {"o3", "o4-mini", "openai/gpt-5.1", "gpt-6-mini"})
    EXPECT_EQ(R"({"max_completion_tokens":9,"messages":[]})", sent(body, model));
  for (const char* model : {"gpt-4o", "gpt-35-turbo", "gpt-oss-20b", "llama-3", "openrouter/olmo"})
    EXPECT_EQ("as it is", sent(body, model));
}

TEST(Canonical, thoughtsGoBackOnlyToWhoWantsThem) {
  const char* body =
      R"({"messages":[{"role":"assistant","reasoning_content":"b","tool_calls":[]},{"role":"assistant","reasoning_content":"c","content":"a"}]})";
  EXPECT_EQ(
      R"({"messages":[{"role":"assistant","reasoning_content":"b","tool_calls":[]},{"role":"assistant","content":"a"}]})",
      sent(body, "deepseek-reasoner"));
  EXPECT_EQ(
      R"({"messages":[{"role":"assistant","tool_calls":[]},{"role":"assistant","content":"a"}]})",
      sent(body, "gpt-4o"));
}

TEST(Canonical, proofsOfReasoningGoBackToWhoTakesThem) {
  const char* body =
      R"({"messages":[{"role":"assistant","reasoning_content":"a","reasoning_details":[{"type":"reasoning.text","text":"a","signature":"s","format":"anthropic"},{"type":"reasoning.encrypted","data":"g","format":"google"},{"type":"reasoning.encrypted","data":"d","format":"anthropic"}],"content":"b"}]})";
  const auto given = [&](const char* model) { return sent(body, model, {true, true}); };
  EXPECT_EQ(
      R"({"messages":[{"role":"assistant","reasoning_details":[{"type":"reasoning.text","text":"a","signature":"s","format":"anthropic-claude-v1","index":0},{"type":"reasoning.encrypted","data":"d","format":"anthropic-claude-v1","index":1}],"content":"b"}]})",
      given("anthropic/claude-haiku-4.5"));
  EXPECT_EQ(R"({"messages":[{"role":"assistant","content":"b"}]})", given("openai/gpt-4o"));
}

TEST(Canonical, marksOfCachesStayWhereTheyAreKnown) {
  const std::string body =
      R"({"messages":[{"role":"user","content":[{"type":"text","text":"a","cache_control":{"type":"ephemeral"}}]}]})";
  const auto given = [&](const char* model) { return sent(body, model, {false, true}); };
  EXPECT_EQ(body, given("anthropic/claude-haiku-4.5"));
  EXPECT_EQ(std::string::npos, given("openai/gpt-4o").find("cache_control"));
}

TEST(Canonical, whatIsLeftOutIsTold) {
  EXPECT_EQ(
      "top_k messages.is_error cache_control",
      dropped(
          R"({"top_k":5,"messages":[{"role":"tool","tool_call_id":"c","content":"no","is_error":true},)"
          R"({"role":"user","content":[{"type":"text","text":"a","cache_control":{"type":"ephemeral"}}]}]})"));
  EXPECT_EQ("cache_control",
            dropped(R"({"tools":[{"type":"function","function":{},"cache_control":{"a":1}}]})"));
  EXPECT_EQ("", dropped(R"({"messages":[{"role":"assistant","reasoning_content":"a"}]})"));
}

TEST(Canonical, whoDoesNotReasonIsNotToldHowMuch) {
  const char* body = R"({"reasoning_budget":4096,"messages":[]})";
  for (const char* model :
       {"gpt-4o", "gpt-4.1-mini", "openai/gpt-4o", "chatgpt-4o-latest", "grok-4", "grok-4-0709",
        "meta-llama/Llama-3.3-70B-Instruct-Turbo", "@cf/meta/llama-3.3-70b-instruct-fp8-fast"}) {
    EXPECT_EQ(R"({"messages":[]})", sent(body, model));
    EXPECT_EQ("reasoning_budget", dropped(body, model));
    EXPECT_EQ("", dropped(R"({"reasoning_effort":"none"})", model));
  }
  for (const char* model : {"gpt-5", "o3", "openai/gpt-oss-120b", "grok-3-mini", "my-own"})
    EXPECT_EQ(R"({"reasoning_effort":"medium","messages":[]})", sent(body, model)) << model;
  EXPECT_EQ(R"({"reasoning_effort":"high"})", sent(R"({"reasoning_effort":"max"})"));
}

TEST(Canonical, whoReasonsTakesNoOtherSampling) {
  const char* body = R"({"temperature":0,"top_p":0.9,"presence_penalty":1,"stop":["x"]})";
  for (const char* model : {"o3", "gpt-5", "openai/gpt-5-mini"}) {
    EXPECT_EQ(R"({"stop":["x"]})", sent(body, model));
    EXPECT_EQ("temperature top_p presence_penalty", dropped(body, model));
  }
  for (const char* model : {"gpt-5-chat-latest", "gpt-5.1", "gpt-6-mini", "gpt-4o", "m"}) {
    EXPECT_EQ("", dropped(body, model));
    EXPECT_EQ("", dropped(R"({"temperature":1,"top_p":1})", model));
  }
  EXPECT_EQ("temperature", dropped(R"({"temperature":0,"reasoning_effort":"low"})", "gpt-5.2"));
  EXPECT_EQ("temperature", dropped(R"({"temperature":0,"reasoning_effort":"low"})", "gpt-6"));
  EXPECT_EQ("", dropped(R"({"temperature":0,"reasoning_effort":"none"})", "gpt-5.2"));
}

std::string part(const std::string& file) {
  const std::string all =
      sent(R"({"messages":[{"role":"user","content":[{"type":"file","file":{)" + file + "}}]}]}");
  const std::string before = R"({"messages":[{"role":"user","content":[)";
  return all.substr(before.size(), all.size() - before.size() - 4);
}

// Of a file the upstream wants a name, and takes PDFs alone.
TEST(Canonical, filesAreSaidAsWhatTheyAre) {
  EXPECT_EQ(
      R"({"type":"file","file":{"file_data":"data:application/pdf;base64,JVBE","filename":"document.pdf"}})",
      part(R"("file_data":"data:application/pdf;base64,JVBE")"));
  EXPECT_EQ(
      R"({"type":"file","file":{"file_data":"data:application/pdf;base64,JVBE","filename":"a"}})",
      part(R"("filename":"a","file_data":"data:application/pdf;base64,JVBE")"));
  EXPECT_EQ(R"({"type":"file","file":{"file_id":"f"}})", part(R"("file_id":"f")"));
  EXPECT_EQ(R"({"type":"text","text":"notes:\nHi"})",
            part(R"("file_data":"data:text/plain;base64,SGk=","filename":"notes")"));
  EXPECT_EQ(R"({"type":"image_url","image_url":{"url":"data:image/png;base64,iVBO"}})",
            part(R"("file_data":"data:image/png;base64,iVBO")"));
}

TEST(Responses, goToTheirOwnPathUntouched) {
  Host host;
  HttpRequest http;
  sluice_error error = emptyError();
  const Instance openai("sluice.openai-responses", host, "{}");
  const std::string body = R"({"model":"m","input":"hi","top_k":1})";
  sluice_request request = chat("m", body, true);
  request.dialect = str("openai.responses");
  ASSERT_EQ(SLUICE_OK, openai.codec()->encode(openai.get(), &request, http.out(), &error));
  EXPECT_EQ("POST /responses", http.line);
  ASSERT_EQ(1u, http.pieces.size());
  EXPECT_EQ(body.data(), http.pieces[0].ptr);
  EXPECT_EQ(static_cast<std::uint32_t>(SLUICE_FRAME_SSE), http.framing());

  HttpRequest chatting;
  request.dialect = str("openai.chat");
  ASSERT_EQ(SLUICE_OK, openai.codec()->encode(openai.get(), &request, chatting.out(), &error));
  EXPECT_EQ("POST /chat/completions", chatting.line);
  EXPECT_EQ(body.data(), chatting.pieces[0].ptr);
}

TEST(Canonical, addressesOfFilesAreRefusedByName) {
  try {
    sent(
        R"({"messages":[{"role":"user","content":[{"type":"file","file":{"file_url":"https://x"}}]}]})");
    FAIL();
  } catch (const sluice::Error& error) {
    EXPECT_EQ("messages[0].content[0].file.file_url", error.param);
    EXPECT_EQ(SLUICE_INVALID_ARGUMENT, error.code);
  }
}

}  // namespace
