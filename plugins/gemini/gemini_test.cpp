#include <random>

#include "../testing/requests.hpp"
#include "usage.hpp"

namespace {

using namespace sluice::testing;

constexpr auto kHello =
    R"({"model":"gemini-2.5-flash","messages":[{"role":"user","content":"Hi"}]})";
constexpr auto kHelloSent = R"({"contents":[{"role":"user","parts":[{"text":"Hi"}]}]})";
constexpr auto kTexts = R"({"model":"m","input":["a","b"],"purpose":"document","dimensions":64})";
constexpr auto kProject = R"({"project":"p-1","location":"europe-west1"})";

sluice_request embed(std::string_view model, std::string_view body) {
  sluice_request made = request(SLUICE_OP_EMBED, body);
  made.model = str(model);
  return made;
}

struct Encode : ::testing::Test {
  sluice_status encode(const sluice_request& request) {
    return gemini.codec()->encode(gemini.get(), &request, http.out(), &error);
  }
  sluice_status encodeVertex(const sluice_request& request, std::string_view config = kProject) {
    const Instance vertex("sluice.vertex", host, config);
    return vertex.codec()->encode(vertex.get(), &request, http.out(), &error);
  }
  Host host;
  Instance gemini{"sluice.gemini", host};
  HttpRequest http;
  sluice_error error = emptyError();
};

TEST_F(Encode, AsksForAWholeAnswer) {
  ASSERT_EQ(encode(chat("gemini-2.5-flash", kHello, false)), SLUICE_OK);
  EXPECT_EQ(http.line, "POST /v1beta/models/gemini-2.5-flash:generateContent");
  EXPECT_EQ(http.headers,
            "Accept: application/json\nx-goog-api-key: <key>\nContent-Type: application/json\n");
  EXPECT_EQ(http.framing(), static_cast<std::uint32_t>(SLUICE_FRAME_WHOLE));
  EXPECT_EQ(http.body, kHelloSent);
  EXPECT_EQ(http.signing, "");
  EXPECT_TRUE(http.dropped.empty());
}

TEST_F(Encode, AsksForEventsWhenStreamed) {
  ASSERT_EQ(encode(chat("gemini-2.5-flash", kHello, true)), SLUICE_OK);
  EXPECT_EQ(http.line, "POST /v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse");
  EXPECT_EQ(http.headers,
            "Accept: text/event-stream\nx-goog-api-key: <key>\nContent-Type: application/json\n");
  EXPECT_EQ(http.framing(), static_cast<std::uint32_t>(SLUICE_FRAME_SSE));
  EXPECT_EQ(http.body, kHelloSent);
}

TEST_F(Encode, HasTheHostSignForVertex) {
  ASSERT_EQ(encodeVertex(chat("gemini-2.5-pro", kHello, true)), SLUICE_OK);
  EXPECT_EQ(http.line,
            "POST /v1/projects/p-1/locations/europe-west1/publishers/google/models/"
            "gemini-2.5-pro:streamGenerateContent?alt=sse");
  EXPECT_EQ(http.headers, "Accept: text/event-stream\nContent-Type: application/json\n");
  EXPECT_EQ(http.signing,
            "google.service-account "
            R"({"scopes":["https://www.googleapis.com/auth/cloud-platform"]})");
  EXPECT_EQ(http.body, kHelloSent);
}

TEST_F(Encode, FindsVertexModelsWhereverTheyAre) {
  ASSERT_EQ(encodeVertex(chat("m", kHello, false), R"({"project":"example.com:p"})"), SLUICE_OK);
  EXPECT_EQ(http.line,
            "POST /v1/projects/example.com%3Ap/locations/global/publishers/google/models/"
            "m:generateContent");
  ASSERT_EQ(encodeVertex(chat("m", kHello, false), R"({"project":"p","publisher":"acme"})"),
            SLUICE_OK);
  EXPECT_EQ(http.line,
            "POST /v1/projects/p/locations/global/publishers/acme/models/m:generateContent");
  ASSERT_EQ(encodeVertex(chat("endpoints/123", kHello, false)), SLUICE_OK);
  EXPECT_EQ(http.line,
            "POST /v1/projects/p-1/locations/europe-west1/endpoints/123:generateContent");
}

TEST_F(Encode, LetsNoModelsNameLeaveItsPlace) {
  ASSERT_EQ(encode(chat("models/gemini-2.5-pro", kHello, false)), SLUICE_OK);
  EXPECT_EQ(http.line, "POST /v1beta/models/gemini-2.5-pro:generateContent");
  ASSERT_EQ(encode(chat("tunedModels/mine-1", kHello, false)), SLUICE_OK);
  EXPECT_EQ(http.line, "POST /v1beta/tunedModels/mine-1:generateContent");
  ASSERT_EQ(encode(chat("../files:x?a=b#\n%", kHello, false)), SLUICE_OK);
  EXPECT_EQ(http.line, "POST /v1beta/models/..%2Ffiles%3Ax%3Fa%3Db%23%0A%25:generateContent");
}

TEST_F(Encode, AsksForModels) {
  ASSERT_EQ(encode(models()), SLUICE_OK);
  EXPECT_EQ(http.line, "GET /v1beta/models?pageSize=1000");
  EXPECT_EQ(http.headers, "Accept: application/json\nx-goog-api-key: <key>\n");
  EXPECT_TRUE(http.pieces.empty());
  ASSERT_EQ(encodeVertex(models()), SLUICE_OK);
  EXPECT_EQ(http.line, "GET /v1beta1/publishers/google/models?pageSize=200");
  EXPECT_NE(http.signing, "");
}

TEST_F(Encode, AsksForEmbeddings) {
  ASSERT_EQ(encode(embed("gemini-embedding-001", kTexts)), SLUICE_OK);
  EXPECT_EQ(http.line, "POST /v1beta/models/gemini-embedding-001:batchEmbedContents");
  const std::string rest = R"("taskType":"RETRIEVAL_DOCUMENT","outputDimensionality":64})";
  EXPECT_EQ(http.body,
            R"({"requests":[{"model":"models/gemini-embedding-001","content":{"parts":)"
            R"([{"text":"a"}]},)" +
                rest +
                R"(,{"model":"models/gemini-embedding-001","content":{"parts":[{"text":"b"}]},)" +
                rest + "]}");
}

TEST_F(Encode, AsksForEmbeddingsAtVertex) {
  ASSERT_EQ(encodeVertex(embed("text-embedding-005", kTexts)), SLUICE_OK);
  EXPECT_EQ(http.line,
            "POST /v1/projects/p-1/locations/europe-west1/publishers/google/models/"
            "text-embedding-005:predict");
  EXPECT_EQ(http.body, R"({"instances":[{"content":"a","task_type":"RETRIEVAL_DOCUMENT"},)"
                       R"({"content":"b","task_type":"RETRIEVAL_DOCUMENT"}],)"
                       R"("parameters":{"outputDimensionality":64}})");
  HttpRequest plain;
  const Instance vertex("sluice.vertex", host, kProject);
  const sluice_request bare = embed("m", R"({"model":"m","input":["a"],"purpose":"query"})");
  ASSERT_EQ(vertex.codec()->encode(vertex.get(), &bare, plain.out(), &error), SLUICE_OK);
  EXPECT_EQ(plain.body, R"({"instances":[{"content":"a","task_type":"RETRIEVAL_QUERY"}]})");
}

TEST_F(Encode, RefusesToEmbedWhatIsNoText) {
  for (const char* input : {"[]", "\"a\"", "[1]", "null"}) {
    const std::string body = R"({"model":"m","input":)" + std::string(input) + "}";
    EXPECT_EQ(encode(embed("m", body)), SLUICE_INVALID_ARGUMENT) << input;
    EXPECT_STREQ(error.param, "input");
  }
}

constexpr auto kCounted = R"({"model":"m","messages":[{"role":"system","content":"S"},
    {"role":"user","content":"Hi"}],"max_tokens":9,"tool_choice":"none",
    "tools":[{"type":"function","function":{"name":"f"}}]})";

