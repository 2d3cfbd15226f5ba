#include <gtest/gtest.h>

#include "calls/intake.hpp"
#include "dialects/anthropic_messages.hpp"

namespace sluice::dialects {
namespace {

using plugins::Reason;

struct MessagesPassage : testing::Test {
  MessagesPassage() {
    calls::Problem problem;
    inquiry = parseAnthropicMessages({body, "req_1"}, problem);
    passage = inquiry->passage();
  }
  std::string pass(std::initializer_list<std::string_view> events) {
    std::string out;
    for (const std::string_view raw : events) {
      wire::SseFramer framer;
      wire::SseBlock block;
      framer.give(raw);
      while (framer.next(block)) passage->block(block, out);
    }
    return out;
  }
  const calls::Progress& seen() const { return passage->progress(); }

  std::string body = R"({"model":"m","max_tokens":1,"stream":true,"messages":[1]})";
  std::unique_ptr<calls::Inquiry> inquiry;
  std::unique_ptr<calls::Passage> passage;
};

constexpr std::string_view kStart =
    "event: message_start\ndata: "
    R"({"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","content":[],"model":"m","stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":10,"cache_creation_input_tokens":3,"cache_read_input_tokens":5,"output_tokens":1}}})"
    "\n\n";
constexpr std::string_view kOpen =
    "event: content_block_start\ndata: "
    R"({"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}  })"
    "\n\n";
constexpr std::string_view kPing = "event: ping\r\ndata: {\"type\": \"ping\"}\r\n\r\n";
constexpr std::string_view kHi =
    "event: content_block_delta\ndata: "
    R"({"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hé"}        })"
    "\n\n";
constexpr std::string_view kShut =
    "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\n";
constexpr std::string_view kEnd =
    "event: message_delta\ndata: "
    R"({"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"input_tokens":0,"output_tokens":7,"output_tokens_details":{"thinking_tokens":2}}})"
    "\n\n";
constexpr std::string_view kStop = "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";

TEST_F(MessagesPassage, everyByteGoesOn) {
  const std::string out = pass({kStart, kOpen, kPing, kHi, ": a comment\n\n",
                                "event: new\ndata: {\"type\":\"new\"}\n\n", kShut, kEnd, kStop});
  std::string expected;
  for (const std::string_view one :
       {kStart, kOpen, kPing, kHi, std::string_view(": a comment\n\n"),
        std::string_view("event: new\ndata: {\"type\":\"new\"}\n\n"), kShut, kEnd, kStop}) {
    expected += one;
  }
  EXPECT_EQ(expected, out);
  EXPECT_TRUE(seen().ended && seen().finished && seen().settled);
  const plugins::Usage usage{10, 5, 3, 5, 2};
  EXPECT_EQ(usage, seen().usage);
  EXPECT_EQ(3u, seen().contentBytes);
  std::string closed;
  passage->close(closed);
  EXPECT_EQ("", closed);
}

// The official client skips events without a name: the answer was empty for it.
TEST_F(MessagesPassage, eventsWithoutANameAreNamed) {
  std::string named, unnamed;
  for (const std::string_view one : {kStart, kOpen, kHi, kShut, kEnd, kStop}) {
    named += one;
    unnamed += one.substr(one.find('\n') + 1);
  }
  EXPECT_EQ(named, pass({unnamed}));
  EXPECT_TRUE(seen().ended);
  passage = inquiry->passage();
  EXPECT_EQ(named, pass({"\xEF\xBB\xBF" + unnamed}));
  // A type that would break the event, or none.
  for (const std::string_view odd : {"data: {\"type\":\"a\\nb\"}\n\n", "data: {}\r\n\r\n"}) {
    passage = inquiry->passage();
    EXPECT_EQ(odd, pass({odd}));
  }
}

TEST_F(MessagesPassage, everyReasonEndsTheAnswer) {
  for (const char* reason : {"end_turn", "stop_sequence", "max_tokens", "tool_use", "refusal",
                             "pause_turn", "model_context_window_exceeded"}) {
    passage = inquiry->passage();
    const std::string end =
        "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"" +
        std::string(reason) + "\"},\"usage\":{\"output_tokens\":0}}\n\n";
    EXPECT_EQ(std::string(kStart) + end + std::string(kStop), pass({kStart, end, kStop}));
    EXPECT_TRUE(seen().ended && !seen().fault) << reason;
  }
}

// A ping or an unknown event says nothing, wherever it stands.
TEST_F(MessagesPassage, pingsMayComeAnywhere) {
  const std::string odd = "event: new\ndata: {\"type\":\"new\",\"delta\":{\"x\":1}}\n\n";
  std::string whole(kPing);
  for (const std::string_view one : {kStart, kOpen, kHi, kShut, kEnd}) {
    whole += one;
    whole += kPing;
    whole += odd;
  }
  whole += kStop;
  EXPECT_EQ(whole, pass({whole}));
  const plugins::Usage usage{10, 5, 3, 5, 2};
  EXPECT_EQ(usage, seen().usage);
  EXPECT_TRUE(seen().ended && !seen().fault);
}

TEST_F(MessagesPassage, onlyWhatSaysSomethingIsContent) {
  pass({kStart, kOpen, kPing});
  EXPECT_FALSE(seen().content);
  pass({kHi});
  EXPECT_TRUE(seen().content);
}

TEST_F(MessagesPassage, aToolCallThatBeginsIsContent) {
  pass({kStart,
        "data: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"tool_"
        "use\",\"id\":\"t\",\"name\":\"f\",\"input\":{}}}\n\n"});
  EXPECT_TRUE(seen().content);
}

