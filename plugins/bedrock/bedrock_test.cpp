#include <array>

#include "../testing/requests.hpp"
#include "usage.hpp"

namespace {

using namespace sluice::testing;

constexpr auto kHello = R"({"model":"m","messages":[{"role":"user","content":"Hi"}]})";
constexpr auto kTurns = R"("messages":[{"role":"user","content":[{"text":"Hi"}]}])";

std::string refusal(std::string_view config) { return refusalOf("sluice.bedrock", config); }

struct Encode : Encoding {
  Encode() : Encoding("sluice.bedrock") {}
};

TEST_F(Encode, AsksForAWholeAnswer) {
  ASSERT_EQ(encode(chat("amazon.nova-pro-v1:0", kHello, false), R"({"region":"eu-west-1"})"),
            SLUICE_OK);
  EXPECT_EQ(http.line, "POST /model/amazon.nova-pro-v1%3A0/converse");
  EXPECT_EQ(http.headers, "Accept: application/json\nContent-Type: application/json\n");
  EXPECT_EQ(http.signing, R"(aws.sigv4 {"service":"bedrock","region":"eu-west-1"})");
  EXPECT_EQ(http.framing(), static_cast<std::uint32_t>(SLUICE_FRAME_WHOLE));
  EXPECT_EQ(http.body, std::string("{") + kTurns + "}");
}

TEST_F(Encode, AsksForEventsWhenStreamed) {
  ASSERT_EQ(encode(chat("amazon.nova-pro-v1:0", kHello, true)), SLUICE_OK);
  EXPECT_EQ(http.line, "POST /model/amazon.nova-pro-v1%3A0/converse-stream");
  EXPECT_EQ(http.headers,
            "Accept: application/vnd.amazon.eventstream\nContent-Type: application/json\n");
  EXPECT_EQ(http.framing(), static_cast<std::uint32_t>(SLUICE_FRAME_EVENTS));
  EXPECT_EQ(http.body, std::string("{") + kTurns + "}");
}

TEST_F(Encode, CarriesAKeyOfBedrocksOwn) {
  ASSERT_EQ(encode(chat("m", kHello, false), R"({"auth":"bearer"})"), SLUICE_OK);
  EXPECT_EQ(http.headers,
            "Accept: application/json\nAuthorization: Bearer <key>\n"
            "Content-Type: application/json\n");
  EXPECT_EQ(http.signing, "");
}

TEST_F(Encode, AsksForAProfileInAModelsPlace) {
  const char* config =
      R"({"profiles":{"claude-sonnet-4-5":"arn:aws:bedrock:eu-west-1:1:application-inference-profile/a1"}})";
  ASSERT_EQ(encode(chat("claude-sonnet-4-5", kHello, false), config), SLUICE_OK);
  EXPECT_EQ(http.line,
            "POST /model/arn%3Aaws%3Abedrock%3Aeu-west-1%3A1%3Aapplication-inference-profile%2Fa1"
            "/converse");
}

TEST_F(Encode, GivesBetasToModelsOfAnthropic) {
  const char* config = R"({"betas":["context-1m-2025-08-07"]})";
  ASSERT_EQ(encode(chat("anthropic.claude-sonnet-4-5", kHello, false), config), SLUICE_OK);
  EXPECT_EQ(http.body,
            std::string("{") + kTurns +
                R"(,"additionalModelRequestFields":{"anthropic_beta":["context-1m-2025-08-07"]}})");
  HttpRequest other;
  const Instance bedrock("sluice.bedrock", host, config);
  const sluice_request request = chat("amazon.nova-pro-v1:0", kHello, false);
  ASSERT_EQ(bedrock.codec()->encode(bedrock.get(), &request, other.out(), &error), SLUICE_OK);
  EXPECT_EQ(other.body, std::string("{") + kTurns + "}");
}

TEST_F(Encode, AsksForACount) {
  ASSERT_EQ(encode(count("anthropic.claude-sonnet-4-5-20250929-v1:0",
                         R"({"messages":[{"role":"system","content":"Be short."},
                             {"role":"user","content":"Hi"}],"temperature":1,"seed":7})")),
            SLUICE_OK);
  EXPECT_EQ(http.line, "POST /model/anthropic.claude-sonnet-4-5-20250929-v1%3A0/count-tokens");
  EXPECT_EQ(http.body, std::string(R"({"input":{"converse":{)") + kTurns +
                           R"(,"system":[{"text":"Be short."}]}}})");
  EXPECT_EQ(http.framing(), static_cast<std::uint32_t>(SLUICE_FRAME_WHOLE));
  EXPECT_TRUE(http.dropped.empty());
}

TEST_F(Encode, RefusesOtherOperations) {
  EXPECT_EQ(encode(models()), SLUICE_UNIMPLEMENTED);
  EXPECT_STREQ(error.message, "Bedrock lists its models at another address than it answers at");
  sluice_request request = chat("m", "{}", false);
  request.op = SLUICE_OP_EMBED;
  EXPECT_EQ(encode(request), SLUICE_UNIMPLEMENTED);
  EXPECT_TRUE(http.line.empty());
}

