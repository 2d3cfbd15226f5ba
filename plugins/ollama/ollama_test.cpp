#include "../testing/requests.hpp"

namespace {

using namespace sluice::testing;

constexpr auto kHello = R"({"model":"llama3.2","messages":[{"role":"user","content":"Hi"}]})";

std::string refusal(std::string_view config) { return refusalOf("sluice.ollama", config); }

struct Encode : Encoding {
  Encode() : Encoding("sluice.ollama") {}
};

TEST_F(Encode, AsksForOneObject) {
  ASSERT_EQ(encode(chat("llama3.2", kHello, false)), SLUICE_OK);
  EXPECT_EQ(http.line, "POST /api/chat");
  EXPECT_EQ(http.headers,
            "Accept: application/json\nAuthorization: Bearer <key>\n"
            "Content-Type: application/json\n");
  EXPECT_EQ(http.framing(), static_cast<std::uint32_t>(SLUICE_FRAME_WHOLE));
}

TEST_F(Encode, AsksForLinesWhenStreamed) {
  ASSERT_EQ(encode(chat("llama3.2", kHello, true)), SLUICE_OK);
  EXPECT_EQ(http.line, "POST /api/chat");
  EXPECT_EQ(http.headers,
            "Accept: application/x-ndjson\nAuthorization: Bearer <key>\n"
            "Content-Type: application/json\n");
  EXPECT_EQ(http.framing(), static_cast<std::uint32_t>(SLUICE_FRAME_LINES));
}

TEST_F(Encode, AsksForModels) {
  ASSERT_EQ(encode(models()), SLUICE_OK);
  EXPECT_EQ(http.line, "GET /api/tags");
  EXPECT_EQ(http.headers, "Accept: application/json\nAuthorization: Bearer <key>\n");
  EXPECT_TRUE(http.pieces.empty());
}

TEST_F(Encode, AsksForEmbeddings) {
  ASSERT_EQ(encode(request(SLUICE_OP_EMBED, R"({"model":"m","input":["a"]})")), SLUICE_OK);
  EXPECT_EQ(http.line, "POST /api/embed");
  EXPECT_EQ(http.framing(), static_cast<std::uint32_t>(SLUICE_FRAME_WHOLE));
}

TEST_F(Encode, RefusesOtherOperations) {
  EXPECT_EQ(encode(count("llama3.2", kHello)), SLUICE_UNIMPLEMENTED);
  EXPECT_EQ(encode(request(SLUICE_OP_SEARCH, R"({"query":"a"})")), SLUICE_UNIMPLEMENTED);
  EXPECT_TRUE(http.line.empty());
}

TEST_F(Encode, WritesNothingOfARequestThatItRefuses) {
  EXPECT_EQ(encode(chat("m", R"({"messages":[{"role":"owl"}]})", false)), SLUICE_INVALID_ARGUMENT);
  EXPECT_EQ(encode(chat("m", "[", false)), SLUICE_INVALID_ARGUMENT);
  EXPECT_TRUE(http.line.empty());
}

TEST(Settings, RefuseWhatWouldBreakTheRequest) {
  const std::string alive = "settings.keep_alive: must be a duration such as 30m, or whole seconds";
  for (const char* good : {R"("30m")", R"("-1m")", R"("1.5h")", R"("1h30m10s")", "0", "-1", "null"})
    EXPECT_EQ(refusal(std::string(R"({"keep_alive":)") + good + "}"), "made") << good;
  for (const char* bad : {R"("")", R"("30")", R"("m")", R"("1.h")", R"("1h ")", R"("-")", "1.5",
                          "true", R"("5 min")"})
    EXPECT_EQ(refusal(std::string(R"({"keep_alive":)") + bad + "}"), alive) << bad;
  EXPECT_EQ(refusal(R"({"num_ctx":0})"), "settings.num_ctx: must be at least 1");
  EXPECT_EQ(refusal(R"({"num_ctx":"8k"})"),
            "settings.num_ctx: must be a whole number, not negative");
  EXPECT_EQ(refusal(R"({"truncate":1})"), "settings.truncate: must be true or false");
  EXPECT_EQ(refusal(R"({"thinking":"much"})"),
            "settings.thinking: must be one of auto, levels, switch, never");
}

TEST(Component, SpeaksNoClientsDialect) {
  const sluice_component& ollama = component("sluice.ollama");
  EXPECT_EQ(ollama.dialects, nullptr);
  EXPECT_EQ(ollama.kind, static_cast<std::uint32_t>(SLUICE_KIND_PROVIDER));
}

// Whatever was counted: the buckets add up to the upstream's totals.
TEST(Usage, AddsUpToTheTotals) {
  Host host;
  const Instance ollama("sluice.ollama", host);
  const std::vector<std::uint64_t> counts = {0, 1, 7, 4096, 4294967296};
  for (const std::uint64_t prompt : counts)
    for (const std::uint64_t answer : counts)
      for (const bool streamed : {false, true}) {
        const std::string body = R"({"model":"m","message":{"content":"x"},"done":true,)"
                                 R"("prompt_eval_count":)" +
                                 std::to_string(prompt) + R"(,"eval_count":)" +
                                 std::to_string(answer) + "}";
        std::string usage = "usage";
        if (prompt != 0) usage += " input=" + std::to_string(prompt);
        if (answer != 0) usage += " output=" + std::to_string(answer);
        EXPECT_EQ(decode(ollama, chat("m", kHello, streamed), 200, {}, {{"", body}}),
                  "start name=\"m\"\ntext \"x\"\n" + usage + "\nfinish stop\n");
      }
}

TEST(Calls, OfTwoAnswersHaveDifferentIds) {
  Host host;
  const Instance ollama("sluice.ollama", host);
  const auto idOf = [&](const std::string& made, std::uint64_t number) {
    sluice_request asked = chat("m", kHello, true);
    asked.id = number;
    const std::string log =
        decode(ollama, asked, 200, {},
               {{"", "{" + made + R"("message":{"tool_calls":[{"function":{"name":"f"}}]}})"},
                {"", R"({"done":true})"}});
    const std::size_t at = log.find("id=\"");
    return log.substr(at, log.find('"', at + 4) - at);
  };
  const std::string first = R"("created_at":"2026-01-01T12:00:00.123456789Z",)";
  const std::string second = R"("created_at":"2026-01-01T12:00:00.123456790Z",)";
  EXPECT_NE(idOf(first, 1), idOf(second, 1));
  EXPECT_NE(idOf("", 1), idOf("", 2));
  EXPECT_LE(idOf(first, 1).size(), 4 + 40u);  // what OpenAI's API takes, should it go on there
}

TEST(Retry, IsWhenTheHeaderSays) {
  Host host;
  const Instance ollama("sluice.ollama", host);
  const std::vector<sluice_kv> headers = {{str("Retry-After"), str("7")}};
  EXPECT_EQ(
      decode(ollama, chat("m", kHello, true), 429, headers, {{"", R"({"error":"wait"})"}}),
      "error RESOURCE_EXHAUSTED reason=RATE_LIMIT retryable http=429 after_ms=7000 \"wait\"\n");
}

// Damaged answers end in an error or are read; they never crash.
TEST(Decoder, SurvivesDamagedAnswers) {
  const std::vector<std::string> odd = {
      "null",
      "[]",
      "3",
      "\"x\"",
      "{}",
      R"({"message":3})",
      R"({"message":[{}]})",
      R"({"message":{"content":[1],"thinking":{},"tool_calls":{"a":1}}})",
      R"({"message":{"tool_calls":[1,{"function":[]},{"function":{"arguments":[1]}}]}})",
      R"({"created_at":3,"logprobs":[{"token":1,"top_logprobs":[2]}]})",
      R"({"done":"true"})",
      R"({"error":null})",
      R"({"error":[]})"};
  expectBroken("sluice.ollama", odd);
}

}  // namespace
