#include "../testing/requests.hpp"

namespace {

using namespace sluice::testing;

std::string refusal(std::string_view config) { return refusalOf("sluice.openai", config); }

struct Encode : Encoding {
  Encode() : Encoding("sluice.openai") {}
};

TEST_F(Encode, SendsTheBodyAsItIs) {
  const std::string body = R"({"model":"m","messages":[],"unknown":1.0})";
  for (const char* dialect : {"sluice.chat/1", "openai.chat"}) {
    HttpRequest sent;
    const Instance openai("sluice.openai", host);
    sluice_request request = chat("m", body, false);
    request.dialect = str(dialect);
    ASSERT_EQ(openai.codec()->encode(openai.get(), &request, sent.out(), &error), SLUICE_OK);
    EXPECT_EQ(sent.line, "POST /chat/completions");
    EXPECT_EQ(sent.headers,
              "Accept: application/json\nAuthorization: Bearer <key>\n"
              "Content-Type: application/json\n");
    EXPECT_EQ(sent.framing(), static_cast<std::uint32_t>(SLUICE_FRAME_WHOLE));
    ASSERT_EQ(sent.pieces.size(), 1u);  // the host sends it without a copy
    EXPECT_EQ(sent.pieces[0].ptr, body.data());
    EXPECT_EQ(sent.pieces[0].len, body.size());
  }
}

TEST_F(Encode, AsksForEventsWhenStreamed) {
  ASSERT_EQ(encode(chat("m", "{}", true)), SLUICE_OK);
  EXPECT_EQ(http.headers,
            "Accept: text/event-stream\nAuthorization: Bearer <key>\n"
            "Content-Type: application/json\n");
  EXPECT_EQ(http.framing(), static_cast<std::uint32_t>(SLUICE_FRAME_SSE));
}

TEST_F(Encode, AddsWhatTheSettingsSay) {
  ASSERT_EQ(encode(chat("m", "{}", false), R"({
              "organization": "org-1", "project": "proj-2",
              "headers": {"X-Title": "Sluice", "HTTP-Referer": "https://example.org"},
              "chat_path": "/openai/deployments/d/chat/completions?api-version=1"})"),
            SLUICE_OK);
  EXPECT_EQ(http.line, "POST /openai/deployments/d/chat/completions?api-version=1");
  EXPECT_EQ(http.headers,
            "Accept: application/json\nAuthorization: Bearer <key>\nOpenAI-Organization: org-1\n"
            "OpenAI-Project: proj-2\nX-Title: Sluice\nHTTP-Referer: https://example.org\n"
            "Content-Type: application/json\n");
}

TEST_F(Encode, AsksForModels) {
  ASSERT_EQ(encode(models()), SLUICE_OK);
  EXPECT_EQ(http.line, "GET /models");
  EXPECT_EQ(http.headers, "Accept: application/json\nAuthorization: Bearer <key>\n");
  EXPECT_TRUE(http.pieces.empty());
  EXPECT_EQ(http.framing(), static_cast<std::uint32_t>(SLUICE_FRAME_WHOLE));
}

sluice_request embed(const char* dialect, std::string_view body) {
  sluice_request request = chat("m", body, false);
  request.op = SLUICE_OP_EMBED;
  request.dialect = str(dialect);
  return request;
}

TEST_F(Encode, SendsEmbeddingsAsTheyAre) {
  const std::string body = R"({"model":"m","input":[[1,2]],"encoding_format":"base64","x":1.0})";
  ASSERT_EQ(encode(embed("openai.embeddings", body)), SLUICE_OK);
  EXPECT_EQ(http.line, "POST /embeddings");
  EXPECT_EQ(http.headers,
            "Accept: application/json\nAuthorization: Bearer <key>\n"
            "Content-Type: application/json\n");
  ASSERT_EQ(http.pieces.size(), 1u);  // the host sends it without a copy
  EXPECT_EQ(http.pieces[0].ptr, body.data());
  EXPECT_EQ(http.framing(), static_cast<std::uint32_t>(SLUICE_FRAME_WHOLE));
}

