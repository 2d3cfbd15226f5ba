#include <gtest/gtest.h>
#include <simdjson.h>

#include "dialects/anthropic_messages.hpp"
#include "dialects/json_document.hpp"

namespace sluice::dialects {
namespace {

using plugins::Chunk;
using plugins::ChunkType;

Chunk chunk(ChunkType type, std::string_view text = {}, std::string_view name = {}) {
  Chunk made;
  made.type = type;
  made.text = text;
  made.name = name;
  return made;
}
Chunk call(std::uint32_t index, std::string_view id, std::string_view name, std::string_view text) {
  Chunk made = chunk(ChunkType::toolCall, text, name);
  made.index = index;
  made.ref = id;
  return made;
}
Chunk more(std::uint32_t index, std::string_view text) { return call(index, {}, {}, text); }
Chunk thought(std::uint32_t index, std::string_view text, std::string_view extra = {}) {
  Chunk made = chunk(ChunkType::reasoning, text);
  made.index = index;
  made.extra = extra;
  return made;
}
Chunk finish(std::string_view reason, std::string_view extra = {}) {
  Chunk made = chunk(ChunkType::finish, {}, reason);
  made.extra = extra;
  return made;
}

struct MessagesRendering : testing::Test {
  std::unique_ptr<calls::Rendering> make(bool stream) {
    body = R"({"model":"m","max_tokens":1,"messages":[1],"stream":)";
    body += stream ? "true}" : "false}";
    calls::Problem problem;
    inquiry = parseAnthropicMessages({body, "7"}, problem);
    auto made = inquiry->rendering("m-1", "7");
    out.clear();
    made->writeTo(out);
    return made;
  }
  // What the chunks become: the data of each event, one a line, without the message's head.
  std::string streamed(const std::vector<Chunk>& chunks) {
    const auto made = make(true);
    for (const Chunk& one : chunks) made->push(one);
    made->close(out);
    EXPECT_TRUE(made->progress().ended);
    std::string lines;
    wire::SseFramer framer;
    wire::SseBlock block;
    framer.give(out);
    while (framer.next(block)) {
      simdjson::dom::parser parser;
      const std::string_view type = parser.parse(block.data)["type"].get_string().value();
      EXPECT_EQ(type, block.event);
      if (type != "message_start") lines.append(block.data).append("\n");
    }
    return lines;
  }
  // The content and the end of a whole answer.
  std::string whole(const std::vector<Chunk>& chunks) {
    const auto made = make(false);
    for (const Chunk& one : chunks) made->push(one);
    EXPECT_EQ("", out);
    made->close(out);
    simdjson::dom::element root;
    EXPECT_EQ(simdjson::SUCCESS, parseJson(out, root)) << out;
    const std::size_t at = out.find("\"content\":");
    return out.substr(at, out.find(",\"usage\"") - at);
  }
  std::string body, out;
  std::unique_ptr<calls::Inquiry> inquiry;
};

std::string start(int index, const std::string& block) {
  return R"({"type":"content_block_start","index":)" + std::to_string(index) +
         R"(,"content_block":)" + block + "}\n";
}
std::string delta(int index, const std::string& body) {
  return R"({"type":"content_block_delta","index":)" + std::to_string(index) + R"(,"delta":)" +
         body + "}\n";
}
std::string stop(int index) {
  return R"({"type":"content_block_stop","index":)" + std::to_string(index) + "}\n";
}
std::string ending(
    const std::string& reason, const std::string& sequence = "null",
    const std::string& usage =
        R"({"input_tokens":0,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":0})") {
  return R"({"type":"message_delta","delta":{"stop_reason":")" + reason + R"(","stop_sequence":)" +
         sequence + R"(},"usage":)" + usage + "}\n{\"type\":\"message_stop\"}\n";
}
const std::string kText = R"({"type":"text","text":""})";
const std::string kThinking = R"({"type":"thinking","thinking":"","signature":""})";
std::string said(const std::string& text) {
  return R"({"type":"text_delta","text":")" + text + "\"}";
}
std::string argued(const std::string& json) {
  return R"({"type":"input_json_delta","partial_json":")" + json + "\"}";
}
std::string tool(const std::string& id, const std::string& name) {
  return R"({"type":"tool_use","id":")" + id + R"(","name":")" + name + R"(","input":{}})";
}

