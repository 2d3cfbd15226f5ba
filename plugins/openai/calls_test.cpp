#include <gtest/gtest.h>

#include <sluice/testing.hpp>

namespace {

using namespace sluice::testing;

std::string readAll(const std::vector<Frame>& frames, bool stream) {
  Host host;
  const Instance openai("sluice.openai", host);
  return decode(openai, chat("m", "{}", stream), 200, {}, frames);
}

// What becomes of a stream's `tool_calls`, each text those of one delta.
std::string streamed(const std::vector<std::string>& deltas, const std::string& reason = "stop") {
  std::vector<Frame> frames{{"", R"({"id":"a-1","model":"m","choices":[]})"}};
  for (const std::string& calls : deltas)
    frames.push_back({"", R"({"choices":[{"index":0,"delta":{"tool_calls":[)" + calls + "]}}]}"});
  frames.push_back(
      {"", R"({"choices":[{"index":0,"delta":{},"finish_reason":")" + reason + R"("}]})"});
  const std::string log = readAll(frames, true);
  const std::string start = "start id=\"a-1\" name=\"m\"\n";
  EXPECT_EQ(log.rfind(start, 0), 0u) << log;
  return log.substr(std::min(log.size(), start.size()));
}

// The same of a message that comes whole.
std::string whole(const std::string& message) {
  return readAll({{"", R"({"id":"a-1","model":"m","choices":[{"index":0,"message":)" + message +
                           R"(,"finish_reason":"stop"}]})"}},
                 false);
}

const std::string kTwo =
    "tool_call index=0 id=\"x\" name=\"f\" \"{}\"\n"
    "tool_call index=1 id=\"y\" name=\"g\" \"[]\"\n"
    "finish tool_calls\n";

TEST(ToolCalls, areCountedFromZeroWhereTheUpstreamCountsFromOneOrJumps) {
  EXPECT_EQ(kTwo, streamed({R"({"index":1,"id":"x","function":{"name":"f","arguments":"{}"}})",
                            R"({"index":7,"id":"y","function":{"name":"g","arguments":"[]"}})"}));
}

// As at Gemini's compatible endpoint and some older servers.
TEST(ToolCalls, ofTheSameIndexAndOtherIdsAreSeveral) {
  EXPECT_EQ(kTwo, streamed({R"({"index":0,"id":"x","function":{"name":"f","arguments":"{}"}})",
                            R"({"index":0,"id":"y","function":{"name":"g","arguments":"[]"}})"}));
  EXPECT_EQ(kTwo, streamed({R"({"index":0,"id":"x","function":{"name":"f","arguments":"{}"}},)"
                            R"({"index":0,"id":"y","function":{"name":"g","arguments":"[]"}})"}));
}

TEST(ToolCalls, goOnAtTheirIndexAfterOthersOfTheSame) {
  EXPECT_EQ(
      "tool_call index=0 id=\"x\" name=\"f\" \"1\"\n"
      "tool_call index=1 id=\"y\" name=\"g\" \"2\"\n"
      "tool_call index=0 \"3\"\n"
      "tool_call index=1 \"4\"\n"
      "finish tool_calls\n",
      streamed({R"({"index":0,"id":"x","function":{"name":"f","arguments":"1"}})",
                R"({"index":0,"id":"y","function":{"name":"g","arguments":"2"}})",
                R"({"index":0,"id":"x","function":{"arguments":"3"}})",
                R"({"index":0,"function":{"arguments":"4"}})"}));
}

TEST(ToolCalls, mayHaveNoIndex) {
  for (const char* index : {"", R"("index":null,)", R"("index":-1,)", R"("index":"0",)"}) {
    const std::string begin = std::string("{") + index;
    EXPECT_EQ(
        "tool_call index=0 id=\"x\" name=\"f\" \"{}\"\n"
        "tool_call index=1 id=\"y\" name=\"g\" \"[\"\n"
        "tool_call index=1 \"]\"\n"
        "finish tool_calls\n",
        streamed({begin + R"("id":"x","function":{"name":"f","arguments":"{}"}})",
                  begin + R"("id":"y","function":{"name":"g","arguments":"["}})",
                  begin + R"("function":{"arguments":"]"}})"}))
        << index;
  }
}

TEST(ToolCalls, withoutIndexAndIdAreToldApartByNameAndPlace) {
  const std::string two =
      "tool_call index=0 id=\"call_a1_0\" name=\"f\" \"{}\"\n"
      "tool_call index=1 id=\"call_a1_1\" name=\"f\" \"[]\"\n"
      "finish tool_calls\n";
  EXPECT_EQ(two, streamed({R"({"function":{"name":"f","arguments":"{}"}},)"
                           R"({"function":{"name":"f","arguments":"[]"}})"}));
}

TEST(ToolCalls, haveTheirIdAndNameInTheFirstDeltaThoughTheseComeLate) {
  const std::string one =
      "tool_call index=0 id=\"x\" name=\"f\" \"{\\\"a\\\":\"\n"
      "tool_call index=0 \"1}\"\n"
      "finish tool_calls\n";
  const std::string rest = R"({"index":0,"function":{"arguments":"1}"}})";
  EXPECT_EQ(one, streamed({R"({"index":0,"function":{"name":"f"}})",
                           R"({"index":0,"id":"x","function":{"arguments":"{\"a\":"}})", rest}));
  EXPECT_EQ(one,
            streamed({R"({"index":0,"function":{"arguments":"{\"a\":"}})",
                      R"({"index":0,"function":{"name":"f"}})", R"({"index":0,"id":"x"})", rest}));
  EXPECT_EQ(one, streamed({R"({"id":"x","function":{"arguments":"{\"a\":"}})",
                           R"({"function":{"name":"f"}})", R"({"function":{"arguments":"1}"}})"}));
}

