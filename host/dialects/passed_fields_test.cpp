#include "dialects/passed_fields.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "dialects/limit_time.hpp"

namespace sluice::dialects {
namespace {

using List = std::vector<wire::Field>;

constexpr const char* kNow = "2026-01-02T03:04:05Z";

wire::Fields fieldsOf(const List& list) {
  wire::Fields fields;
  for (const wire::Field& field : list) fields.add(field);
  return fields;
}

// What goes back, a line each.
std::string back(Naming naming, bool same, const List& upstream, std::string_view ownId = {}) {
  const wire::Fields fields = fieldsOf(upstream);
  std::string out;
  appendAnswerFields(out, naming, {fields, same, *parseTime(kNow)}, ownId);
  std::erase(out, '\r');
  return out;
}

TEST(PassedFields, onlyWhatMeansSomethingThereGoesToTheUpstream) {
  const auto goes = [](Naming naming, std::string_view name) {
    const auto names = ownFieldNames(naming);
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  for (const char* name : {"anthropic-version", "anthropic-beta", "idempotency-key"}) {
    EXPECT_TRUE(goes(Naming::anthropic, name)) << name;
  }
  for (const char* name : {"openai-beta", "idempotency-key", "x-client-request-id"}) {
    EXPECT_TRUE(goes(Naming::openAi, name)) << name;
  }
  for (const char* name : {"authorization", "x-api-key", "api-key", "x-goog-api-key", "cookie",
                           "connection", "host", "openai-organization", "openai-project"}) {
    EXPECT_FALSE(goes(Naming::openAi, name)) << name;
    EXPECT_FALSE(goes(Naming::anthropic, name)) << name;
  }
}

TEST(PassedFields, aMessagesUpstreamsFieldsGoOnToItsClientsAsTheyAre) {
  EXPECT_EQ(
      "request-id: req_up\nAnthropic-Fast-Mode: on\nanthropic-ratelimit-input-tokens-reset: "
      "soon\nanthropic-ratelimit-tokens-remaining: 5\n",
      back(Naming::anthropic, true,
           {{"Request-Id", "req_up"},
            {"Anthropic-Fast-Mode", "on"},
            {"anthropic-organization-id", "o"},
            {"anthropic-ratelimit-input-tokens-reset", "soon"},
            {"anthropic-ratelimit-tokens-remaining", "5"},
            {"set-cookie", "a=b"},
            {"server", "x"}},
           "ours"));
}

TEST(PassedFields, anOpenAiUpstreamsFieldsGoOnToItsClientsAsTheyAre) {
  EXPECT_EQ(
      "x-request-id: req_up\nopenai-processing-ms: 12\nopenai-version: 2020-10-01\n"
      "X-RateLimit-Limit-Requests: 100\nx-ratelimit-reset-tokens: 2m59.56s\n"
      "x-ratelimit-limit-req-minute: 7\n",
      back(Naming::openAi, true,
           {{"x-request-id", "req_up"},
            {"openai-organization", "o"},
            {"openai-project", "p"},
            {"openai-processing-ms", "12"},
            {"openai-version", "2020-10-01"},
            {"X-RateLimit-Limit-Requests", "100"},
            {"x-ratelimit-reset-tokens", "2m59.56s"},
            {"x-ratelimit-limit-req-minute", "7"},
            {"cf-ray", "x"}}));
}

TEST(PassedFields, limitsOfOneNamingComeInTheOther) {
  EXPECT_EQ(
      "request-id: theirs\nanthropic-ratelimit-requests-limit: 100\n"
      "anthropic-ratelimit-tokens-remaining: 7\n"
      "anthropic-ratelimit-tokens-reset: 2026-01-02T03:10:06Z\n",
      back(Naming::anthropic, false,
           {{"x-request-id", "theirs"},
            {"openai-processing-ms", "12"},
            {"x-ratelimit-limit-requests", "100"},
            {"x-ratelimit-remaining-tokens", "7"},
            {"x-ratelimit-reset-tokens", "6m0.5s"},
            {"x-ratelimit-reset-requests", "soon"},
            {"x-ratelimit-remaining-requests", "many"}},
           "ours"));
  EXPECT_EQ(
      "x-request-id: theirs\nx-ratelimit-limit-requests: 50\nx-ratelimit-reset-requests: 6m0s\n"
      "x-ratelimit-limit-tokens: 1000\nx-ratelimit-remaining-tokens: 3\n",
      back(Naming::openAi, false,
           {{"request-id", "theirs"},
            {"anthropic-version", "1"},
            {"anthropic-ratelimit-requests-limit", "50"},
            {"anthropic-ratelimit-requests-reset", "2026-01-02T03:10:05Z"},
            {"anthropic-ratelimit-requests-remaining", "-1"},
            {"anthropic-ratelimit-tokens-limit", "1000"},
            {"anthropic-ratelimit-input-tokens-limit", "600"},
            {"anthropic-ratelimit-input-tokens-remaining", "3"},
            {"anthropic-ratelimit-output-tokens-remaining", "2"}}));
}

// A limit that is new already.
TEST(PassedFields, aTimeThatIsOverIsNoWait) {
  EXPECT_EQ(
      "x-ratelimit-reset-tokens: 0s\n",
      back(Naming::openAi, false, {{"anthropic-ratelimit-tokens-reset", "2026-01-02T03:04:04Z"}}));
}

TEST(PassedFields, aRequestHasTheNameThatItsProviderGaveIt) {
  EXPECT_EQ("x-request-id: a\n", back(Naming::openAi, true, {{"apim-request-id", "a"}}));
  EXPECT_EQ("request-id: b\n", back(Naming::anthropic, false, {{"x-amzn-RequestId", "b"}}, "ours"));
  EXPECT_EQ("request-id: ours\n", back(Naming::anthropic, false, {}, "ours"));
  EXPECT_EQ("", back(Naming::openAi, false, {}));
}

TEST(PassedFields, limitsAloneNameNoRequest) {
  const wire::Fields fields = fieldsOf({{"request-id", "a"}, {"x-ratelimit-limit-tokens", "1"}});
  std::string out;
  appendLimitFields(out, Naming::openAi, {fields, false, *parseTime(kNow)});
  EXPECT_EQ("x-ratelimit-limit-tokens: 1\r\n", out);
}

}  // namespace
}  // namespace sluice::dialects
