// Plugins written with the SDK, run by the host.
#include <gtest/gtest.h>

#include "io/offload.hpp"
#include "plugins/test_support.hpp"

using namespace sluice;
using namespace sluice::plugins;
using namespace sluice::plugins::test;

namespace {

using namespace std::chrono_literals;

const std::string kTestPlugins = buildDirectory() + "/test-plugins";
const std::string kPlugins = buildDirectory() + "/plugins";

std::shared_ptr<const Instance> make(const std::string& directory, const std::string& stem,
                                     const std::string& settings = "{}") {
  const Opened opened = openPlugins({stem}, directory);
  EXPECT_TRUE(opened.problems.empty());
  return *opened.registry->create(Kind::provider, stem, stem, settings);
}

std::string talk(const Instance& instance, std::string_view body, bool stream) {
  io::Loop loop;
  io::WorkerPool workers(1, 1);
  Request request;
  request.stream = stream;
  request.model = "echo";
  request.dialect = kCanonicalChat;
  request.body = body;
  Fault fault;
  auto call = instance.start(request, loop, workers, fault);
  if (!call) return fault.message;
  Recorder sink;
  std::optional<Fault> outcome;
  while (call->drain(sink, outcome)) {
    while (!call->slot().ready) loop.turn(true);
  }
  return outcome ? outcome->message : sink.text;
}

constexpr std::string_view kBody = R"({"messages": [{"role": "user", "content": "good day"}]})";

TEST(SdkPlugins, TheDemoEchoes) {
  const auto demo = make(kPlugins, "demo");
  EXPECT_EQ(talk(*demo, kBody, false), "good day");
  EXPECT_EQ(talk(*demo, kBody, true), "good day");
}

TEST(SdkPlugins, APlainCPluginEchoes) {
  EXPECT_EQ(talk(*make(kTestPlugins, "echo"), kBody, true), kBody);
}

TEST(SdkPlugins, TheTickerIsPausedAndResumed) {
  const auto ticker = make(kTestPlugins, "ticker", R"({"ticks": 20000})");
  EXPECT_EQ(talk(*ticker, kBody, true).size(), 20'000 * std::string_view("tick ").size());
}

TEST(SdkPlugins, TheTickerIsCancelled) {
  const auto ticker = make(kTestPlugins, "ticker", R"({"ticks": 1000000000})");
  for (int i = 0; i < 20; ++i) {
    io::Loop loop;
    io::WorkerPool workers(1, 1);
    Fault fault;
    auto call = ticker->start({}, loop, workers, fault);
    ASSERT_TRUE(call);
    if (i % 2 == 0) loop.turn(true);
  }
}

TEST(SdkPlugins, ACodecTellsWhatItLeavesOut) {
  const auto acme = make(kTestPlugins, "acme");
  Request request;
  request.body = R"({"messages": [], "seed": 7, "logit_bias": {}})";
  Encoded encoded;
  ASSERT_FALSE(acme->encode(request, "k-1", encoded));
  ASSERT_EQ(encoded.dropped.size(), 2u);
  EXPECT_EQ(encoded.dropped[0].field, "seed");
  EXPECT_FALSE(encoded.dropped[0].meaning);
  EXPECT_EQ(encoded.dropped[1].field, "logit_bias");
  EXPECT_TRUE(encoded.dropped[1].meaning);
}

struct JsonRecorder : Recorder {
  Answer push(const Chunk& chunk) noexcept override {
    json += chunk.extra;
    return Recorder::push(chunk);
  }
  std::string json;
};

TEST(SdkPlugins, ACodecCounts) {
  const auto acme = make(kTestPlugins, "acme");
  Request request;
  request.op = Op::count;
  request.body = kBody;
  Encoded encoded;
  ASSERT_FALSE(acme->encode(request, "k-1", encoded));
  EXPECT_EQ(encoded.path, "/v2/count");
  EXPECT_EQ(encoded.framing, Framing::whole);
  Fault fault;
  JsonRecorder sink;
  const auto decoder = acme->open(request, 200, {}, fault);
  ASSERT_FALSE(decoder->frame("", R"({"count": 42})", sink));
  EXPECT_EQ(sink.last.type, ChunkType::json);
  EXPECT_EQ(sink.json, R"({"input_tokens":42})");
  ASSERT_FALSE(decoder->end(sink));
}

TEST(SdkPlugins, ACodecTranslates) {
  const auto acme = make(kTestPlugins, "acme");
  Request request;
  request.model = "m-1";
  request.body = kBody;
  Encoded encoded;
  const auto failed = acme->encode(request, "k-1", encoded);
  ASSERT_FALSE(failed);
  EXPECT_EQ(encoded.path, "/v2/chat");
  EXPECT_NE(encoded.fields.find("x-acme-key: k-1\r\n"), std::string::npos);
  EXPECT_EQ(encoded.framing, Framing::sse);

  Fault fault;
  Recorder sink;
  auto decoder = acme->open(request, 200, {}, fault);
  ASSERT_FALSE(decoder->frame("", R"({"delta": "Hel"})", sink));
  ASSERT_FALSE(decoder->frame("", R"({"delta": "lo", "stop": "stop"})", sink));
  ASSERT_FALSE(decoder->end(sink));
  EXPECT_EQ(sink.text, "Hello");

  decoder = acme->open(request, 429, {}, fault);
  const Fault refused =
      must(decoder->frame("", R"({"problem": "too fast", "kind": "slow_down"})", sink));
  EXPECT_EQ(refused.reason, Reason::rateLimit);
  EXPECT_EQ(refused.message, "too fast");
  EXPECT_EQ(refused.httpStatus, 429);
}

}  // namespace