TEST(ToolCalls, keepTheirOrderWhereOneIsIdentifiedBeforeAnEarlierOne) {
  EXPECT_EQ(kTwo, streamed({R"({"index":0,"function":{"name":"f","arguments":"{}"}},)"
                            R"({"index":1,"id":"y","function":{"name":"g","arguments":"[]"}})",
                            R"({"index":0,"id":"x"})"}));
}

TEST(ToolCalls, keepTheirFirstIdAndNameWhereTheseAreToldAgain) {
  const std::string one =
      "tool_call index=0 id=\"x\" name=\"f\" \"{\"\n"
      "tool_call index=0 \"}\"\n"
      "finish tool_calls\n";
  const std::string begin = R"({"index":0,"id":"x","function":{"name":"f","arguments":"{"}})";
  for (const char* again : {R"({"index":0,"id":"x","function":{"name":"f","arguments":"}"}})",
                            R"({"index":0,"id":"z","function":{"arguments":"}"}})",
                            R"({"index":0,"function":{"name":"h","arguments":"}"}})",
                            R"({"index":0,"id":"","function":{"name":"","arguments":"}"}})",
                            R"({"id":"x","function":{"name":"f","arguments":"}"}})"})
    EXPECT_EQ(one, streamed({begin, again})) << again;
}

TEST(ToolCalls, thatAreNeverGivenAnIdGetOneOfTheAnswers) {
  const std::string none = R"({"index":0,"function":{"name":"f","arguments":"{}"}})";
  EXPECT_EQ("tool_call index=0 id=\"call_a1_0\" name=\"f\" \"{}\"\nfinish tool_calls\n",
            streamed({none}));
  const std::string log = readAll({{"", R"({"choices":[{"index":2,"delta":{"tool_calls":[)" + none +
                                            R"(]},"finish_reason":"stop"}]})"}},
                                  true);
  EXPECT_NE(log.find("id=\"call_1_0_2\""), std::string::npos) << log;  // the request's number
}

TEST(ToolCalls, withoutArgumentsHaveAnEmptyObject) {
  EXPECT_EQ(
      "tool_call index=0 id=\"x\" name=\"f\"\n"
      "tool_call index=0 \"{}\"\n"
      "finish tool_calls\n",
      streamed({R"({"index":0,"id":"x","function":{"name":"f","arguments":""}})"}));
  const std::string log = whole(
      R"({"content":null,"tool_calls":[{"id":"x","function":{"name":"f","arguments":null}}]})");
  EXPECT_NE(log.find("tool_call index=0 \"{}\"\nfinish tool_calls"), std::string::npos) << log;
}

TEST(ToolCalls, thatWereCutOffHaveNoArgumentsThatNobodyMade) {
  EXPECT_EQ("tool_call index=0 id=\"x\" name=\"f\"\nfinish length\n",
            streamed({R"({"index":0,"id":"x","function":{"name":"f","arguments":""}})",
                      R"({"index":1,"id":"y"})"},
                     "length"));
}

