#include <gtest/gtest.h>

#include "dialects/json_view.hpp"
#include "dialects/openai_responses.hpp"

namespace sluice::dialects {
namespace {

std::string event(std::string_view type, const std::string& members) {
  return "event: " + std::string(type) + "\ndata: {\"type\":\"" + std::string(type) + "\"," +
         members + "}\n\n";
}

std::string response(std::string_view status, std::string_view more = "") {
  return R"({"id":"resp_up","object":"response","created_at":5,"status":")" + std::string(status) +
         R"(","model":"up-1","output":[],"error":null)" + std::string(more) + "}";
}

std::string stream(std::string_view last = "response.completed") {
  return event("response.created", R"("sequence_number":0,"response":)" + response("in_progress")) +
         event("response.output_item.added",
               R"("sequence_number":1,"output_index":0,"item":{"id":"m","type":"message"})") +
         ": keep-alive\r\n\r\n" +
         event("response.output_text.delta",
               R"("sequence_number":2,"item_id":"m","delta":"Hi \"you\"","obfuscation":"xx")") +
         event("response.something.new", R"("sequence_number":3,"x":12345678901234567890123)") +
         event(last, R"("sequence_number":4,"response":)" +
                         response(std::string(last).substr(9),
                                  R"(,"usage":{"input_tokens":9,"input_tokens_details":)"
                                  R"({"cached_tokens":4},"output_tokens":5,)"
                                  R"("output_tokens_details":{"reasoning_tokens":2}})"));
}

struct ResponsesPassageTest : testing::Test {
  void SetUp() override { begin(true); }
  void begin(bool streamed, const std::string& more = {}) {
    body = R"({"model":"m","input":"x","stream":)" + std::string(streamed ? "true" : "false") +
           more + "}";
    calls::Problem problem;
    inquiry = parseOpenAiResponses(body, {true, false}, problem);
    ASSERT_TRUE(inquiry);
    passage = inquiry->passage();
    out.clear();
  }
  void feed(std::string_view bytes) {
    framer.give(bytes);
    wire::SseBlock block;
    while (!passage->progress().fault && framer.next(block)) passage->block(block, out);
  }
  std::string body, out;
  std::unique_ptr<ResponsesInquiry> inquiry;
  std::unique_ptr<calls::Passage> passage;
  wire::SseFramer framer;
};

TEST_F(ResponsesPassageTest, everyByteGoesOnHoweverItIsCut) {
  const std::string all = stream();
  for (std::size_t cut = 0; cut <= all.size(); ++cut) {
    begin(true);
    framer = wire::SseFramer();
    feed(std::string_view(all).substr(0, cut));
    feed(std::string_view(all).substr(cut));
    ASSERT_EQ(all, out) << cut;
    const calls::Progress& progress = passage->progress();
    ASSERT_TRUE(progress.finished && progress.settled && progress.ended && progress.content);
    const plugins::Usage usage{5, 4, 0, 3, 2};
    ASSERT_EQ(usage, progress.usage);
    ASSERT_EQ(8u, progress.contentBytes);
    ASSERT_TRUE(inquiry->answered());
    ASSERT_EQ("resp_up", inquiry->kept().id);
    ASSERT_TRUE(JsonView(inquiry->kept().response)["usage"].isObject());
  }
}

TEST_F(ResponsesPassageTest, nothingIsWholeBeforeItsLastEvent) {
  const std::string all = stream();
  const std::size_t last = all.rfind("event: ");
  for (std::size_t cut = 0; cut < all.size() - 1; ++cut) {
    begin(true);
    framer = wire::SseFramer();
    feed(std::string_view(all).substr(0, cut));
    ASSERT_FALSE(passage->progress().settled) << cut;
    ASSERT_FALSE(inquiry->answered()) << cut;
    ASSERT_LE(out.size(), last);
  }
}

TEST_F(ResponsesPassageTest, lifecycleIsNoContent) {
  const std::string all = stream();
  feed(std::string_view(all).substr(0, all.find("event: response.output_text.delta")));
  EXPECT_FALSE(passage->progress().content);
  feed(std::string_view(all).substr(all.find("event: response.output_text.delta")));
  EXPECT_TRUE(passage->progress().content);
  begin(true);
  feed(event("response.output_item.added",
             R"("item":{"id":"f","type":"function_call","name":"n","call_id":"c"})"));
  EXPECT_TRUE(passage->progress().content);
}