TEST_F(Encode, AsksForTheSizeOfAPrompt) {
  const std::string prompt = R"("systemInstruction":{"parts":[{"text":"S"}]},)"
                             R"("contents":[{"role":"user","parts":[{"text":"Hi"}]}],)"
                             R"("tools":[{"functionDeclarations":[{"name":"f"}]}]})";
  ASSERT_EQ(encode(count("gemini-2.5-pro", kCounted)), SLUICE_OK);
  EXPECT_EQ(http.line, "POST /v1beta/models/gemini-2.5-pro:countTokens");
  EXPECT_EQ(http.body,
            R"({"generateContentRequest":{"model":"models/gemini-2.5-pro",)" + prompt + "}");
  HttpRequest there;
  const Instance vertex("sluice.vertex", host, kProject);
  const sluice_request asked = count("gemini-2.5-pro", kCounted);
  ASSERT_EQ(vertex.codec()->encode(vertex.get(), &asked, there.out(), &error), SLUICE_OK);
  EXPECT_EQ(there.line,
            "POST /v1/projects/p-1/locations/europe-west1/publishers/google/models/"
            "gemini-2.5-pro:countTokens");
  EXPECT_EQ(there.body, "{" + prompt);
}

TEST_F(Encode, RefusesOtherOperations) {
  sluice_request search = chat("m", "{}", false);
  search.op = SLUICE_OP_SEARCH;
  EXPECT_EQ(encode(search), SLUICE_UNIMPLEMENTED);
  EXPECT_TRUE(http.line.empty());
}