TEST_F(MessagesRendering, aStreamBeginsAndEndsOnce) {
  const auto made = make(true);
  const plugins::Usage before{3, 1, 2, 9, 9}, after{3, 1, 2, 4, 5};
  Chunk counted = chunk(ChunkType::usage);
  counted.usage = &before;
  made->push(chunk(ChunkType::start, {}, "real-model"));
  made->push(counted);
  EXPECT_EQ("", out);
  EXPECT_FALSE(made->progress().content);
  made->push(chunk(ChunkType::text, "Hel"));
  EXPECT_TRUE(made->progress().content);
  EXPECT_EQ(
      "event: message_start\ndata: "
      R"({"type":"message_start","message":{"id":"msg_7","type":"message","role":"assistant","model":"real-model","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":3,"cache_creation_input_tokens":2,"cache_read_input_tokens":1,"output_tokens":0}}})"
      "\n\n",
      out.substr(0, out.find("event: content_block_start")));
  made->push(chunk(ChunkType::text, "lo \"you\"\n"));
  EXPECT_FALSE(made->progress().finished);
  made->push(finish("stop"));
  made->push(finish("length"));
  made->push(chunk(ChunkType::text, "late"));
  EXPECT_TRUE(made->progress().finished && made->progress().settled);
  counted.usage = &after;
  made->push(counted);
  made->close(out);
  const std::size_t end = out.find("event: message_delta");
  EXPECT_EQ(
      "event: message_delta\ndata: "
      R"({"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"input_tokens":3,"cache_creation_input_tokens":2,"cache_read_input_tokens":1,"output_tokens":9,"output_tokens_details":{"thinking_tokens":5}}})"
      "\n\nevent: message_stop\ndata: {\"type\":\"message_stop\"}\n\n",
      out.substr(end));
  EXPECT_EQ(out.npos, out.find("late"));
}

TEST_F(MessagesRendering, textIsOneBlock) {
  EXPECT_EQ(
      start(0, kText) + delta(0, said("a")) + delta(0, said("b")) + stop(0) + ending("end_turn"),
      streamed({chunk(ChunkType::text, "a"), chunk(ChunkType::text, "b"), finish("stop")}));
}

TEST_F(MessagesRendering, anAnswerMayHoldNothing) {
  EXPECT_EQ(ending("refusal"), streamed({finish("content_filter")}));
  EXPECT_EQ(R"("content":[],"stop_reason":"refusal","stop_sequence":null)",
            whole({finish("content_filter")}));
}

TEST_F(MessagesRendering, blocksFollowEachOther) {
  EXPECT_EQ(start(0, kThinking) + delta(0, R"({"type":"thinking_delta","thinking":"hm"})") +
                delta(0, R"({"type":"signature_delta","signature":"s"})") + stop(0) +
                start(1, R"({"type":"redacted_thinking","data":"d"})") + stop(1) + start(2, kText) +
                delta(2, said("a")) + stop(2) + start(3, tool("t1", "f")) +
                delta(3, argued(R"({\"a\":)")) + delta(3, argued("1}")) + stop(3) +
                ending("tool_use"),
            streamed({thought(0, "hm"), thought(0, "", R"({"signature":"s","format":"anthropic"})"),
                      thought(1, "", R"({"encrypted":"d","format":"anthropic"})"),
                      chunk(ChunkType::text, "a"), call(0, "t1", "f", ""), more(0, "{\"a\":"),
                      more(0, "1}"), finish("tool_calls")}));
}

TEST_F(MessagesRendering, thoughtsOfOthersAreMarked) {
  EXPECT_EQ(
      R"("content":[{"type":"thinking","thinking":"a","signature":"sluice:"},{"type":"thinking","thinking":"b","signature":"sluice:google:p"},{"type":"redacted_thinking","data":"sluice:openai:e"},{"type":"text","text":"x"}],"stop_reason":"end_turn","stop_sequence":null)",
      whole({thought(0, "a"), thought(1, "b", R"({"signature":"p","format":"google"})"),
             thought(2, "", R"({"encrypted":"e","format":"openai"})"), chunk(ChunkType::text, "x"),
             finish("stop")}));
  EXPECT_EQ(start(0, kThinking) + delta(0, R"({"type":"thinking_delta","thinking":"a"})") +
                delta(0, R"({"type":"signature_delta","signature":"sluice:"})") + stop(0) +
                start(1, kText) + delta(1, said("x")) + stop(1) + ending("end_turn"),
            streamed({thought(0, "a"), chunk(ChunkType::text, "x"), finish("stop")}));
}

TEST_F(MessagesRendering, parallelCallsAreOneAfterTheOther) {
  const std::string expected = start(0, tool("t1", "f")) + delta(0, argued(R"({\"a\":)")) +
                               delta(0, argued("1}")) + stop(0) + start(1, tool("t2", "g")) +
                               delta(1, argued(R"({\"b\":2})")) + stop(1) + ending("tool_use");
  // Interleaved: what comes for the second waits until the first is whole.
  EXPECT_EQ(expected, streamed({call(0, "t1", "f", "{\"a\":"), call(1, "t2", "g", "{\"b\":"),
                                more(1, "2}"), more(0, "1}"), finish("tool_calls")}));
}

