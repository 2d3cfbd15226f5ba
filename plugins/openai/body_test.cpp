#include <gtest/gtest.h>

#include <sluice/testing.hpp>

namespace {

using namespace sluice::testing;

struct PlainBody : ::testing::Test {
  // What is sent for a canonical request; `told` is what was left out.
  std::string sent(std::string_view body, std::string_view config = "{}") {
    HttpRequest http;
    const Instance openai("sluice.openai", host, config);
    const sluice_request request = chat("m", body, false);
    status = openai.codec()->encode(openai.get(), &request, http.out(), &error);
    told.clear();
    for (const Dropped& one : http.dropped) told += one.field + " ";
    return http.body;
  }
  Host host;
  sluice_error error = emptyError();
  sluice_status status = SLUICE_OK;
  std::string told;
};

constexpr std::string_view kTurn =
    R"({"model":"m","top_k":4,"x":1.0,"messages":[{"role":"assistant","content":[{"type":"text","text":"a\nb","cache_control":{"type":"ephemeral"}}],"reasoning_content":"hm","reasoning_details":[{"type":"reasoning.text","format":"f","text":"hm"}],"tool_calls":[{"id":"c","type":"function","function":{"name":"n","arguments":"{}"},"extra_content":{"google":{}}}]},{"role":"tool","tool_call_id":"c","content":"no","is_error":true}],"tools":[{"type":"function","function":{"name":"n"},"cache_control":null}]})";

TEST_F(PlainBody, LeavesExtensionsOutAndTellsIt) {
  EXPECT_EQ(
      R"({"model":"m","x":1.0,"messages":[{"role":"assistant","content":[{"type":"text","text":"a\nb"}],"tool_calls":[{"id":"c","type":"function","function":{"name":"n","arguments":"{}"}}]},{"role":"tool","tool_call_id":"c","content":"no"}],"tools":[{"type":"function","function":{"name":"n"}}]})",
      sent(kTurn));
  EXPECT_EQ(
      "top_k messages[0].content[0].cache_control messages[0].reasoning_content "
      "messages[0].reasoning_details messages[0].tool_calls[0].extra_content messages[1].is_error "
      "tools[0].cache_control ",
      told);
}

TEST_F(PlainBody, GivesReasoningBackWhereItIsWanted) {
  EXPECT_NE(std::string::npos,
            sent(kTurn, R"({"reasoning":"content"})").find(R"("reasoning_content":"hm")"));
  EXPECT_EQ(std::string::npos, told.find("reasoning_content"));
  EXPECT_NE(std::string::npos,
            sent(kTurn, R"({"reasoning":"details"})").find(R"("reasoning_details":[{)"));
  EXPECT_EQ(std::string::npos, told.find("reasoning_details"));
}

TEST_F(PlainBody, RefusesWhatCannotBeLeftOut) {
  sent(
      R"({"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"file","file":{"file_url":"https://x"}}]}]})");
  EXPECT_EQ(SLUICE_INVALID_ARGUMENT, status);
  EXPECT_EQ("messages[0].content[1].file.file_url", std::string(error.param));
}

TEST_F(PlainBody, IsTheClientsOwnInItsOwnDialect) {
  HttpRequest http;
  const Instance openai("sluice.openai", host, "{}");
  sluice_request request = chat("m", kTurn, false);
  request.dialect = str("openai.chat");
  ASSERT_EQ(SLUICE_OK, openai.codec()->encode(openai.get(), &request, http.out(), &error));
  ASSERT_EQ(1u, http.pieces.size());
  EXPECT_EQ(kTurn.data(), http.pieces[0].ptr);
}

TEST(Responses, GoToTheirOwnPathUntouched) {
  Host host;
  HttpRequest http;
  sluice_error error = emptyError();
  const Instance openai("sluice.openai-responses", host, "{}");
  const std::string body = R"({"model":"m","input":"hi","x":1.0})";
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
}

}  // namespace
