#include "efforts.hpp"

#include <gtest/gtest.h>

#include <sluice/testing.hpp>

namespace {

using namespace sluice::testing;
using openai::withoutEffort;

constexpr std::string_view kBody = R"({"model":"m","reasoning_effort":"high","messages":[]})";
constexpr std::string_view kQuiet = R"({"model":"m","messages":[]})";

TEST(Efforts, areLeftOutForModelsThatRefuseThem) {
  for (const char* model : {"gpt-4o", "openai/gpt-4.1-mini", "gpt-3.5-turbo", "chatgpt-4o-latest",
                            "llama-3.3-70b-versatile", "meta-llama/Llama-3.3-70B-Instruct-Turbo",
                            "@cf/meta/llama-3.3-70b-instruct-fp8-fast", "grok-4", "grok-4-0709"})
    EXPECT_EQ(kQuiet, withoutEffort(model, kBody)) << model;
}

TEST(Efforts, goToModelsThatMayKnowThem) {
  for (const char* model : {"gpt-5-mini", "o3", "openai/gpt-oss-120b", "grok-3-mini", "grok-4.5",
                            "deepseek-reasoner", "qwen3-32b", "my-own"})
    EXPECT_EQ(std::nullopt, withoutEffort(model, kBody)) << model;
}

TEST(Efforts, bodiesWithoutOneGoOutAsTheyAre) {
  for (const char* body : {R"({"messages":[]})", R"({"messages":["\"reasoning_effort\""]})",
                           R"({"messages":["reasoning_effort"]})"})
    EXPECT_EQ(std::nullopt, withoutEffort("gpt-4o", body)) << body;
}

// Claude Code asks every model for an effort: upstreams answered 400.
TEST(Efforts, areKeptForClientsOfTheDialectAndToldOfElse) {
  Host host;
  const Instance openai("sluice.openai", host);
  const std::string body(kBody);
  for (const char* dialect : {"sluice.chat/1", "openai.chat"}) {
    HttpRequest http;
    sluice_error error = emptyError();
    sluice_request request = chat("gpt-4o", body, false);
    request.dialect = str(dialect);
    ASSERT_EQ(SLUICE_OK, openai.codec()->encode(openai.get(), &request, http.out(), &error));
    const bool translated = dialect == std::string_view("sluice.chat/1");
    EXPECT_EQ(translated ? kQuiet : kBody, http.body);
    ASSERT_EQ(translated ? 1u : 0u, http.dropped.size());
    if (translated) EXPECT_EQ("reasoning_effort", http.dropped[0].field);
  }
}

TEST(Efforts, thatWereBudgetsAreToldOfAsSuch) {
  Host host;
  const Instance openai("sluice.openai", host);
  HttpRequest http;
  sluice_error error = emptyError();
  const sluice_request request =
      chat("gpt-4o", R"({"reasoning_budget":4096,"messages":[]})", false);
  ASSERT_EQ(SLUICE_OK, openai.codec()->encode(openai.get(), &request, http.out(), &error));
  EXPECT_EQ(R"({"messages":[]})", http.body);
  ASSERT_EQ(1u, http.dropped.size());
  EXPECT_EQ("reasoning_budget", http.dropped[0].field);
}

}  // namespace
