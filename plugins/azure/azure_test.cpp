#include <gtest/gtest.h>

#include <sluice/testing.hpp>

namespace {

using namespace sluice::testing;

constexpr auto kHello = R"({"model":"gpt-4o","messages":[{"role":"user","content":"Hi"}]})";

std::string refusal(std::string_view config, const char* id = "sluice.azure") {
  Host host;
  const Instance azure(id, host, config);
  return azure ? "made" : azure.error.message;
}

struct Encode : ::testing::Test {
  sluice_status encode(sluice_request request, std::string_view config = "{}",
                       const char* id = "sluice.azure") {
    const Instance azure(id, host, config);
    return azure.codec()->encode(azure.get(), &request, http.out(), &error);
  }
  sluice_request asked(const char* dialect, std::string_view body = kHello) {
    sluice_request request = chat("gpt-4o", body, false);
    request.dialect = str(dialect);
    return request;
  }
  Host host;
  HttpRequest http;
  sluice_error error = emptyError();
};

TEST_F(Encode, AsksADeployment) {
  const std::string body = kHello;
  ASSERT_EQ(encode(asked("openai.chat", body)), SLUICE_OK);
  EXPECT_EQ(http.line, "POST /openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21");
  EXPECT_EQ(http.headers,
            "Accept: application/json\napi-key: <key>\nContent-Type: application/json\n");
  EXPECT_EQ(http.framing(), static_cast<std::uint32_t>(SLUICE_FRAME_WHOLE));
  ASSERT_EQ(http.pieces.size(), 1u);  // the host sends it without a copy
  EXPECT_EQ(http.pieces[0].ptr, body.data());
  EXPECT_EQ(http.pieces[0].len, body.size());
}

TEST_F(Encode, AsksForEventsWhenStreamed) {
  ASSERT_EQ(encode(chat("gpt-4o", kHello, true)), SLUICE_OK);
  EXPECT_EQ(http.headers,
            "Accept: text/event-stream\napi-key: <key>\nContent-Type: application/json\n");
  EXPECT_EQ(http.framing(), static_cast<std::uint32_t>(SLUICE_FRAME_SSE));
}

TEST_F(Encode, AsksTheDeploymentOfAModel) {
  ASSERT_EQ(encode(asked("openai.chat"), R"({"deployments":{"gpt-4o":"my gpt/4"},
                                             "api_version":"2025-04-01-preview"})"),
            SLUICE_OK);
  EXPECT_EQ(http.line,
            "POST /openai/deployments/my%20gpt%2F4/chat/completions"
            "?api-version=2025-04-01-preview");
  EXPECT_EQ(http.body, kHello);
}

TEST_F(Encode, NamesTheDeploymentInTheBodyOfV1) {
  for (const char* dialect : {"openai.chat", "sluice.chat/1"}) {
    HttpRequest sent;
    const Instance azure("sluice.azure", host, R"({"path":"v1","deployments":{"gpt-4o":"mine"}})");
    const sluice_request request = asked(dialect);
    ASSERT_EQ(azure.codec()->encode(azure.get(), &request, sent.out(), &error), SLUICE_OK);
    EXPECT_EQ(sent.line, "POST /openai/v1/chat/completions");
    EXPECT_EQ(sent.body, R"({"model":"mine","messages":[{"role":"user","content":"Hi"}]})");
  }
}

TEST_F(Encode, SendsABodyOfV1AsItIsUnlessItsModelHasAnotherName) {
  ASSERT_EQ(encode(asked("openai.chat"), R"({"path":"v1","api_version":"preview"})"), SLUICE_OK);
  EXPECT_EQ(http.line, "POST /openai/v1/chat/completions?api-version=preview");
  EXPECT_EQ(http.body, kHello);
}

TEST_F(Encode, AsksModelsOfAiServices) {
  ASSERT_EQ(encode(asked("openai.chat"), R"({"path":"models"})"), SLUICE_OK);
  EXPECT_EQ(http.line, "POST /models/chat/completions?api-version=2024-05-01-preview");
  EXPECT_EQ(http.headers,
            "Accept: application/json\nextra-parameters: pass-through\napi-key: <key>\n"
            "Content-Type: application/json\n");
}

TEST_F(Encode, CarriesATokenOfEntra) {
  ASSERT_EQ(encode(asked("openai.chat"), R"({"auth":"bearer"})"), SLUICE_OK);
  EXPECT_EQ(http.headers,
            "Accept: application/json\nAuthorization: Bearer <key>\n"
            "Content-Type: application/json\n");
}