TEST_F(Encode, AsksForNumbersWhereTheRequestIsCanonical) {
  ASSERT_EQ(encode(embed("sluice.embed/1",
                         R"({"model":"m","input":["a\n","b"],"dimensions":3,"purpose":"query"})"),
                   R"({"embeddings_path": "/embed?v=1"})"),
            SLUICE_OK);
  EXPECT_EQ(http.line, "POST /embed?v=1");
  EXPECT_EQ(http.body,
            R"({"model":"m","input":["a\n","b"],"encoding_format":"float","dimensions":3})");
  ASSERT_EQ(http.dropped.size(), 1u);
  EXPECT_EQ(http.dropped[0].field, "purpose");
}

TEST_F(Encode, RefusesTextsThatAreNone) {
  for (const char* body : {"{}", R"({"input":[]})", R"({"input":"a"})", R"({"input":[1]})", "7"})
    EXPECT_EQ(encode(embed("sluice.embed/1", body)), SLUICE_INVALID_ARGUMENT) << body;
}

sluice_request legacy(const char* model, bool stream) {
  sluice_request request = chat(model, R"({"prompt":"a"})", stream);
  request.dialect = str("openai.completions");
  return request;
}

TEST_F(Encode, SendsLegacyCompletionsOfModelsThatKnowNothingElse) {
  ASSERT_EQ(encode(legacy("gpt-3.5-turbo-instruct-0914", true)), SLUICE_OK);
  EXPECT_EQ(http.line, "POST /completions");
  EXPECT_EQ(http.body, R"({"prompt":"a"})");
  EXPECT_EQ(http.framing(), static_cast<std::uint32_t>(SLUICE_FRAME_SSE));
}

TEST_F(Encode, LeavesOtherLegacyCompletionsToBeChats) {
  EXPECT_EQ(encode(legacy("gpt-4o", false)), SLUICE_UNIMPLEMENTED);
  EXPECT_TRUE(http.line.empty());
}

TEST_F(Encode, SendsLegacyCompletionsAsItIsTold) {
  EXPECT_EQ(encode(legacy("gpt-3.5-turbo-instruct", false), R"({"completions":"never"})"),
            SLUICE_UNIMPLEMENTED);
  ASSERT_EQ(encode(legacy("llama", false),
                   R"({"completions":"always","completions_path":"/beta/completions"})"),
            SLUICE_OK);
  EXPECT_EQ(http.line, "POST /beta/completions");
}

TEST_F(Encode, DeletesAResponse) {
  const std::string body = R"({"model":"m","id":"resp_1/..?","do":"delete"})";
  sluice_request request = chat("m", body, false);
  request.dialect = str("openai.responses.stored");
  ASSERT_EQ(encode(request), SLUICE_OK);
  EXPECT_EQ(http.line, "DELETE /responses/resp_1%2F..%3F");
  EXPECT_EQ(http.headers, "Accept: application/json\nAuthorization: Bearer <key>\n");
  EXPECT_TRUE(http.body.empty());
  EXPECT_EQ(http.framing(), static_cast<std::uint32_t>(SLUICE_FRAME_WHOLE));
  for (const char* wrong :
       {R"({"id":"resp_1","do":"alter"})", R"({"id":"","do":"delete"})", "{}"}) {
    request.body = str(wrong);
    EXPECT_NE(encode(request), SLUICE_OK) << wrong;
  }
}

// The host then gives the canonical form, which is the same, and has the answer translated.
TEST_F(Encode, LeavesChatsToBeWrittenAnewWhereToldTo) {
  sluice_request request = chat("m", R"({"messages":[]})", true);
  request.dialect = str("openai.chat");
  EXPECT_EQ(encode(request, R"({"rewrite":true})"), SLUICE_UNIMPLEMENTED);
  EXPECT_TRUE(http.line.empty());
  request.dialect = str("sluice.chat/1");
  ASSERT_EQ(encode(request, R"({"rewrite":true})"), SLUICE_OK);
  EXPECT_EQ(http.line, "POST /chat/completions");
  EXPECT_EQ(http.body, R"({"messages":[]})");
}

