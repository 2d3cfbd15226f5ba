#include <gtest/gtest.h>

#include <sluice/testing.hpp>

namespace {

using namespace sluice::testing;

TEST(Acme, TranslatesBothWays) {
  Host host;
  const Instance acme("test.acme", host);
  const sluice_request request = chat(
      "m-1", R"({"model":"x","max_tokens":5,"messages":[{"role":"user","content":"a\nb"}]})", true);
  HttpRequest http;
  sluice_error error = emptyError();
  ASSERT_EQ(acme.codec()->encode(acme.get(), &request, http.out(), &error), SLUICE_OK);
  EXPECT_EQ(http.line, "POST /v2/chat");
  EXPECT_EQ(http.headers,
            "x-acme-key: <key>\nContent-Type: application/json\nAccept: text/event-stream\n");
  EXPECT_EQ(http.body,
            R"({"model":"m-1","stream":true,"limit":5,"turns":[{"who":"user","says":"a\nb"}]})");
  EXPECT_EQ(decode(acme, request, 200, {},
                   {{"", R"({"id":"a1","model":"m-1"})"},
                    {"", R"({"delta":"Hel"})"},
                    {"", R"({"delta":"lo","stop":"stop"})"},
                    {"", R"({"tokens":{"in":3,"out":2}})"},
                    {"", "[DONE]"}}),
            "start id=\"a1\" name=\"m-1\"\ntext \"Hel\"\ntext \"lo\"\nfinish stop\n"
            "usage input=3 output=2\n");
}

TEST(Acme, TellsWhatItLeavesOut) {
  Host host;
  const Instance acme("test.acme", host);
  const sluice_request request =
      chat("m-1", R"({"model":"x","messages":[],"seed":7,"logit_bias":{"50256":-100}})", false);
  HttpRequest http;
  sluice_error error = emptyError();
  ASSERT_EQ(acme.codec()->encode(acme.get(), &request, http.out(), &error), SLUICE_OK);
  ASSERT_EQ(http.dropped.size(), 2u);
  EXPECT_EQ(http.dropped[0].field, "seed");
  EXPECT_EQ(http.dropped[0].weight, SLUICE_DROPPED_HINT);
  EXPECT_EQ(http.dropped[1].field, "logit_bias");
  EXPECT_EQ(http.dropped[1].weight, SLUICE_DROPPED_MEANING);
  EXPECT_EQ(http.body, R"({"model":"m-1","stream":false,"turns":[]})");
}

TEST(Acme, Counts) {
  Host host;
  const Instance acme("test.acme", host);
  const sluice_request request = count("m-1", R"({"model":"x","messages":[]})");
  EXPECT_EQ(encode(acme, request),
            "POST /v2/count\nx-acme-key: <key>\nContent-Type: application/json\n\n"
            R"({"model":"m-1","stream":false,"turns":[]})");
  EXPECT_EQ(decode(acme, request, 200, {}, {{"", R"({"count":42})"}}),
            "json {\"input_tokens\":42}\n");
}

TEST(Acme, SaysWhatARefusalMeans) {
  Host host;
  const Instance acme("test.acme", host);
  const sluice_request request = chat("m", "{}", true);
  EXPECT_EQ(decode(acme, request, 429, {{str("retry-after"), str("2")}},
                   {{"", R"({"problem":"busy","kind":"slow_down"})"}}),
            "error RESOURCE_EXHAUSTED reason=RATE_LIMIT retryable http=429 after_ms=2000 "
            "type=\"slow_down\" \"busy\"\n");
  EXPECT_EQ(decode(acme, request, 500, {}, {}),
            "error UNAVAILABLE retryable http=500 \"no reason given\"\n");
  EXPECT_EQ(decode(acme, request, 200, {}, {{"", R"({"delta":"a"})"}}),
            "text \"a\"\nerror UNAVAILABLE retryable \"Acme's answer ended before it was "
            "finished\"\n");
  EXPECT_EQ(decode(acme, request, 200, {}, {{"", "{"}}),
            "error UNAVAILABLE \"Acme sent an event that is not JSON\"\n");
}

}  // namespace