TEST(ToolCalls, withoutANameAreAFault) {
  const std::string log = streamed({R"({"index":0,"id":"x","function":{"arguments":"{}"}})"});
  EXPECT_EQ("error UNAVAILABLE retryable \"the upstream called a tool without naming it\"\n", log);
}

TEST(ToolCalls, thatSayNothingAreNone) {
  EXPECT_EQ("finish stop\n", streamed({"null,{},[],1", R"({"index":3,"function":{"name":""}})"}));
}

TEST(ToolCalls, ofAMessageAreEachTheirOwn) {
  const std::string log = whole(
      R"({"content":null,"tool_calls":[{"index":0,"id":"x","function":{"name":"f","arguments":"{}"}},{"index":0,"id":"","function":{"name":"f","arguments":{}}}]})");
  EXPECT_NE(log.find("tool_call index=0 id=\"x\" name=\"f\" \"{}\"\n"
                     "tool_call index=1 id=\"call_a1_1\" name=\"f\" \"{}\"\n"
                     "finish tool_calls"),
            std::string::npos)
      << log;
}

TEST(ToolCalls, thatComeAsAFunctionTooAreOne) {
  const std::string log = whole(
      R"({"content":null,"tool_calls":[{"id":"x","function":{"name":"f","arguments":"{}"}}],"function_call":{"name":"f","arguments":"{}"}})");
  EXPECT_NE(log.find("name=\"f\" \"{}\"\nfinish tool_calls"), std::string::npos) << log;
}

TEST(ToolCalls, asAFunctionGoOnInPieces) {
  const std::string log = readAll(
      {{"", R"({"id":"a-1","choices":[{"delta":{"function_call":{"name":"f","arguments":""}}}]})"},
       {"", R"({"choices":[{"delta":{"function_call":{"arguments":"{"}}}]})"},
       {"", R"({"choices":[{"delta":{"function_call":{"arguments":"}"}}}]})"},
       {"", R"({"choices":[{"delta":{},"finish_reason":"function_call"}]})"}},
      true);
  EXPECT_EQ(
      "start id=\"a-1\"\n"
      "tool_call index=0 id=\"call_a1_0\" name=\"f\"\n"
      "tool_call index=0 \"{\"\n"
      "tool_call index=0 \"}\"\n"
      "finish tool_calls\n",
      log);
}

TEST(ToolCalls, areBoundedInNumberAndInWhatIsHeldBack) {
  std::vector<std::string> many,
      held(40, R"({"index":0,"function":{"arguments":")" + std::string(100000, 'a') + "\"}}");
  for (int i = 0; i < 1100; ++i)
    many.push_back(R"({"index":)" + std::to_string(i) + R"(,"id":"x","function":{"name":"f"}})");
  EXPECT_NE(streamed(many).find("too many tool calls"), std::string::npos);
  EXPECT_NE(streamed(held).find("without naming it"), std::string::npos);
}

TEST(Choices, thatAreFinishedSayNothingMore) {
  const std::string log = readAll(
      {{"",
        R"({"id":"a-1","choices":[{"index":0,"delta":{"content":"a"},"finish_reason":"stop"}]})"},
       {"", R"({"choices":[{"index":1,"delta":{"content":"b"}}]})"},
       {"",
        R"({"choices":[{"index":0,"delta":{"content":"x","reasoning":"x","refusal":"x","annotations":[{"url_citation":{"url":"https://x.example"}}],"tool_calls":[{"index":0,"id":"x","function":{"name":"x","arguments":"x"}}]},"finish_reason":"length"}],"usage":{"prompt_tokens":1,"completion_tokens":2}})"},
       {"", R"({"choices":[{"index":0,"delta":{},"finish_reason":"error"}]})"},
       {"", R"({"choices":[{"index":1,"delta":{},"finish_reason":"stop"}]})"},
       {"", R"({"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4}})"}},
      true);
  EXPECT_EQ(
      "start id=\"a-1\"\ntext \"a\"\nfinish stop\ntext[1] \"b\"\nusage input=1 output=2\n"
      "finish[1] stop\nusage input=3 output=4\n",
      log);
}

}  // namespace
