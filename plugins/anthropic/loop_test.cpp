// What becomes of thoughts in the middle of a turn, where the upstream is particular about them.
#include "anthropic/loop.hpp"

#include "../testing/requests.hpp"

namespace {

using namespace sluice::testing;

std::string sent(std::string_view body) { return sentBy("sluice.anthropic", body, "m", "{}").body; }
std::string thinking(std::string_view body) {
  return member("thinking", sentBy("sluice.anthropic", body, "m", "{}"));
}

const std::string kUser = R"({"role":"user","content":"Hi"})";

// After tool calls whose thoughts the client did not keep, a budget would be refused.
TEST(Loop, NeedsTheThoughtsBeforeTheCallsItContinues) {
  const auto asked = [](const std::string& model, const std::string& details,
                        const std::string& after) {
    return thinking(R"({"model":")" + model + R"(","reasoning_effort":"low","messages":[)" + kUser +
                    R"(,{"role":"assistant",)" + details +
                    R"("tool_calls":[{"id":"a","type":"function","function":)"
                    R"({"name":"f","arguments":"{}"}}]},)"
                    R"({"role":"tool","tool_call_id":"a","content":"x"})" +
                    after + "]}");
  };
  const std::string proof =
      R"("reasoning_details":[{"type":"reasoning.text","text":"t","signature":"s","format":"anthropic"}],)";
  const std::string on = R"({"type":"enabled","budget_tokens":2048})";
  EXPECT_EQ(asked("claude-sonnet-4-5", "", ""), "");
  EXPECT_EQ(asked("claude-sonnet-4-5", proof, ""), on);
  EXPECT_EQ(asked("claude-sonnet-4-5", "", R"(,{"role":"assistant","content":"Done."},)" + kUser),
            on);
  EXPECT_EQ(asked("claude-sonnet-4-5", proof, R"(,{"role":"assistant","content":"So"})"), "");
  EXPECT_EQ(asked("claude-opus-4-6", "", ""), R"({"type":"adaptive","display":"summarized"})");
}

// What it says and calls until the user has the word is one turn, of which the first message alone
// has to begin with a thought; where it must not think, none may.
TEST(Loop, IsOneTurnOfCallsAndTheirResults) {
  const std::string proof =
      R"("reasoning_details":[{"type":"reasoning.text","text":"t","signature":"s","format":"anthropic"}],)";
  const auto step = [](const std::string& details) {
    return R"(,{"role":"assistant",)" + details +
           R"("tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}}]},)"
           R"({"role":"tool","tool_call_id":"a","content":"x"})";
  };
  const auto asked = [](const std::string& model, const std::string& effort,
                        const std::string& rest) {
    const std::string body =
        sent(R"({"model":")" + model + "\"," + effort + R"("messages":[)" + kUser + rest + "]}");
    const bool kept = body.find(R"({"type":"thinking")") != std::string::npos;
    return (body.find(R"("budget_tokens")") != std::string::npos ? "on " : "off ") +
           std::string(kept ? "kept" : "none");
  };
  const std::string low = R"("reasoning_effort":"low",)", older = "claude-sonnet-4-5";
  EXPECT_EQ(asked(older, low, step(proof) + step("")), "on kept");
  EXPECT_EQ(asked(older, low, step(proof) + step("") + "," + kUser), "on kept");
  EXPECT_EQ(asked(older, low, step("") + step(proof)), "off none");
  EXPECT_EQ(asked(older, low, step("") + step(proof) + "," + kUser), "off none");
  EXPECT_EQ(asked(older, "", step(proof)), "off none");
  EXPECT_EQ(asked("claude-opus-4-6", low, step("") + step(proof)), "off kept");
  EXPECT_EQ(asked("claude-sonnet-5", "", step(proof)), "off kept");
  const std::string done = step(proof) + R"(,{"role":"assistant","content":"Done."},)" + kUser;
  EXPECT_EQ(asked(older, low, done), "on kept");
  EXPECT_EQ(asked(older, "", done), "off kept");
  EXPECT_EQ(asked(older, low, done + step("")), "off kept");
}

}  // namespace