TEST_F(Encode, ReadsAndCancelsAResponse) {
  const auto line = [this](const char* body, bool stream = false) {
    sluice_request request = chat("m", body, stream);
    request.dialect = str("openai.responses.stored");
    http.headers.clear();
    EXPECT_EQ(encode(request), SLUICE_OK);
    EXPECT_TRUE(http.body.empty());
    return http.line;
  };
  EXPECT_EQ(line(R"({"model":"m","id":"a/b","do":"read"})"), "GET /responses/a%2Fb");
  EXPECT_EQ(http.framing(), static_cast<std::uint32_t>(SLUICE_FRAME_WHOLE));
  EXPECT_EQ(line(R"({"model":"m","id":"r","do":"read","query":"stream=true"})", true),
            "GET /responses/r?stream=true");
  EXPECT_EQ(http.headers, "Accept: text/event-stream\nAuthorization: Bearer <key>\n");
  EXPECT_EQ(line(R"({"model":"m","id":"r","do":"cancel"})"), "POST /responses/r/cancel");
  EXPECT_EQ(http.headers, "Accept: application/json\nAuthorization: Bearer <key>\n");
}

TEST_F(Encode, RefusesOtherOperations) {
  sluice_request request = chat("m", "{}", false);
  request.op = SLUICE_OP_COUNT;
  EXPECT_EQ(encode(request), SLUICE_UNIMPLEMENTED);
  EXPECT_TRUE(http.line.empty());
}

TEST(Settings, RefuseHeadersThatCarrySecrets) {
  for (const char* name : {"Authorization", "proxy-authorization", "COOKIE", "Set-Cookie",
                           "api-key", "X-Api-Key", "x-goog-api-key"})
    EXPECT_EQ(refusal("{\"headers\":{\"" + std::string(name) + "\":\"v\"}}"),
              "settings.headers." + std::string(name) +
                  ": secrets do not belong here; put the key under `keys`");
}

TEST(Settings, RefuseHeadersOfTheHost) {
  for (const char* name : {"Host", "content-length", "Transfer-Encoding", "Accept"})
    EXPECT_EQ(refusal("{\"headers\":{\"" + std::string(name) + "\":\"v\"}}"),
              "settings.headers." + std::string(name) + ": this header is Sluice's own business");
}

TEST(Settings, RefuseWhatWouldBreakTheRequest) {
  EXPECT_EQ(refusal(R"({"headers":{"X Y":"v"}})"), "settings.headers.X Y: this is no header name");
  EXPECT_EQ(refusal(R"({"headers":{"":"v"}})"), "settings.headers.: this is no header name");
  EXPECT_EQ(refusal(R"({"headers":{"X":"a\r\nB: c"}})"),
            "settings.headers.X: a header's value may not hold control characters");
  EXPECT_EQ(refusal(R"({"project":"a\nb"})"),
            "settings.project: a header's value may not hold control characters");
  EXPECT_EQ(refusal(R"({"chat_path":"v1/chat"})"), "settings.chat_path: must begin with '/'");
  EXPECT_EQ(refusal(R"({"chat_path":"/a b"})"),
            "settings.chat_path: may not hold spaces, control characters or '#'");
  EXPECT_EQ(refusal(R"({"embeddings_path":"e"})"), "settings.embeddings_path: must begin with '/'");
  EXPECT_EQ(refusal(R"({"completions":"yes"})"),
            "settings.completions: must be one of auto, always, never");
  EXPECT_EQ(refusal("{"), "the settings are not JSON: a member's name is missing");
}

std::string dialectsOf(const char* id) {
  std::string out;
  for (const char* const* at = component(id).dialects; *at != nullptr; ++at)
    out.append(*at).append(" ");
  return out;
}

TEST(Component, SpeaksResponsesOnlyWhereTheyAre) {
  EXPECT_EQ(dialectsOf("sluice.openai"), "openai.chat openai.embeddings openai.completions ");
  EXPECT_EQ(dialectsOf("sluice.openai-responses"),
            "openai.chat openai.embeddings openai.completions openai.responses "
            "openai.responses.stored ");
}