TEST_F(MessagesRendering, aCallThatIsWholeMakesWayAtOnce) {
  const auto made = make(true);
  made->push(call(0, "t1", "f", R"({"a":"}\"{"})"));
  made->push(call(1, "t2", "g", "{"));
  EXPECT_NE(out.npos, out.find(R"({"type":"content_block_stop","index":0})"));
  EXPECT_NE(out.npos, out.find("\"t2\""));
  out.clear();
  made->push(more(0, "\n"));  // blanks behind a call are nothing
  made->push(more(1, "}"));
  EXPECT_EQ(out.npos, out.find("\"index\":2"));
}

TEST_F(MessagesRendering, aCallWithoutArgumentsHasAnEmptyObject) {
  EXPECT_EQ(start(0, tool("t1", "f")) + delta(0, argued("{}")) + stop(0) +
                start(1, tool("t2", "g")) + delta(1, argued("{}")) + stop(1) + ending("tool_use"),
            streamed({call(0, "t1", "f", ""), call(1, "t2", "g", ""), finish("stop")}));
  EXPECT_EQ(
      R"("content":[{"type":"tool_use","id":"t1","name":"f","input":{}}],"stop_reason":"tool_use","stop_sequence":null)",
      whole({call(0, "t1", "f", ""), finish("stop")}));
}

TEST_F(MessagesRendering, idsAreOfThisDialect) {
  const std::string made =
      whole({call(0, "functions.f:0", "f", "{}"), call(1, "", "g", "{}"), finish("tool_calls")});
  EXPECT_NE(made.npos, made.find(R"("id":"functions_f_0")")) << made;
  EXPECT_NE(made.npos, made.find(R"("id":"toolu_7_1")")) << made;
}

TEST_F(MessagesRendering, whatBelongsBackWithACallStandsBesideIt) {
  Chunk one = call(0, "t1", "f", "{}");
  one.extra = R"({"extra_content":{"google":{"thought_signature":"s"}}})";
  EXPECT_EQ(
      R"("content":[{"type":"redacted_thinking","data":"sluice:call:t1:{\"google\":{\"thought_signature\":\"s\"}}"},{"type":"tool_use","id":"t1","name":"f","input":{}}],"stop_reason":"tool_use","stop_sequence":null)",
      whole({one, finish("tool_calls")}));
}

TEST_F(MessagesRendering, argumentsKeepTheirBytes) {
  EXPECT_EQ(
      R"("content":[{"type":"tool_use","id":"t1","name":"f","input":{"n": 12345678901234567890123, "x":"\u00e9"}}],"stop_reason":"tool_use","stop_sequence":null)",
      whole({call(0, "t1", "f", R"({"n": 12345678901234567890123, "x":"\u00e9"})"),
             finish("tool_calls")}));
}

TEST_F(MessagesRendering, argumentsThatAreNoObjectAreAFault) {
  for (const char* arguments : {"{\"a\":", "[1]", "7", "nonsense"}) {
    const auto made = make(false);
    made->push(call(0, "t1", "f", arguments));
    made->push(finish("tool_calls"));
    EXPECT_TRUE(made->progress().fault) << arguments;
    EXPECT_FALSE(made->progress().settled);
  }
  // Unless the answer was cut off.
  EXPECT_EQ(
      R"("content":[{"type":"tool_use","id":"t1","name":"f","input":{}}],"stop_reason":"max_tokens","stop_sequence":null)",
      whole({call(0, "t1", "f", "{\"a\":"), finish("length")}));
  EXPECT_EQ(
      R"("content":[{"type":"tool_use","id":"t1","name":"f","input":{}}],"stop_reason":"refusal","stop_sequence":null)",
      whole({call(0, "t1", "f", "{\"a\":"), finish("content_filter")}));
}

TEST_F(MessagesRendering, reasonsHaveTheirNames) {
  const auto reason = [&](const Chunk& last) {
    const std::string made = whole({chunk(ChunkType::text, "x"), last});
    return made.substr(made.find("\"stop_reason\""));
  };
  EXPECT_EQ(R"("stop_reason":"end_turn","stop_sequence":null)", reason(finish("stop")));
  EXPECT_EQ(R"("stop_reason":"max_tokens","stop_sequence":null)", reason(finish("length")));
  EXPECT_EQ(R"("stop_reason":"tool_use","stop_sequence":null)", reason(finish("tool_calls")));
  EXPECT_EQ(R"("stop_reason":"refusal","stop_sequence":null)", reason(finish("content_filter")));
  EXPECT_EQ(R"("stop_reason":"stop_sequence","stop_sequence":"END")",
            reason(finish("stop", R"({"stop_sequence":"END"})")));
}