TEST_F(ResponsesPassageTest, whatBeginsAnItemIsNoContent) {
  for (const char* type :
       {"response.queued", "response.in_progress", "keepalive", "response.content_part.added",
        "response.reasoning_summary_part.added"}) {
    begin(true);
    feed(event(type, R"("sequence_number":0,"item_id":"m","part":{"type":"output_text"})"));
    EXPECT_FALSE(passage->progress().content) << type;
    EXPECT_FALSE(passage->progress().fault) << type;
    EXPECT_NE("", out);
  }
  for (const char* type :
       {"response.refusal.delta", "response.reasoning_text.delta",
        "response.reasoning_summary_text.delta", "response.function_call_arguments.delta"}) {
    begin(true);
    feed(event(type, R"("sequence_number":0,"item_id":"m","delta":"x")"));
    EXPECT_TRUE(passage->progress().content) << type;
  }
}

// Some upstreams send it behind the last event, as in chats.
TEST_F(ResponsesPassageTest, nothingComesAfterTheEnd) {
  const std::string all = stream();
  feed(all + "data: [DONE]\n\n" + event("response.late", R"("x":1)"));
  EXPECT_EQ(all, out);
  EXPECT_FALSE(passage->progress().fault);
}

// As recordings of 2025 have them.
TEST_F(ResponsesPassageTest, eventsWithoutNumbersAreCounted) {
  feed(event("response.created", R"("response":)" + response("in_progress")) +
       event("response.output_text.delta", R"("item_id":"m","delta":"Hi")"));
  std::string last;
  inquiry->appendErrorEvent(last, {});
  EXPECT_EQ(2u, JsonView(std::string_view(last).substr(last.find('{')))["sequence_number"].whole());
}

TEST_F(ResponsesPassageTest, anIncompleteAnswerIsWhole) {
  feed(stream("response.incomplete"));
  EXPECT_TRUE(passage->progress().settled);
  EXPECT_TRUE(inquiry->answered());
}

TEST_F(ResponsesPassageTest, failuresAreFaultsInEachOfTheirForms) {
  const std::pair<std::string, plugins::Reason> cases[] = {
      {event(
           "response.failed",
           R"("sequence_number":3,"response":{"id":"r","object":"response","status":"failed","error":{"code":"rate_limit_exceeded","message":"slow"}})"),
       plugins::Reason::rateLimit},
      {event("error", R"("code":"context_length_exceeded","message":"long","param":"input")"),
       plugins::Reason::contextLength},
      {event("error", R"("error":{"code":"insufficient_quota","message":"spent"})"),
       plugins::Reason::quota},
      {"data: {\"type\":\"error\",\"code\":\"401\",\"message\":\"key\"}\n\n", plugins::Reason::key},
  };
  for (const auto& [bytes, reason] : cases) {
    begin(true);
    feed(bytes);
    ASSERT_TRUE(passage->progress().fault) << bytes;
    EXPECT_EQ(reason, passage->progress().fault->reason) << bytes;
    EXPECT_EQ("", out);
    framer = wire::SseFramer();
  }
  for (const char* bytes : {"data: [DONE]\n\n", "data: {\n\n", "data: []\n\n"}) {
    begin(true);
    framer = wire::SseFramer();
    feed(bytes);
    EXPECT_TRUE(passage->progress().fault) << bytes;
  }
}

TEST_F(ResponsesPassageTest, anEndWithoutItsResponseIsAFault) {
  for (const char* members :
       {R"("sequence_number":1)", R"("response":null)", R"("response":"r")"}) {
    begin(true);
    framer = wire::SseFramer();
    feed(event("response.completed", members));
    EXPECT_TRUE(passage->progress().fault) << members;
    EXPECT_FALSE(passage->progress().finished);
    EXPECT_FALSE(inquiry->answered());
    EXPECT_EQ("", out);
  }
}

TEST_F(ResponsesPassageTest, aResponseThatNobodyCouldAskForIsNotKept) {
  for (const char* response :
       {R"({"object":"response","output":[]})", R"({"id":"r","output":[]})",
        R"({"id":"r","object":"response"})", R"({"id":7,"object":"response","output":[]})"}) {
    begin(true);
    framer = wire::SseFramer();
    feed(event("response.completed", std::string(R"("response":)") + response));
    EXPECT_TRUE(passage->progress().ended) << response;
    EXPECT_FALSE(inquiry->answered()) << response;
  }
  begin(false);
  passage->whole(R"({"object":"response","status":"completed","output":[]})");
  EXPECT_TRUE(passage->progress().ended);
  EXPECT_FALSE(inquiry->answered());
}

TEST_F(ResponsesPassageTest, aFailureWithoutWordsStillSaysSomething) {
  feed("event: error\ndata: {\"error\":\"\"}\n\n");
  ASSERT_TRUE(passage->progress().fault);
  EXPECT_EQ("the upstream reported an error without a message", passage->progress().fault->message);
}