TEST_F(Encode, WritesNothingOfARequestThatItRefuses) {
  EXPECT_EQ(encode(chat("m", R"({"messages":[{"role":"owl"}]})", false)), SLUICE_INVALID_ARGUMENT);
  EXPECT_EQ(encode(chat("m", "[", false)), SLUICE_INVALID_ARGUMENT);
  EXPECT_TRUE(http.line.empty());
}

TEST(Settings, RefuseWhatWouldBreakTheRequest) {
  EXPECT_EQ(refusalOf("sluice.gemini", "{"),
            "the settings are not JSON: a member's name is missing");
  EXPECT_EQ(refusalOf("sluice.gemini", R"({"schemas":"xml"})"),
            "settings.schemas: must be one of auto, json, simple");
  EXPECT_EQ(refusalOf("sluice.gemini", R"({"safety":["x"]})"),
            "settings.safety: must be an object");
  EXPECT_EQ(refusalOf("sluice.gemini", R"({"safety":{"HARM_CATEGORY_HARASSMENT":1}})"),
            "settings.safety.HARM_CATEGORY_HARASSMENT: must be a threshold");
  EXPECT_EQ(refusalOf("sluice.gemini", R"({"fetch_urls":"yes"})"),
            "settings.fetch_urls: must be true or false");
  EXPECT_EQ(refusalOf("sluice.vertex", "{}"), "settings.project: must not be empty");
}

TEST(Component, SpeaksTheCanonicalFormAlone) {
  for (const char* id : {"sluice.gemini", "sluice.vertex"}) {
    EXPECT_EQ(component(id).dialects, nullptr);
    EXPECT_EQ(component(id).kind, static_cast<std::uint32_t>(SLUICE_KIND_PROVIDER));
  }
}

std::string streamed(const std::vector<std::string>& events) {
  Host host;
  const Instance gemini("sluice.gemini", host);
  std::vector<Frame> frames;
  frames.reserve(events.size());
  for (const std::string& event : events) frames.push_back({"", event});
  return decode(gemini, chat("m", "{}", true), 200, {}, frames);
}

// Old models give a reason with every piece: only the stream's end is the answer's.
TEST(Decoder, GoesOnAfterAReason) {
  EXPECT_EQ(
      streamed(
          {R"({"candidates":[{"content":{"parts":[{"text":"a"}]},"finishReason":"STOP"}]})",
           R"({"candidates":[{"content":{"parts":[{"text":"b"}]},"finishReason":"STOP"}]})",
           R"({"candidates":[{"content":{"parts":[{"text":"c"}]},"finishReason":"MAX_TOKENS"}]})"}),
      "start\ntext \"a\"\ntext \"b\"\ntext \"c\"\nfinish length\n");
}

