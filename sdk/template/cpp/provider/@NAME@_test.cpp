#include <gtest/gtest.h>

#include <sluice/testing.hpp>
#include <sluice/transcripts.hpp>

namespace {

using namespace sluice::testing;

constexpr auto kBody =
    R"({"model":"x","messages":[{"role":"user","content":"Hi"}],"max_tokens":5})";

struct @CLASS@Test : ::testing::Test {
  Host host;
  Instance provider{"@ID@", host};
};

TEST_F(@CLASS@Test, AsksInTheUpstreamsWords) {
  EXPECT_EQ(encode(provider, chat("m-1", kBody, true)),
            "POST /v1/talk\nX-Key: <key>\nContent-Type: application/json\n\n"
            R"({"model":"m-1","stream":true,"limit":5,"turns":[{"who":"user","says":"Hi"}]})");
  EXPECT_EQ(encode(provider, models()), "GET /v1/models\nX-Key: <key>\n\n");
}

TEST_F(@CLASS@Test, KnowsItsSettings) {
  const Instance short_spoken("@ID@", host, R"({"limit":7})");
  const std::string asked = encode(short_spoken, chat("m", R"({"messages":[]})", false));
  EXPECT_NE(asked.find(R"("limit":7)"), std::string::npos) << asked;
  const Instance wrong("@ID@", host, R"({"limit":"many"})");
  EXPECT_EQ(describe(wrong.error),
            "error INVALID_ARGUMENT \"settings.limit: must be a whole number, not negative\"");
}

TEST_F(@CLASS@Test, ReadsAnAnswerLineByLine) {
  EXPECT_EQ(decode(provider, chat("m-1", kBody, true), 200, {},
                   {{"", R"({"id":"a1","model":"m-1"})"},
                    {"", R"({"text":"Hel"})"},
                    {"", R"({"text":"lo"})"},
                    {"", R"({"done":"stop","tokens":{"prompt":3,"answer":2}})"}}),
            "start id=\"a1\" name=\"m-1\"\ntext \"Hel\"\ntext \"lo\"\nfinish stop\n"
            "usage input=3 output=2\n");
}

TEST_F(@CLASS@Test, SaysWhatWentWrong) {
  const sluice_request request = chat("m-1", kBody, true);
  EXPECT_EQ(decode(provider, request, 429, {{str("Retry-After"), str("2")}},
                   {{"", R"({"error":"slow down"})"}}),
            "error RESOURCE_EXHAUSTED reason=RATE_LIMIT retryable http=429 after_ms=2000 "
            "\"slow down\"\n");
  EXPECT_EQ(decode(provider, request, 200, {}, {{"", R"({"text":"Hel"})"}}),
            "text \"Hel\"\nerror UNAVAILABLE retryable \"the upstream's answer ended before it "
            "was finished\"\n");
}

TEST_F(@CLASS@Test, ReplaysItsTranscripts) {
  for (const Transcript& recorded : loadTranscripts(SLUICE_SOURCE_DIR "/transcripts"))
    EXPECT_EQ(Replay(provider, recorded).faults(), "") << recorded.name;
}

}  // namespace