TEST_F(Encode, WritesNothingOfARequestThatItRefuses) {
  EXPECT_EQ(encode(chat("m", R"({"messages":[{"role":"owl"}]})", false)), SLUICE_INVALID_ARGUMENT);
  EXPECT_EQ(encode(chat("m", "[", false)), SLUICE_INVALID_ARGUMENT);
  EXPECT_TRUE(http.line.empty());
}

TEST(Settings, RefuseWhatWouldBreakTheRequest) {
  EXPECT_EQ(refusal("{"), "the settings are not JSON: a member's name is missing");
  EXPECT_EQ(refusal(R"({"auth":"basic"})"), "settings.auth: must be one of sigv4, bearer");
  EXPECT_EQ(refusal(R"({"region":"EU"})"), "settings.region: is no region, such as eu-central-1");
  EXPECT_EQ(refusal(R"({"region":""})"), "settings.region: is no region, such as eu-central-1");
  EXPECT_EQ(refusal(R"({"profiles":{"m":""}})"),
            "settings.profiles: must hold ids that are not empty");
  EXPECT_EQ(refusal(R"({"betas":[7]})"), "settings.betas: must hold names that are not empty");
}

TEST(Component, SpeaksNoDialectOfClients) {
  const sluice_component& bedrock = component("sluice.bedrock");
  EXPECT_TRUE(bedrock.dialects == nullptr || bedrock.dialects[0] == nullptr);
  EXPECT_EQ(bedrock.kind, static_cast<std::uint32_t>(SLUICE_KIND_PROVIDER));
}

// Whatever an upstream says, no token is told twice, and the buckets add up to its total.
TEST(Usage, AddsUpToTheTotal) {
  constexpr std::array<std::uint64_t, 5> kCounts = {0, 1, 7, 1500, 200000};
  for (const std::uint64_t input : kCounts)
    for (const std::uint64_t output : kCounts)
      for (const std::uint64_t read : kCounts)
        for (const std::uint64_t written : kCounts)
          for (const bool inside : {false, true}) {
            if (inside && read + written > input) continue;
            const std::uint64_t total = input + output + (inside ? 0 : read + written);
            std::string told;
            sluice::json::Writer(told)
                .beginObject()
                .member("inputTokens", input)
                .member("outputTokens", output)
                .member("totalTokens", total)
                .member("cacheReadInputTokens", read)
                .member("cacheWriteInputTokens", written)
                .endObject();
            sluice::json::Document document;
            ASSERT_TRUE(document.parse(told));
            const sluice_usage usage = bedrock::bucketsOf(document.root());
            EXPECT_EQ(
                usage.input + usage.cache_read + usage.cache_write + usage.output + usage.reasoning,
                total)
                << told;
            EXPECT_EQ(usage.cache_read, read);
            EXPECT_EQ(usage.cache_write, written);
            EXPECT_EQ(usage.output, output) << told;
          }
}

// Damaged answers end in an error or are read; they never crash.
TEST(Decoder, SurvivesDamagedAnswers) {
  const std::vector<Frame> odd = {
      {"messageStart", "null"},
      {"messageStart", "[]"},
      {"", "{}"},
      {"", R"({"output":{"message":{"content":[3,{"toolUse":{"input":[1]}}]}},"stopReason":7})"},
      {"contentBlockStart", R"({"contentBlockIndex":-1,"start":{"toolUse":{}}})"},
      {"contentBlockStart", R"({"contentBlockIndex":1e99,"start":[]})"},
      {"contentBlockDelta", R"({"delta":{"toolUse":{"input":"{"}}})"},
      {"contentBlockDelta", R"({"delta":{"reasoningContent":{"signature":3}}})"},
      {"contentBlockDelta", R"({"contentBlockIndex":{},"delta":[],"x":1})"},
      {"contentBlockDelta", R"({"delta":{"citation":{"location":3}}})"},
      {"contentBlockStop", "{}"},
      {"metadata", R"({"usage":{"inputTokens":18446744073709551615,"totalTokens":-1}})"},
      {"!", ""},
      {"!x", "{"},
      {"", ""}};
  expectErrors("sluice.bedrock", odd);
}

TEST(Decoder, BoundsWhatAnAnswerMayHold) {
  Host host;
  const Instance bedrock("sluice.bedrock", host);
  std::vector<Frame> frames;
  frames.reserve(3000);
  for (int i = 0; i < 3000; ++i)
    frames.push_back({"contentBlockStart", R"({"contentBlockIndex":)" + std::to_string(i) +
                                               R"(,"start":{"image":{}}})"});
  EXPECT_NE(decode(bedrock, chat("m", "{}", true), 200, {}, frames).find("too many open blocks"),
            std::string::npos);
}

}  // namespace