TEST(Decoder, TakesTheLastUsageAndNeverLess) {
  const std::string piece = R"({"candidates":[{"content":{"parts":[{"text":"a"}]}}],)";
  EXPECT_EQ(
      streamed(
          {piece + R"("usageMetadata":{"promptTokenCount":5,"totalTokenCount":5}})",
           piece + R"("usageMetadata":{"promptTokenCount":5,"totalTokenCount":5}})",
           piece + R"("usageMetadata":{"trafficType":"ON_DEMAND"}})",
           piece + R"("usageMetadata":{"promptTokenCount":5,"candidatesTokenCount":4}})",
           piece + R"("usageMetadata":{"promptTokenCount":1}})",
           R"({"candidates":[{"finishReason":"STOP"}]})",
           R"({"usageMetadata":{"promptTokenCount":5,"candidatesTokenCount":4,"thoughtsTokenCount":2}})"}),
      "start\ntext \"a\"\nusage input=5\ntext \"a\"\ntext \"a\"\ntext \"a\"\n"
      "usage input=5 output=4\ntext \"a\"\nusage input=5 output=4 reasoning=2\nfinish stop\n");
}

// Where `alt=sse` is lost, the stream is one array.
TEST(Decoder, ReadsAnArrayOfPieces) {
  EXPECT_EQ(streamed({R"( [{"candidates":[{"content":{"parts":[{"text":"a"}]}}]},)"
                      R"({"candidates":[{"finishReason":"STOP"}]}])"}),
            "start\ntext \"a\"\nfinish stop\n");
}

// Buckets never overlap, and add up to what the upstream says the total is.
TEST(Usage, AddsUpToTheTotal) {
  std::mt19937 random(4);  // NOLINT(bugprone-random-generator-seed): the same every time
  const auto some = [&](std::uint64_t most) { return random() % 3 == 0 ? 0 : random() % most; };
  for (int i = 0; i < 2000; ++i) {
    const std::uint64_t prompt = some(5000), cached = prompt == 0 ? 0 : some(prompt + 1);
    const std::uint64_t answer = some(900), thoughts = some(900), tools = some(90);
    // Some answers leave a part out that their total counts.
    const std::uint64_t untold = some(9);
    const std::uint64_t total = prompt + answer + thoughts + tools + untold;
    std::string text;
    sluice::json::Writer writer(text);
    writer.beginObject();
    const auto add = [&](const char* name, std::uint64_t value) {
      if (value != 0 || random() % 2 == 0) writer.member(name, value);
    };
    add("promptTokenCount", prompt);
    add("cachedContentTokenCount", cached);
    add("candidatesTokenCount", answer);
    add("thoughtsTokenCount", thoughts);
    add("toolUsePromptTokenCount", tools);
    writer.member("totalTokenCount", total).endObject();
    sluice::json::Document document;
    ASSERT_TRUE(document.parse(text));
    const sluice_usage usage = gemini::bucketsOf(document.root());
    EXPECT_EQ(usage.input + usage.cache_read + usage.cache_write + usage.output + usage.reasoning,
              total)
        << text;
    EXPECT_EQ(usage.input + usage.cache_read, prompt + tools) << text;
    EXPECT_EQ(usage.cache_read, cached) << text;
    EXPECT_EQ(usage.reasoning, thoughts) << text;
  }
}

// Damaged answers end in an error or are read; they never crash.
TEST(Decoder, SurvivesDamagedAnswers) {
  const std::vector<std::string> odd = {
      "null",
      "[]",
      "[1,null,[{}]]",
      "[{]",
      "3",
      "{}",
      R"({"candidates":3})",
      R"({"candidates":[1,[],null]})",
      R"({"candidates":[{"index":-1,"content":{"parts":{"a":1}}}]})",
      R"({"candidates":[{"index":18446744073709551615}]})",
      R"({"candidates":[{"index":63,"content":{"parts":[{"text":7,"thought":"x"}]}}]})",
      R"({"candidates":[{"content":{"parts":[{"functionCall":{"name":3,"args":[1]}}]}}]})",
      R"({"candidates":[{"content":{"parts":[{"functionCall":[],"thoughtSignature":""}]}}]})",
      R"({"candidates":[{"logprobsResult":{"chosenCandidates":[1],"topCandidates":{"a":1}}}]})",
      R"({"candidates":[{"citationMetadata":{"citations":[1,{}]},"finishReason":7}]})",
      R"({"promptFeedback":{"blockReason":3}})",
      R"({"usageMetadata":{"promptTokenCount":18446744073709551615,"totalTokenCount":-1}})",
      R"({"error":{}})",
      R"({"error":{"code":-3,"details":[1,{"retryDelay":"s"},{"violations":3}]}})",
      R"({"error":"x"})"};
  expectErrors("sluice.gemini", odd);
}

}  // namespace