// OpenRouter's: of Claude's reasoning the signatures come too, of others' the text alone.
TEST(Decoder, ReadsProofsOfReasoningWhereToldTo) {
  const std::vector<Frame> frames = {
      {"",
       R"({"id":"i","model":"m","choices":[{"index":0,"delta":{"reasoning":"Hm","reasoning_details":[{"type":"reasoning.text","text":"Hm","format":"anthropic-claude-v1","index":0}]}}]})"},
      {"",
       R"({"choices":[{"index":0,"delta":{"reasoning_details":[{"type":"reasoning.text","signature":"s","format":"anthropic-claude-v1","index":0}]}}]})"},
      {"",
       R"({"choices":[{"index":0,"delta":{"reasoning_details":[{"type":"reasoning.encrypted","data":"d","format":"anthropic-claude-v1","index":1},{"type":"reasoning.encrypted","data":"e","format":"openai-responses-v1","index":2}]}}]})"},
      {"", R"({"choices":[{"index":0,"delta":{"content":"a"},"finish_reason":"stop"}]})"}};
  Host host;
  const auto read = [&](std::string_view settings) {
    const Instance openai("sluice.openai", host, settings);
    return decode(openai, chat("m", "{}", true), 200, {}, frames);
  };
  const std::string with = read(R"({"reasoning_details":true})");
  const std::string signature = R"({"signature":"s","format":"anthropic"})";
  EXPECT_NE(with.find(signature), std::string::npos) << with;
  EXPECT_NE(with.find(R"({"encrypted":"d","format":"anthropic"})"), std::string::npos) << with;
  EXPECT_EQ(with.find("openai"), std::string::npos) << with;
  EXPECT_EQ(with.find("Hm"), with.rfind("Hm")) << with;
  const std::string without = read("{}");
  EXPECT_EQ(without.find("signature"), std::string::npos) << without;
  EXPECT_NE(without.find("Hm"), std::string::npos) << without;
}

TEST(Decoder, BeginsBeforeItSaysAnything) {
  Host host;
  const Instance openai("sluice.openai", host);
  const auto read = [&](const char* body) {
    return decode(openai, chat("m", "{}", true), 200, {}, {{"", body}});
  };
  EXPECT_EQ(read(R"({"usage":{"prompt_tokens":1,"completion_tokens":2}})").rfind("start\n", 0), 0u);
  EXPECT_EQ(read(R"({"choices":{"0":{"delta":{"content":"a"}}}})").rfind("start\n", 0), 0u);
}

// Damaged answers end in an error or are read; they never crash.
TEST(Decoder, SurvivesDamagedAnswers) {
  const std::vector<std::string> odd = {
      "null",
      "[]",
      "3",
      "\"x\"",
      R"({"choices":{}})",
      R"({"choices":[null,1,"a",[]]})",
      R"({"choices":[{"delta":null,"message":null,"finish_reason":3}]})",
      R"({"choices":[{"index":-1,"delta":{"content":7,"tool_calls":{"a":1}}}]})",
      R"({"choices":[{"delta":{"tool_calls":[null,{"function":[]},{"index":4294967295}]}}]})",
      R"({"choices":[{"delta":{"content":[1,{"type":"thinking","thinking":3},{"type":"text"}]}}]})",
      R"({"error":{}})",
      R"({"error":[]})",
      R"({"usage":{"prompt_tokens":-1,"total_tokens":1e99}})",
      R"({"usage":{"prompt_tokens":1,"prompt_tokens_details":{"cached_tokens":9}}})"};
  expectErrors("sluice.openai", odd);
}

TEST(Decoder, ReadsNoEmbeddingsOutOfDamagedAnswers) {
  Host host;
  const Instance openai("sluice.openai", host);
  for (const char* body :
       {"null", "{}", R"({"data":{}})", R"({"data":[1]})", R"({"data":[{"embedding":"AAAA"}]})",
        R"({"data":[{"index":1,"embedding":[1]}]})", R"({"error":{"message":"no"}})",
        R"({"data":[{"index":0,"embedding":[1]},{"index":0,"embedding":[1]}]})", "{"})
    EXPECT_NE(decode(openai, embed("sluice.embed/1", "{}"), 200, {}, {{"", body}}).find("error "),
              std::string::npos)
        << body;
}

TEST(Decoder, BoundsWhatAnAnswerMayHold) {
  Host host;
  const Instance openai("sluice.openai", host);
  std::vector<Frame> frames;
  frames.reserve(3000);
  for (int i = 0; i < 3000; ++i)
    frames.push_back({"", R"({"choices":[{"index":)" + std::to_string(i) + R"(,"delta":{}}]})"});
  EXPECT_NE(decode(openai, chat("m", "{}", true), 200, {}, frames).find("too many choices"),
            std::string::npos);
}

}  // namespace