TEST_F(Encode, TakesOutWhatOnlyTheCanonicalFormHas) {
  ASSERT_EQ(
      encode(asked("sluice.chat/1",
                   R"({"model":"gpt-4o","messages":[{"role":"user","content":"Hi"}],"top_k":3})")),
      SLUICE_OK);
  EXPECT_EQ(http.body, kHello);
}

// Which Azure refuses.
TEST_F(Encode, TakesOutWhatClientsKeepOfOtherMakersAnswers) {
  ASSERT_EQ(
      encode(asked(
          "openai.chat",
          R"({"messages":[{"role":"assistant","reasoning_content":"a","reasoning_details":[],)"
          R"("tool_calls":[{"id":"c","extra_content":{}}]}]})")),
      SLUICE_OK);
  EXPECT_EQ(http.body, R"({"messages":[{"role":"assistant","tool_calls":[{"id":"c"}]}]})");
  EXPECT_EQ(http.dropped.size(), 3u);
}

TEST_F(Encode, PassesResponsesOn) {
  const char* body = R"({"model":"gpt-4o","input":"Hi","tools":[{"type":"web_search"}]})";
  ASSERT_EQ(encode(asked("openai.responses", body), R"({"deployments":{"gpt-4o":"mine"}})",
                   "sluice.azure-responses"),
            SLUICE_OK);
  EXPECT_EQ(http.line, "POST /openai/v1/responses");
  EXPECT_EQ(http.body, R"({"model":"mine","input":"Hi","tools":[{"type":"web_search"}]})");
}

TEST_F(Encode, DeletesAResponse) {
  ASSERT_EQ(
      encode(asked("openai.responses.stored", R"({"model":"gpt-4o","id":"resp_1","do":"delete"})"),
             R"({"api_version":"preview"})", "sluice.azure-responses"),
      SLUICE_OK);
  EXPECT_EQ(http.line, "DELETE /openai/v1/responses/resp_1?api-version=preview");
  EXPECT_EQ(http.headers, "Accept: application/json\napi-key: <key>\n");
  EXPECT_TRUE(http.body.empty());
}

TEST_F(Encode, ReadsAndCancelsAResponse) {
  const auto line = [this](const char* body, const char* settings = "{}") {
    EXPECT_EQ(encode(asked("openai.responses.stored", body), settings, "sluice.azure-responses"),
              SLUICE_OK);
    return http.line;
  };
  const char* const read = R"({"model":"m","id":"r","do":"read","query":"starting_after=3"})";
  EXPECT_EQ(line(read), "GET /openai/v1/responses/r?starting_after=3");
  EXPECT_EQ(line(read, R"({"api_version":"preview"})"),
            "GET /openai/v1/responses/r?api-version=preview&starting_after=3");
  EXPECT_EQ(line(R"({"model":"m","id":"r","do":"cancel"})"), "POST /openai/v1/responses/r/cancel");
  EXPECT_TRUE(http.body.empty());
}

TEST_F(Encode, AsksForModelsWhereTheyAreListed) {
  ASSERT_EQ(encode(models()), SLUICE_OK);
  EXPECT_EQ(http.line, "GET /openai/models?api-version=2024-10-21");
  EXPECT_EQ(http.headers, "Accept: application/json\napi-key: <key>\n");
  ASSERT_EQ(encode(models(), R"({"path":"v1"})"), SLUICE_OK);
  EXPECT_EQ(http.line, "GET /openai/v1/models");
  EXPECT_EQ(encode(models(), R"({"path":"models"})"), SLUICE_UNIMPLEMENTED);
  EXPECT_STREQ(error.message, "Azure does not list the models of AI services");
}

// The line and the body of what a request becomes; the error if it becomes nothing.
std::string sent(const sluice_request& request, std::string_view config) {
  Host host;
  HttpRequest http;
  sluice_error error = emptyError();
  const Instance azure("sluice.azure", host, config);
  if (azure.codec()->encode(azure.get(), &request, http.out(), &error) != SLUICE_OK)
    return error.message;
  return http.line + " " + http.body;
}

