#include <random>

#include "../testing/requests.hpp"

namespace {

using namespace sluice::testing;

constexpr auto kHello =
    R"({"model":"claude-sonnet-4-5","messages":[{"role":"user","content":"Hi"}]})";

std::string refusal(std::string_view config) { return refusalOf("sluice.anthropic", config); }

struct Encode : Encoding {
  Encode() : Encoding("sluice.anthropic") {}
};

TEST_F(Encode, SendsItsOwnDialectAsItIs) {
  const std::string body = R"({"model":"m","messages":[],"unknown":1.0,"top_k" : 3})";
  sluice_request request = chat("m", body, false);
  request.dialect = str("anthropic.messages");
  ASSERT_EQ(encode(request), SLUICE_OK);
  EXPECT_EQ(http.line, "POST /messages");
  EXPECT_EQ(http.headers,
            "Accept: application/json\nx-api-key: <key>\nanthropic-version: 2023-06-01\n"
            "Content-Type: application/json\n");
  EXPECT_EQ(http.framing(), static_cast<std::uint32_t>(SLUICE_FRAME_WHOLE));
  ASSERT_EQ(http.pieces.size(), 1u);  // the host sends it without a copy
  EXPECT_EQ(http.pieces[0].ptr, body.data());
  EXPECT_EQ(http.pieces[0].len, body.size());
}

TEST_F(Encode, AsksForEventsWhenStreamed) {
  ASSERT_EQ(encode(chat("claude-sonnet-4-5", kHello, true)), SLUICE_OK);
  EXPECT_EQ(http.headers,
            "Accept: text/event-stream\nx-api-key: <key>\nanthropic-version: 2023-06-01\n"
            "Content-Type: application/json\n");
  EXPECT_EQ(http.framing(), static_cast<std::uint32_t>(SLUICE_FRAME_SSE));
  EXPECT_EQ(
      http.body,
      R"({"model":"claude-sonnet-4-5","max_tokens":8192,"messages":[{"role":"user","content":)"
      R"([{"type":"text","text":"Hi"}]}],"stream":true})");
}

TEST_F(Encode, AddsWhatTheSettingsSay) {
  ASSERT_EQ(encode(chat("m", kHello, false), R"({
              "auth": "bearer", "version": "2027-01-01", "betas": ["files-1", "context-2"]})"),
            SLUICE_OK);
  EXPECT_EQ(http.headers,
            "Accept: application/json\nAuthorization: Bearer <key>\nanthropic-version: 2027-01-01\n"
            "anthropic-beta: files-1,context-2\nContent-Type: application/json\n");
}

TEST_F(Encode, AsksForModels) {
  ASSERT_EQ(encode(models()), SLUICE_OK);
  EXPECT_EQ(http.line, "GET /models?limit=1000");
  EXPECT_EQ(http.headers,
            "Accept: application/json\nx-api-key: <key>\nanthropic-version: 2023-06-01\n");
  EXPECT_TRUE(http.pieces.empty());
  EXPECT_EQ(http.framing(), static_cast<std::uint32_t>(SLUICE_FRAME_WHOLE));
}

TEST_F(Encode, RefusesOtherOperations) {
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

TEST_F(Encode, TellsWhatItLeavesOut) {
  ASSERT_EQ(encode(chat("m", R"({"messages":[{"role":"user","content":"Hi"}],"seed":7,"store":false,
                      "presence_penalty":0.5,"stop":[" ","x"]})",
                        false)),
            SLUICE_OK);
  std::string told;
  for (const Dropped& one : http.dropped) told += std::to_string(one.weight) + one.field + " ";
  EXPECT_EQ(told, "0presence_penalty 0seed 0stop ");
}

TEST_F(Encode, AsksForACount) {
  sluice_request request = count("claude-sonnet-4-5", R"({"model":"claude-sonnet-4-5","seed":7,
      "max_tokens":9,"temperature":1,"messages":[{"role":"system","content":"Be short."},
                                                 {"role":"user","content":"Hi"}]})");
  ASSERT_EQ(encode(request), SLUICE_OK);
  EXPECT_EQ(http.line, "POST /messages/count_tokens");
  EXPECT_EQ(http.body,
            R"({"model":"claude-sonnet-4-5","messages":[{"role":"user","content":)"
            R"([{"type":"text","text":"Hi"}]}],"system":[{"type":"text","text":"Be short."}]})");
  EXPECT_EQ(http.framing(), static_cast<std::uint32_t>(SLUICE_FRAME_WHOLE));
  EXPECT_TRUE(http.dropped.empty());
}

TEST_F(Encode, PassesACountOfItsOwnDialectOn) {
  const std::string body = R"({"model":"m","messages":[],"unknown":1.0})";
  sluice_request request = count("m", body);
  request.dialect = str("anthropic.messages");
  ASSERT_EQ(encode(request), SLUICE_OK);
  EXPECT_EQ(http.line, "POST /messages/count_tokens");
  EXPECT_EQ(http.body, body);
}