TEST_F(MessagesRendering, aRefusalIsTextWithItsReason) {
  EXPECT_EQ(
      R"("content":[{"type":"text","text":"I will not"}],"stop_reason":"refusal","stop_sequence":null)",
      whole({chunk(ChunkType::refusal, "I will not"), finish("stop")}));
}

TEST_F(MessagesRendering, citationsOfThisDialectAreKept) {
  Chunk cited = chunk(ChunkType::text);
  cited.extra =
      R"({"annotations":[{"type":"citation","format":"anthropic","citation":{"type":"char_location","cited_text":"x"}},{"type":"url_citation","url_citation":{"url":"u"}}]})";
  EXPECT_EQ(
      R"("content":[{"type":"text","text":"a","citations":[{"type":"char_location","cited_text":"x"}]}],"stop_reason":"end_turn","stop_sequence":null)",
      whole({chunk(ChunkType::text, "a"), cited, finish("stop")}));
  EXPECT_EQ(
      start(0, kText) + delta(0, said("a")) +
          delta(
              0,
              R"({"type":"citations_delta","citation":{"type":"char_location","cited_text":"x"}})") +
          stop(0) + ending("end_turn"),
      streamed({chunk(ChunkType::text, "a"), cited, finish("stop")}));
}

TEST_F(MessagesRendering, aWholeAnswerHasEveryMember) {
  const auto made = make(false);
  const plugins::Usage usage{3, 1, 2, 4, 0};
  Chunk counted = chunk(ChunkType::usage);
  counted.usage = &usage;
  made->push(chunk(ChunkType::text, "Hi"));
  made->push(finish("stop"));
  made->push(counted);
  made->close(out);
  EXPECT_EQ(
      R"({"id":"msg_7","type":"message","role":"assistant","model":"m-1","content":[{"type":"text","text":"Hi"}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":3,"cache_creation_input_tokens":2,"cache_read_input_tokens":1,"output_tokens":4}})",
      out);
}

// --- errors ---

struct ProblemCase {
  int status;
  bool overloaded;
  int shown;
  const char* type;
  const char* code = "any";
};

TEST_F(MessagesRendering, errorsHaveTheStatusAndTypeOfThisDialect) {
  make(false);
  for (const ProblemCase& one : {
           ProblemCase{400, false, 400, "invalid_request_error"},
           {401, false, 401, "authentication_error"},
           {403, false, 403, "permission_error"},
           {404, false, 404, "not_found_error"},
           {413, false, 413, "request_too_large"},
           {422, false, 422, "invalid_request_error"},
           {429, false, 429, "rate_limit_error"},
           {500, false, 500, "api_error"},
           {502, false, 502, "api_error"},
           {502, true, 529, "overloaded_error"},
           {503, false, 529, "overloaded_error"},
           {503, false, 503, "api_error", "upstream_key_rejected"},
           {503, false, 503, "api_error", "upstream_quota_exhausted"},
           {504, false, 504, "timeout_error"},
       }) {
    calls::Problem problem;
    problem.status = one.status;
    problem.overloaded = one.overloaded;
    problem.type = "anything";
    problem.code = one.code;
    problem.message = "it \"broke\"";
    EXPECT_EQ(one.shown, inquiry->status(problem));
    std::string said;
    inquiry->appendError(said, problem);
    EXPECT_EQ(R"({"type":"error","error":{"type":")" + std::string(one.type) +
                  R"(","message":"it \"broke\""},"request_id":"7"})",
              said);
    std::string event;
    inquiry->appendErrorEvent(event, problem);
    EXPECT_EQ("event: error\ndata: " + said + "\n\n", event);
  }
}

TEST_F(MessagesRendering, anErrorNamesTheMember) {
  make(false);
  calls::Problem problem;
  problem.status = 400;
  problem.message = "must be a number";
  problem.param = "top_k";
  std::string text;
  inquiry->appendError(text, problem);
  EXPECT_NE(text.npos, text.find("top_k: must be a number"));
}

TEST_F(MessagesRendering, whoHoldsNoThreadsSaysSoInTheWordsThatClientsKnow) {
  make(false);
  calls::Problem problem;
  problem.status = 400;
  problem.message = "thread is not held";
  problem.param = "thread";
  problem.code = "thread_unsupported_request";
  std::string text;
  inquiry->appendError(text, problem);
  EXPECT_EQ(
      R"({"type":"error","error":{"type":"invalid_request_error","message":"thread is not held",)"
      R"("details":{"error_code":"thread_unsupported_request","unsupported":["thread"]}},)"
      R"("request_id":"7"})",
      text);
}

}  // namespace
}  // namespace sluice::dialects