TEST_F(MessagesPassage, aReasonWithoutContentIsAnEnd) {
  pass({kStart, kEnd});
  EXPECT_TRUE(seen().content && seen().finished);
}

TEST_F(MessagesPassage, aMissingStopIsSupplied) {
  pass({kStart, kOpen, kHi, kShut, kEnd});
  EXPECT_TRUE(seen().finished);
  EXPECT_FALSE(seen().ended);
  std::string out;
  passage->close(out);
  EXPECT_EQ(kStop, out);
}

TEST_F(MessagesPassage, aStopWithoutAReasonIsNoEnd) {
  const std::string out = pass({kStart, kOpen, kHi, kStop});
  EXPECT_FALSE(seen().ended);
  EXPECT_TRUE(seen().fault);
  EXPECT_EQ(out.npos, out.find("message_stop"));
}

TEST_F(MessagesPassage, nothingComesAfterTheEnd) {
  pass({kStart, kOpen, kHi, kShut, kEnd, kStop});
  EXPECT_EQ("", pass({kHi}));
}

TEST_F(MessagesPassage, usageOfThePromptIsKeptWhereTheEndDoesNotRepeatIt) {
  pass({kStart, kHi,
        "data: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{"
        "\"output_tokens\":4,\"cache_creation\":{\"a\":4,\"b\":2},\"input_tokens\":null}}\n\n"});
  const plugins::Usage usage{10, 5, 6, 4, 0};
  EXPECT_EQ(usage, seen().usage);
}

struct ErrorCase {
  const char* type;
  const char* message;
  Reason reason;
};

TEST_F(MessagesPassage, errorsMeanWhatTheirTypesSay) {
  for (const ErrorCase& one : {
           ErrorCase{"overloaded_error", "Overloaded", Reason::overloaded},
           {"rate_limit_error", "slow", Reason::rateLimit},
           {"api_error", "oh", Reason::overloaded},
           {"authentication_error", "no", Reason::key},
           {"invalid_request_error", "prompt is too long: 9 tokens", Reason::contextLength},
           {"invalid_request_error", "Your credit balance is too low", Reason::quota},
           {"invalid_request_error", "max_tokens: must be positive", Reason::badRequest},
           {"not_found_error", "model: claude-9", Reason::modelNotFound},
           {"new_error", "what", Reason::none},
       }) {
    passage = inquiry->passage();
    const std::string event = "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"" +
                              std::string(one.type) + "\",\"message\":\"" + one.message +
                              "\"}}\n\n";
    EXPECT_EQ("", pass({event}));
    ASSERT_TRUE(seen().fault) << one.type;
    EXPECT_EQ(one.reason, seen().fault->reason) << one.message;
    EXPECT_EQ(one.message, seen().fault->message);
    EXPECT_EQ(one.type, seen().fault->type);
  }
}

TEST_F(MessagesPassage, whatIsNoJsonIsAFault) {
  for (const char* data : {"{", "nonsense", "[]", "7"}) {
    passage = inquiry->passage();
    EXPECT_EQ("", pass({"data: " + std::string(data) + "\n\n"}));
    EXPECT_TRUE(seen().fault) << data;
  }
}

// However the bytes are cut, the same goes on and the same is known of it.
TEST_F(MessagesPassage, everySplitIsTheSame) {
  std::string whole;
  for (const std::string_view one : {kStart, kOpen, kPing, kHi, kShut, kEnd, kStop}) whole += one;
  for (std::size_t cut = 0; cut <= whole.size(); ++cut) {
    calls::Intake intake(inquiry->passage());
    std::string out;
    const std::string first = whole.substr(0, cut), second = whole.substr(cut);
    intake.take(first, out);
    EXPECT_EQ(whole.substr(0, out.size()), out);
    if (cut < whole.size()) EXPECT_FALSE(intake.progress().ended);
    intake.take(second, out);
    intake.bodyEnded(out);
    ASSERT_EQ(whole, out) << cut;
    ASSERT_TRUE(intake.progress().ended) << cut;
    const plugins::Usage usage{10, 5, 3, 5, 2};
    ASSERT_EQ(usage, intake.progress().usage) << cut;
  }
}

// Cut off anywhere before its reason has come, an answer is not whole.
TEST_F(MessagesPassage, everyTruncationIsSeen) {
  std::string whole;
  for (const std::string_view one : {kStart, kOpen, kHi, kShut, kEnd}) whole += one;
  // The last blank line may be missing: the event before it is whole.
  const std::size_t enough = whole.size() - 2;
  for (std::size_t cut = 0; cut < whole.size(); ++cut) {
    calls::Intake intake(inquiry->passage());
    std::string out;
    const std::string first = whole.substr(0, cut);
    intake.take(first, out);
    intake.bodyEnded(out);
    EXPECT_EQ(cut >= enough, intake.progress().settled) << cut;
  }
}

TEST_F(MessagesPassage, aWholeAnswerMustBeWhole) {
  passage->whole(
      R"({"type":"message","content":[{"type":"text","text":"Hi"}],"stop_reason":"end_turn","usage":{"input_tokens":3,"output_tokens":1}})");
  EXPECT_FALSE(seen().fault);
  EXPECT_TRUE(seen().settled);
  const plugins::Usage usage{3, 0, 0, 1, 0};
  EXPECT_EQ(usage, seen().usage);
  for (const char* text :
       {"{}", R"({"content":[],"stop_reason":null})", R"({"stop_reason":"end_turn"})",
        R"({"type":"error","error":{"type":"api_error","message":"x"}})", "<html>", "[1]", ""}) {
    passage = inquiry->passage();
    passage->whole(text);
    EXPECT_TRUE(seen().fault) << text;
  }
}

}  // namespace
}  // namespace sluice::dialects