// Whatever was counted, streamed or whole: no token is told twice, and none is lost.
TEST(Usage, AddsUpToTheTotal) {
  std::mt19937 random(4);  // NOLINT(bugprone-random-generator-seed): the same every time
  const auto some = [&](std::uint64_t most) { return random() % 3 == 0 ? 0 : random() % most; };
  Host host;
  const Instance instance("sluice.anthropic", host);
  for (int i = 0; i < 500; ++i) {
    const std::uint64_t input = some(5000), read = some(5000), written = some(900);
    const std::uint64_t output = some(900), thought = some(output + 1);
    std::string prompt = "\"input_tokens\":" + std::to_string(input);
    if (read != 0 || random() % 2 == 0)
      prompt += ",\"cache_read_input_tokens\":" + std::to_string(read);
    if (written != 0 || random() % 2 == 0)
      prompt += ",\"cache_creation_input_tokens\":" + std::to_string(written);
    std::string answer = "\"output_tokens\":" + std::to_string(output);
    if (thought != 0)
      answer += ",\"output_tokens_details\":{\"thinking_tokens\":" + std::to_string(thought) + "}";
    const std::string whole =
        R"({"type":"message","content":[],"stop_reason":"end_turn","usage":{)" + prompt + "," +
        answer + "}}";
    const std::string begun =
        R"({"type":"message_start","message":{"usage":{)" + prompt + R"(,"output_tokens":1}}})";
    const std::string ended =
        R"({"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{)" + answer + "}}";
    std::string told = "usage";
    for (const auto& [name, value] :
         {std::pair("input", input), std::pair("cache_read", read),
          std::pair("cache_write", written), std::pair("output", output - thought),
          std::pair("reasoning", thought)})
      if (value != 0) told += std::string(" ") + name + "=" + std::to_string(value);
    for (const std::string& log :
         {decode(instance, chat("m", "{}", false), 200, {}, {{"", whole}}),
          decode(instance, chat("m", "{}", true), 200, {},
                 {{"", begun}, {"", ended}, {"", R"({"type":"message_stop"})"}})}) {
      const std::size_t last = log.rfind("usage");
      ASSERT_NE(last, std::string::npos) << log;
      EXPECT_EQ(log.substr(last, log.find('\n', last) - last), told) << whole;
    }
  }
}

TEST(Count, IsTold) {
  Host host;
  const Instance anthropic("sluice.anthropic", host);
  const sluice_request request = count("m", kHello);
  const auto answer = [&](std::string body) {
    return decode(anthropic, request, 200, {}, {{"", std::move(body)}});
  };
  EXPECT_EQ(answer(R"({"input_tokens":2095})"), "json {\"input_tokens\":2095}\n");
  EXPECT_EQ(answer("{}").rfind("error UNAVAILABLE retryable", 0), 0u);
}

TEST(Settings, RefuseWhatWouldBreakTheRequest) {
  EXPECT_EQ(refusal("{"), "the settings are not JSON: a member's name is missing");
  EXPECT_EQ(refusal(R"({"auth":"basic"})"), "settings.auth: must be one of x-api-key, bearer");
  EXPECT_EQ(refusal(R"({"thinking":"much"})"),
            "settings.thinking: must be one of auto, budget, adaptive");
  EXPECT_EQ(refusal(R"({"structured_outputs":1})"),
            "settings.structured_outputs: must be a string");
  EXPECT_EQ(refusal(R"({"max_tokens":0})"), "settings.max_tokens: must be at least 1");
  EXPECT_EQ(refusal(R"({"version":"1\r\nX: y"})"),
            "settings.version: may hold visible ASCII characters only");
  EXPECT_EQ(refusal(R"({"version":""})"), "settings.version: must not be empty");
  EXPECT_EQ(refusal(R"({"betas":["a,b"]})"),
            "settings.betas: may hold visible ASCII characters only");
  EXPECT_EQ(refusal(R"({"betas":[7]})"), "settings.betas: must not be empty");
}

TEST(Component, SpeaksAnthropicMessages) {
  const sluice_component& anthropic = component("sluice.anthropic");
  EXPECT_STREQ(anthropic.dialects[0], "anthropic.messages");
  EXPECT_EQ(anthropic.dialects[1], nullptr);
  EXPECT_EQ(anthropic.kind, static_cast<std::uint32_t>(SLUICE_KIND_PROVIDER));
}

// Damaged answers end in an error or are read; they never crash.
TEST(Decoder, SurvivesDamagedAnswers) {
  const std::vector<std::string> odd = {
      "null",
      "[]",
      "3",
      "\"x\"",
      "{}",
      R"({"type":3})",
      R"({"type":"message_start"})",
      R"({"type":"message_start","message":[{"usage":3}]})",
      R"({"type":"content_block_start"})",
      R"({"type":"content_block_start","index":-1,"content_block":{"type":"tool_use","input":[1]}})",
      R"({"type":"content_block_start","index":0,"content_block":{"type":"text","citations":[1]}})",
      R"({"type":"content_block_start","index":1e99,"content_block":{"type":"thinking"}})",
      R"({"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta"}})",
      R"({"type":"content_block_delta","delta":{"type":"citations_delta","citation":"x"}})",
      R"({"type":"content_block_delta","index":{},"delta":[]})",
      R"({"type":"content_block_stop","index":0})",
      R"({"type":"message_delta","delta":{"stop_reason":7},"usage":{"output_tokens":-1}})",
      R"({"type":"message_delta","usage":{"cache_creation":{"a":"b","c":18446744073709551615}}})",
      R"({"type":"error"})",
      R"({"type":"error","error":"x"})",
      R"({"error":{}})",
      R"({"type":"message","content":{"a":1}})"};
  expectErrors("sluice.anthropic", odd);
}

TEST(Decoder, BoundsWhatAnAnswerMayHold) {
  Host host;
  const Instance anthropic("sluice.anthropic", host);
  std::vector<Frame> frames;
  frames.reserve(3000);
  for (int i = 0; i < 3000; ++i)
    frames.push_back({"", R"({"type":"content_block_start","index":)" + std::to_string(i) +
                              R"(,"content_block":{"type":"text"}})"});
  EXPECT_NE(decode(anthropic, chat("m", "{}", true), 200, {}, frames).find("too many open blocks"),
            std::string::npos);
}

}  // namespace