TEST_F(Encode, AsksForEmbeddings) {
  sluice_request request = asked("openai.embeddings", R"({"model":"gpt-4o","input":"a"})");
  request.op = SLUICE_OP_EMBED;
  EXPECT_EQ(sent(request, R"({"deployments":{"gpt-4o":"mine"}})"),
            "POST /openai/deployments/mine/embeddings?api-version=2024-10-21 "
            R"({"model":"gpt-4o","input":"a"})");
  EXPECT_EQ(sent(request, R"({"path":"v1","deployments":{"gpt-4o":"mine"}})"),
            R"(POST /openai/v1/embeddings {"model":"mine","input":"a"})");
  EXPECT_EQ(sent(request, R"({"path":"models"})"),
            "POST /models/embeddings?api-version=2024-05-01-preview "
            R"({"model":"gpt-4o","input":"a"})");
}

TEST_F(Encode, SendsLegacyCompletionsWhereTheyAre) {
  sluice_request request = asked("openai.completions", "{}");
  EXPECT_EQ(sent(request, "{}"), "legacy completions of this model go out as chats");
  EXPECT_EQ(sent(request, R"({"path":"models","completions":"always"})"),
            "models of AI services have chats alone");
  EXPECT_EQ(sent(request, R"({"completions":"always"})"),
            "POST /openai/deployments/gpt-4o/completions?api-version=2024-10-21 {}");
  request.model = str("gpt-35-turbo-instruct");
  EXPECT_EQ(sent(request, R"({"path":"v1"})"), "POST /openai/v1/completions {}");
}

TEST_F(Encode, RefusesOtherOperations) {
  sluice_request request = chat("m", "{}", false);
  request.op = SLUICE_OP_COUNT;
  EXPECT_EQ(encode(request), SLUICE_UNIMPLEMENTED);
  EXPECT_TRUE(http.line.empty());
}

TEST(Settings, RefuseWhatWouldBreakTheRequest) {
  EXPECT_EQ(refusal(R"({"path":"v2"})"), "settings.path: must be one of deployments, v1, models");
  EXPECT_EQ(refusal(R"({"api_version":"1&x=2"})"),
            "settings.api_version: is no version, such as 2024-10-21");
  EXPECT_EQ(refusal(R"({"deployments":{"m":""}})"),
            "settings.deployments: must hold names that are not empty");
  EXPECT_EQ(refusal(R"({"auth":"basic"})"), "settings.auth: must be one of api-key, bearer");
  EXPECT_EQ(refusal("{"), "the settings are not JSON: a member's name is missing");
}

TEST(Component, SpeaksResponsesOnlyWhereTheyAre) {
  const auto dialectsOf = [](const char* id) {
    std::string out;
    for (const char* const* at = component(id).dialects; *at != nullptr; ++at)
      out.append(*at).append(" ");
    return out;
  };
  EXPECT_EQ(dialectsOf("sluice.azure"), "openai.chat openai.embeddings openai.completions ");
  EXPECT_EQ(dialectsOf("sluice.azure-responses"),
            "openai.chat openai.embeddings openai.completions openai.responses "
            "openai.responses.stored ");
}

// Whatever is told of caches and thoughts, no token is counted twice.
TEST(Usage, AddsUpToTheTotal) {
  Host host;
  const Instance azure("sluice.azure", host);
  for (const int prompt : {0, 5, 2000})
    for (const int completion : {0, 3, 700})
      for (const int cached : {0, 4, 1024})
        for (const int reasoning : {0, 2, 640}) {
          if (cached > prompt || reasoning > completion) continue;
          const std::string body =
              R"({"id":"i","model":"m","choices":[{"message":{"content":"x"},"finish_reason":"stop"}],)"
              R"("usage":{"prompt_tokens":)" +
              std::to_string(prompt) + R"(,"completion_tokens":)" + std::to_string(completion) +
              R"(,"total_tokens":)" + std::to_string(prompt + completion) +
              R"(,"prompt_tokens_details":{"cached_tokens":)" + std::to_string(cached) +
              R"(},"completion_tokens_details":{"reasoning_tokens":)" + std::to_string(reasoning) +
              "}}}";
          const std::string log = decode(azure, chat("m", "{}", false), 200, {}, {{"", body}});
          const std::string usage = log.substr(log.find("usage"));
          int sum = 0;
          for (std::size_t at = usage.find('='); at != std::string::npos;
               at = usage.find('=', at + 1))
            sum += std::stoi(usage.substr(at + 1));
          EXPECT_EQ(sum, prompt + completion) << body << log;
        }
}

}  // namespace