TEST_F(ResponsesPassageTest, aStreamThatBreaksEndsAsFailedUnderItsOwnName) {
  const std::string all = stream();
  feed(std::string_view(all).substr(0, all.rfind("event: ")));
  calls::Problem problem;
  problem.message = "p/up: it broke";
  problem.code = "upstream_broken_answer";
  std::string last;
  inquiry->appendErrorEvent(last, problem);
  const std::string head = "event: response.failed\ndata: ";
  ASSERT_EQ(0u, last.find(head));
  const std::string data = last.substr(head.size());
  const JsonView root{data};
  EXPECT_TRUE(root["type"].says("response.failed"));
  EXPECT_EQ(4u, root["sequence_number"].whole());
  EXPECT_TRUE(root["response"]["id"].says("resp_up"));
  EXPECT_TRUE(root["response"]["status"].says("failed"));
  EXPECT_TRUE(root["response"]["error"]["code"].says("server_error"));
  EXPECT_TRUE(root["response"]["error"]["message"].says("p/up: it broke"));
  EXPECT_FALSE(inquiry->answered());
}

TEST_F(ResponsesPassageTest, aWholeAnswerMustBeAResponse) {
  begin(false);
  passage->whole(response("completed", R"(,"usage":{"input_tokens":3,"output_tokens":1})"));
  EXPECT_FALSE(passage->progress().fault);
  EXPECT_TRUE(passage->progress().settled);
  EXPECT_EQ(3u, passage->progress().usage->input);
  EXPECT_TRUE(inquiry->answered());
  for (
      const char* bad :
      {"{}", "[]", "<html>", R"({"error":{"message":"x"}})",
       R"({"object":"response","status":"completed"})",
       R"({"id":"r","object":"response","status":"failed","output":[],"error":{"code":"server_error","message":"x"}})"}) {
    begin(false);
    passage->whole(bad);
    EXPECT_TRUE(passage->progress().fault) << bad;
    EXPECT_FALSE(inquiry->answered());
  }
}

TEST_F(ResponsesPassageTest, oneThatGoesOnIsKeptAsPendingAndCountsNothing) {
  begin(false);
  const std::string queued = response("queued");
  passage->whole(queued);
  EXPECT_TRUE(passage->progress().settled);
  EXPECT_FALSE(inquiry->answered());
  ASSERT_TRUE(inquiry->pending());
  EXPECT_TRUE(inquiry->kept().pending);
  EXPECT_EQ("resp_up", inquiry->kept().id);
  EXPECT_EQ(queued, inquiry->kept().response);
  ASSERT_TRUE(passage->progress().usage);
  EXPECT_EQ(0u, passage->progress().usage->input);
}

struct BackgroundPassageTest : ResponsesPassageTest {
  void SetUp() override { begin(true, R"(,"background":true)"); }
};

TEST_F(BackgroundPassageTest, theFirstEventIsContentAndWhatIsKept) {
  const std::string all = stream();
  feed(std::string_view(all).substr(0, all.find("\n\n") + 2));
  EXPECT_TRUE(passage->progress().content);
  ASSERT_TRUE(passage->progress().usage);
  EXPECT_EQ(0u, passage->progress().usage->output);
  ASSERT_TRUE(inquiry->pending());
  EXPECT_EQ(response("in_progress"), inquiry->kept().response);
  feed(std::string_view(all).substr(all.find("\n\n") + 2));
  EXPECT_FALSE(inquiry->pending());
  EXPECT_TRUE(inquiry->answered());
  EXPECT_FALSE(inquiry->kept().pending);
  EXPECT_EQ(3u, passage->progress().usage->output);
  inquiry->uncount();
  EXPECT_EQ(0u, passage->progress().usage->output);
}

TEST_F(BackgroundPassageTest, itsFailureIsItsEnd) {
  const std::string all = stream("response.failed");
  feed(all);
  EXPECT_FALSE(passage->progress().fault);
  EXPECT_TRUE(passage->progress().ended);
  EXPECT_EQ(all, out);
  EXPECT_TRUE(inquiry->answered());
}

TEST_F(BackgroundPassageTest, anEventErrorIsAFaultAndNotItsEnd) {
  feed("event: error\ndata: {\"type\":\"error\",\"message\":\"x\"}\n\n");
  EXPECT_TRUE(passage->progress().fault);
}

TEST_F(BackgroundPassageTest, aStreamThatBreaksDoesNotSayThatItFailed) {
  const std::string all = stream();
  feed(std::string_view(all).substr(0, all.rfind("event: ")));
  calls::Problem problem;
  problem.message = "p/up: it broke";
  problem.code = "upstream_broken_answer";
  std::string last;
  inquiry->appendErrorEvent(last, problem);
  EXPECT_EQ(
      "event: error\ndata: {\"type\":\"error\",\"sequence_number\":3,"
      "\"code\":\"upstream_broken_answer\",\"message\":\"p/up: it broke\",\"param\":null}\n\n",
      last);
}

}  // namespace
}  // namespace sluice::dialects
