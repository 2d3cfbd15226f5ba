#include "../testing/requests.hpp"

namespace {

using namespace sluice::testing;

constexpr auto kHello =
    R"({"model":"command-a-03-2025","messages":[{"role":"user","content":"Hi"}]})";

std::string refusal(std::string_view config) { return refusalOf("sluice.cohere", config); }

struct Encode : Encoding {
  Encode() : Encoding("sluice.cohere") {}
};

TEST_F(Encode, AsksForOneObject) {
  ASSERT_EQ(encode(chat("command-a-03-2025", kHello, false)), SLUICE_OK);
  EXPECT_EQ(http.line, "POST /v2/chat");
  EXPECT_EQ(http.headers,
            "Accept: application/json\nAuthorization: Bearer <key>\n"
            "Content-Type: application/json\n");
  EXPECT_EQ(http.framing(), static_cast<std::uint32_t>(SLUICE_FRAME_WHOLE));
}

TEST_F(Encode, AsksForEventsWhenStreamed) {
  ASSERT_EQ(encode(chat("command-a-03-2025", kHello, true)), SLUICE_OK);
  EXPECT_EQ(http.line, "POST /v2/chat");
  EXPECT_EQ(http.headers,
            "Accept: text/event-stream\nAuthorization: Bearer <key>\n"
            "Content-Type: application/json\n");
  EXPECT_EQ(http.framing(), static_cast<std::uint32_t>(SLUICE_FRAME_SSE));
}

TEST_F(Encode, AsksForModels) {
  ASSERT_EQ(encode(models()), SLUICE_OK);
  EXPECT_EQ(http.line, "GET /v1/models?page_size=1000");
  EXPECT_EQ(http.headers, "Accept: application/json\nAuthorization: Bearer <key>\n");
  EXPECT_TRUE(http.pieces.empty());
}

TEST_F(Encode, AsksForEmbeddings) {
  ASSERT_EQ(encode(request(SLUICE_OP_EMBED, R"({"model":"m","input":["a"]})")), SLUICE_OK);
  EXPECT_EQ(http.line, "POST /v2/embed");
  EXPECT_EQ(http.framing(), static_cast<std::uint32_t>(SLUICE_FRAME_WHOLE));
}

TEST_F(Encode, RefusesOtherOperations) {
  EXPECT_EQ(encode(count("command-a-03-2025", kHello)), SLUICE_UNIMPLEMENTED);
  EXPECT_EQ(encode(request(SLUICE_OP_SEARCH, R"({"query":"a"})")), SLUICE_UNIMPLEMENTED);
  EXPECT_TRUE(http.line.empty());
}

TEST_F(Encode, WritesNothingOfARequestThatItRefuses) {
  EXPECT_EQ(encode(chat("m", R"({"messages":[{"role":"owl"}]})", false)), SLUICE_INVALID_ARGUMENT);
  EXPECT_EQ(encode(chat("m", "[", false)), SLUICE_INVALID_ARGUMENT);
  EXPECT_TRUE(http.line.empty());
}

TEST(Settings, RefuseWhatWouldBreakTheRequest) {
  EXPECT_EQ(refusal(R"({"safety_mode":"strict"})"),
            "settings.safety_mode: must be one of CONTEXTUAL, STRICT, OFF");
  EXPECT_EQ(refusal(R"({"citations":1})"), "settings.citations: must be a string");
  EXPECT_EQ(refusal(R"({"citations":"fast"})"),
            "settings.citations: must be one of ENABLED, DISABLED, FAST, ACCURATE, OFF");
  EXPECT_EQ(refusal(R"({"thinking":"much"})"),
            "settings.thinking: must be one of auto, always, never");
  EXPECT_EQ(refusal(R"({"input_type":"image"})"),
            "settings.input_type: must be one of search_document, search_query, classification, "
            "clustering");
  EXPECT_EQ(refusal(R"({"safety_mode":null,"thinking":null})"), "made");
}

TEST(Component, SpeaksNoClientsDialect) {
  const sluice_component& cohere = component("sluice.cohere");
  EXPECT_EQ(cohere.dialects, nullptr);
  EXPECT_EQ(cohere.kind, static_cast<std::uint32_t>(SLUICE_KIND_PROVIDER));
}

// Whatever was counted: the buckets do not overlap, and add up to what went through the model, not
// to what is billed.
TEST(Usage, AddsUpToTheTotals) {
  Host host;
  const Instance cohere("sluice.cohere", host);
  const std::vector<std::uint64_t> counts = {0, 1, 7, 4096, 4294967296};
  for (const std::uint64_t input : counts)
    for (const std::uint64_t output : counts)
      for (const std::uint64_t cached : counts)
        for (const bool streamed : {false, true}) {
          const std::string usage =
              R"("usage":{"billed_units":{"input_tokens":3,"output_tokens":3},"cached_tokens":)" +
              std::to_string(cached) + R"(,"tokens":{"input_tokens":)" + std::to_string(input) +
              R"(,"output_tokens":)" + std::to_string(output) + "}}";
          const std::string body =
              streamed
                  ? R"({"type":"message-end","delta":{"finish_reason":"COMPLETE",)" + usage + "}}"
                  : R"({"message":{"content":[]},"finish_reason":"COMPLETE",)" + usage + "}";
          const std::uint64_t read = std::min(cached, input);
          std::string told = "usage";
          if (input != read) told += " input=" + std::to_string(input - read);
          if (read != 0) told += " cache_read=" + std::to_string(read);
          if (output != 0) told += " output=" + std::to_string(output);
          EXPECT_EQ(decode(cohere, chat("m", kHello, streamed), 200, {}, {{"", body}}),
                    "start\n" + told + "\nfinish stop\n");
        }
}

TEST(Retry, IsWhenTheHeaderSays) {
  Host host;
  const Instance cohere("sluice.cohere", host);
  const std::vector<sluice_kv> headers = {{str("Retry-After"), str("7")}};
  EXPECT_EQ(
      decode(cohere, chat("m", kHello, true), 429, headers, {{"", R"({"message":"wait"})"}}),
      "error RESOURCE_EXHAUSTED reason=RATE_LIMIT retryable http=429 after_ms=7000 \"wait\"\n");
}

// Damaged answers end in an error or are read; they never crash.
TEST(Decoder, SurvivesDamagedAnswers) {
  const std::vector<std::string> odd = {
      "null",
      "[]",
      "3",
      "{}",
      R"({"type":3})",
      R"({"message":{}})",
      R"({"message":{"content":[1,{"text":2}],"tool_calls":[3]},"finish_reason":"COMPLETE"})",
      R"({"type":"message-start"})",
      R"({"type":"message-start","id":7,"delta":[]})",
      R"({"type":"content-delta","index":-1,"delta":{"message":{"content":[{"text":1}]}}})",
      R"({"type":"content-delta","logprobs":{"logprobs":[[]],"text":[]}})",
      R"({"type":"tool-call-start","index":1e99,"delta":{"message":{"tool_calls":[]}}})",
      R"({"type":"tool-call-start","delta":{"message":{"tool_calls":{"id":"a","function":{}}}}})",
      R"({"type":"tool-call-end","index":4})",
      R"({"type":"citation-start","delta":{"message":{"citations":{"sources":{"a":3}}}}})",
      R"({"type":"message-end","delta":{"finish_reason":"ERROR","usage":{"tokens":{"input_tokens":-1}}}})",
      R"({"type":"error"})",
      R"({"error":{}})"};
  expectBroken("sluice.cohere", odd);
}

}  // namespace
