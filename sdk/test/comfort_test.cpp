// What the headers do for authors beyond the tables: settings, bodies, sources, workers, codecs of
// JSON, and pauses within a step.
#include <gtest/gtest.h>

#include <mutex>
#include <sluice/plugin.hpp>
#include <sluice/testing.hpp>
#include <thread>

namespace {

namespace json = sluice::json;
namespace testing_ = sluice::testing;
using testing_::chat;
using testing_::describe;
using testing_::Recorder;
using testing_::request;

struct Answer : sluice::JsonDecoder {
  void object(std::string_view event, json::Value said, sluice::Sink sink) override {
    if (event == "error") throw sluice::statusError(0, 0, std::string(said["why"].string()));
    if (said["text"].exists()) sink.text(said["text"].string());
    if (said["done"].exists()) finish(sink, said["done"].string());
    if (said["in"].exists()) sink.usage(said["in"].whole(), said["out"].whole());
  }
};

struct Talk : sluice::Codec {
  static constexpr auto id = "test.talk", description = "a codec";
  explicit Talk(const sluice::Setup& setup) : host(setup.host) {
    const sluice::Settings settings(setup);
    path = settings.string("path", "/talk");
    most = settings.whole("most", 7);
    heat = settings.number("heat", 0.5);
    loud = settings.boolean("loud");
    for (const json::Value tag : settings.list("tags")) tags += tag.string();
  }
  static sluice::Complaint complaint(json::Value body) {
    sluice::Complaint said = sluice::usualComplaint(body);
    said.retryAfterMs = static_cast<std::uint32_t>(body["error"]["wait"].number() * 1000);
    return said;
  }
  void encode(const sluice::Request& request, sluice::HttpOut out) const override {
    const sluice::Body asked(request);
    std::string body;
    json::Writer to(body);
    to.beginObject().member("most", asked.maxTokens(most)).member("heat", heat);
    to.member("loud", loud).member("tags", tags).member("stop", asked["stop"]);
    to.key("said").beginArray();
    for (const json::Value message : asked.messages()) to.value(sluice::textOf(message));
    to.endArray().endObject();
    out.post(path).lines().json(body);
  }
  std::unique_ptr<sluice::Decoder> open(const sluice::Request& /*request*/,
                                        const sluice::Response& response) const override {
    if (!response.ok()) return sluice::refused(response, host, complaint);
    return std::make_unique<Answer>();
  }
  sluice::Host host;
  std::string path, tags;
  std::uint64_t most;
  double heat;
  bool loud;
};

// Pushes three pieces, an item and the usage in one step, whatever the pushes are answered.
struct Burst : sluice::Generation {
  bool step(sluice::Sink sink) override {
    for (const char* piece : {"a", "b", "c"}) sink.text(std::string(piece));
    sink.item("text", "name", "uri", 2, "{}");
    sink.usage(3, 2);
    return false;
  }
};
struct Bursts : sluice::Generator {
  static constexpr auto id = "test.bursts", description = "all in one step";
  std::unique_ptr<sluice::Generation> generate(const sluice::Request&) const override {
    return std::make_unique<Burst>();
  }
};

struct Worker : sluice::Worker {
  static constexpr auto id = "test.worker", description = "answers in one function";
  void answer(const sluice::Request& request, sluice::Stream out) const override {
    if (request.op() != SLUICE_OP_CHAT) request.refuse();
    if (request.body() == "wait") {
      out.text("0");
      while (!out.cancelled()) std::this_thread::yield();
      return;
    }
    for (int i = 0; i < 5 && !out.cancelled(); ++i) out.text(std::to_string(i));
    if (request.body() == "fail") throw sluice::broken("half way");
    out.finishReason("stop");
  }
};

struct Notes : sluice::ContextSource, sluice::Memory {
  static constexpr auto id = "test.notes", description = "remembers";
  void find(const sluice::Query& query, sluice::Sink sink) const override {
    const std::lock_guard<std::mutex> lock(mutex);
    for (std::size_t i = 0; i < said.size() && i < query.limit(); ++i)
      sink.item(said[i], query.text(), query.scope(), 1);
  }
  void remember(std::string_view text) const override {
    const sluice::Exchange exchange(text);
    const std::lock_guard<std::mutex> lock(mutex);
    said.push_back(sluice::textOf(exchange.answer()));
  }
  mutable std::mutex mutex;
  mutable std::vector<std::string> said;
};

struct Finder : sluice::SearchSource {
  static constexpr auto id = "test.finder", description = "finds";
  void find(const sluice::Query& query, sluice::Sink sink) const override {
    sink.item(query.body()["language"].string(), query.text(), "", 1);
  }
};

struct Backwards : sluice::Strategy {
  static constexpr auto id = "test.backwards", description = "the last first";
  void rank(const sluice::Request& /*request*/, const sluice::Candidates& candidates,
            sluice::Order& order) const override {
    for (std::size_t i = candidates.size(); i-- > 0;)
      if (candidates.healthy(i)) order.add(i);
  }
};

}  // namespace

SLUICE_PLUGIN("Tests", "1.0.0", "Apache-2.0", sluice::CodecComponent<Talk>,
              sluice::DirectComponent<Bursts>, sluice::DirectComponent<Worker>,
              sluice::SourceComponent<Notes>, sluice::SourceComponent<Finder>,
              sluice::StrategyComponent<Backwards>)

namespace {

struct ComfortTest : ::testing::Test {
  testing_::Host host;
};

TEST_F(ComfortTest, KindsFollowTheirBases) {
  const auto kind = [](const char* id) { return testing_::component(id).kind; };
  EXPECT_EQ(kind("test.talk"), static_cast<std::uint32_t>(SLUICE_KIND_PROVIDER));
  EXPECT_EQ(kind("test.worker"), static_cast<std::uint32_t>(SLUICE_KIND_PROVIDER));
  EXPECT_EQ(kind("test.notes"), static_cast<std::uint32_t>(SLUICE_KIND_CONTEXT));
  EXPECT_EQ(kind("test.finder"), static_cast<std::uint32_t>(SLUICE_KIND_SEARCH));
  EXPECT_EQ(kind("test.backwards"), static_cast<std::uint32_t>(SLUICE_KIND_STRATEGY));
}

TEST_F(ComfortTest, SettingsAndBodiesBecomeARequest) {
  const std::string plain = R"({"messages":[{"content":"a\"b"},{"content":[{"type":"text",
      "text":"c"},{"type":"image_url"},{"type":"text","text":"d"}]}]})";
  EXPECT_EQ(encode(testing_::Instance("test.talk", host), chat("m", plain, true)),
            "POST /talk\nContent-Type: application/json\n\n"
            R"({"most":7,"heat":0.5,"loud":false,"tags":"","said":["a\"b","cd"]})");
  const testing_::Instance told(
      "test.talk", host,
      R"({"path":"/x","most":3,"heat":-1e3,"loud":true,"tags":["p","q"],"other":null})");
  EXPECT_EQ(encode(told, chat("m", R"({"messages":[],"max_tokens":9,"stop":["x"]})", true)),
            "POST /x\nContent-Type: application/json\n\n"
            R"({"most":9,"heat":-1000,"loud":true,"tags":"pq","stop":["x"],"said":[]})");
}

TEST_F(ComfortTest, WrongSettingsAreNamed) {
  const std::pair<const char*, const char*> cases[] = {
      {R"({"path":1})", "settings.path: must be a string"},
      {R"({"most":-1})", "settings.most: must be a whole number, not negative"},
      {R"({"most":1.5})", "settings.most: must be a whole number, not negative"},
      {R"({"heat":"x"})", "settings.heat: must be a number"},
      {R"({"loud":1})", "settings.loud: must be true or false"},
      {R"({"tags":{}})", "settings.tags: must be an array"},
      {"[]", "the settings are not a JSON object"},
      {"{", "the settings are not JSON: a member's name is missing"}};
  for (const auto& [config, message] : cases) {
    const testing_::Instance made("test.talk", host, config);
    EXPECT_FALSE(made);
    EXPECT_EQ(describe(made.error), "error INVALID_ARGUMENT \"" + std::string(message) + "\"");
  }
}

TEST_F(ComfortTest, WrongBodiesAreTheClientsFault) {
  const testing_::Instance talk("test.talk", host);
  const auto refusal = [&](const char* body) { return encode(talk, chat("m", body, true)); };
  const std::string client =
      "error INVALID_ARGUMENT reason=BAD_REQUEST type=\"invalid_request_error\" ";
  EXPECT_EQ(refusal(""), client + "\"the request is not JSON: a value is missing\"\n");
  EXPECT_EQ(refusal("7"), client + "\"the request is not a JSON object\"\n");
  EXPECT_EQ(refusal("{}"), client + "param=\"messages\" \"messages must be an array\"\n");
  EXPECT_EQ(refusal(R"({"max_tokens":"many","messages":[]})"),
            client + "param=\"max_tokens\" \"max_tokens must be a whole number, not negative\"\n");
}

struct AnswerTest : ComfortTest {
  std::string answer(const std::vector<testing_::Frame>& frames) {
    return decode(talk, chat("m", "{}", true), 200, {}, frames);
  }
  std::string refusal(std::uint32_t status, const std::string& body,
                      const std::vector<sluice_kv>& headers = {}) {
    return decode(talk, chat("m", "{}", true), status, headers, {{"", body}});
  }
  testing_::Instance talk{"test.talk", host};
};

TEST_F(AnswerTest, ObjectsBecomeChunks) {
  EXPECT_EQ(answer({{"", R"({"text":"a"})"},
                    {"", " "},
                    {"", R"({"text":"b","done":"max_tokens"})"},
                    {"", R"({"done":"stop","in":3,"out":2})"},
                    {"", "[DONE]"}}),
            "text \"a\"\ntext \"b\"\nfinish length\nusage input=3 output=2\n");
}

TEST_F(AnswerTest, WhatMakesNoSenseIsAnErrorThatATryMayMend) {
  EXPECT_EQ(answer({{"", R"({"text":"a"})"}}),
            "text \"a\"\nerror UNAVAILABLE retryable \"the upstream's answer ended before it was "
            "finished\"\n");
  EXPECT_EQ(answer({{"", "<html>"}}),
            "error UNAVAILABLE retryable \"the upstream sent what is not JSON: no value begins "
            "like this\"\n");
  EXPECT_EQ(answer({{"", "[]"}}),
            "error UNAVAILABLE retryable \"the upstream sent what is not a JSON object\"\n");
  EXPECT_EQ(answer({{"error", R"({"why":"tired"})"}}), "error UNAVAILABLE retryable \"tired\"\n");
}

TEST(WordsTest, AreFoundWhateverTheirCase) {
  const sluice::Words says("Rate Limit reached: 3 \xC3\x84pfel");
  EXPECT_TRUE(says({"quota", "rate limit"}));
  EXPECT_TRUE(says({"\xC3\x84"}));
  EXPECT_FALSE(says({"quota", "ratelimit"}));
  EXPECT_FALSE(says({}));
  EXPECT_EQ(sluice::lowered("AZaz[@\xC3\x84"), "azaz[@\xC3\x84");
}

TEST_F(AnswerTest, RefusalsSayWhatTheyMean) {
  host.nowUnixMs = 1767225600000;  // 1 January 2026
  EXPECT_EQ(
      refusal(429, R"({"error":{"message":"slow","type":"t","code":"c","param":"p"}})",
              {{testing_::str("Retry-After"), testing_::str("Thu, 01 Jan 2026 00:00:30 GMT")}}),
      "error RESOURCE_EXHAUSTED reason=RATE_LIMIT retryable http=429 after_ms=30000 "
      "type=\"t\" symbol=\"c\" param=\"p\" \"slow\"\n");
  EXPECT_EQ(refusal(401, R"({"error":"who?"})"),
            "error UNAUTHENTICATED reason=KEY retryable http=401 \"who?\"\n");
  EXPECT_EQ(refusal(400, R"({"message":"bad"})"),
            "error INVALID_ARGUMENT reason=BAD_REQUEST http=400 \"bad\"\n");
  EXPECT_EQ(refusal(422, R"({"detail":"worse"})"),
            "error INVALID_ARGUMENT reason=BAD_REQUEST http=422 \"worse\"\n");
  EXPECT_EQ(refusal(500, "out of order"),
            "error UNAVAILABLE reason=OVERLOADED retryable http=500 \"out of order\"\n");
  EXPECT_EQ(refusal(502, "<html>bad gateway</html>"),
            "error UNAVAILABLE reason=OVERLOADED retryable http=502 \"HTTP 502 without a word of "
            "why\"\n");
  EXPECT_EQ(decode(talk, chat("m", "{}", true), 404, {}, {}),
            "error NOT_FOUND http=404 \"HTTP 404 without a word of why\"\n");
}

TEST_F(AnswerTest, AWaitInTheBodyCountsWhereNoHeaderTellsOne) {
  const std::string body = R"({"error":{"message":"busy","wait":1.5}})";
  EXPECT_EQ(refusal(503, body),
            "error UNAVAILABLE reason=OVERLOADED retryable http=503 after_ms=1500 \"busy\"\n");
  EXPECT_EQ(refusal(503, body, {{testing_::str("retry-after"), testing_::str("2")}}),
            "error UNAVAILABLE reason=OVERLOADED retryable http=503 after_ms=2000 \"busy\"\n");
}

// Lists of words, and an end that is no JSON.
struct Words : sluice::JsonDecoder {
  void object(std::string_view, json::Value, sluice::Sink) override {}
  void other(std::string_view, json::Value words, sluice::Sink sink) override {
    if (!words.isArray()) throw sluice::broken("neither list nor object");
    for (const json::Value word : words) sink.text(word.string());
    finish(sink, "stop");
  }
  bool isMark(std::string_view data) const override { return data == "over"; }
};

TEST(JsonDecoder, MayTakeListsAndMarksOfItsOwn) {
  Words words;
  Recorder recorder;
  words.frame("", R"(["a","b"])", sluice::Sink(recorder.sink()));
  words.frame("", "over", sluice::Sink(recorder.sink()));
  words.end(sluice::Sink(recorder.sink()));
  EXPECT_EQ(recorder.log(), "text \"a\"\ntext \"b\"\nfinish stop\n");
  EXPECT_THROW(words.frame("", "7", sluice::Sink(recorder.sink())), sluice::Error);
  EXPECT_THROW(words.frame("", "[DONE]", sluice::Sink(recorder.sink())), sluice::Error);
}

TEST_F(AnswerTest, NothingIsPushedOnceNobodyReads) {
  Recorder recorder;
  recorder.answer({SLUICE_OK, SLUICE_CANCELLED});
  const sluice_request asked = chat("m", "{}", true);
  sluice_error error = testing_::emptyError();
  void* decoder = nullptr;
  const sluice_codec& codec = *talk.codec();
  ASSERT_EQ(codec.open(talk.get(), &asked, 200, nullptr, 0, &decoder, &error), SLUICE_OK);
  for (const char* line : {R"({"text":"a"})", R"({"text":"b","done":"stop"})", R"({"text":"c"})"})
    codec.frame(decoder, testing_::str(""), testing_::str(line), recorder.sink(), &error);
  codec.end(decoder, recorder.sink(), &error);
  codec.close(decoder);
  EXPECT_EQ(recorder.log(), "text \"a\"\ntext \"b\"\n");
}

TEST(Statuses, AWordOfTheUpstreamTellsMoreThanItsStatus) {
  const sluice::Error error = sluice::statusError(400, 0, "too long", SLUICE_REASON_CONTEXT_LENGTH);
  EXPECT_EQ(error.code, SLUICE_INVALID_ARGUMENT);
  EXPECT_TRUE(error.retryable);
  EXPECT_FALSE(sluice::statusError(400, 0, "no").retryable);
}

TEST(Paths, HoldNamesAsOneSegment) {
  EXPECT_EQ(sluice::pathSegment("a-B.9_~@"), "a-B.9_~@");
  EXPECT_EQ(sluice::pathSegment("arn:x/y?z#\xC3\xA9 %"), "arn%3Ax%2Fy%3Fz%23%C3%A9%20%25");
}

TEST(Models, AreListedByName) {
  sluice::ModelList list;
  for (const char* name : {"a", "", "b\""}) list.add(name);
  EXPECT_EQ(list.json(), R"({"object":"list","data":[{"id":"a","object":"model"},)"
                         R"({"id":"b\"","object":"model"}]})");
}

// An operation under way.
struct Running {
  Running(const testing_::Instance& of, const char* text, std::vector<sluice_status> answers)
      : instance(of), direct(*of.direct()), asked(chat("m", text, true)) {
    recorder.answer(std::move(answers));
  }
  ~Running() { direct.release(call); }
  void start() {
    sluice_error error = testing_::emptyError();
    EXPECT_EQ(direct.start(instance.get(), &asked, recorder.sink(), &call, &error), SLUICE_OK);
  }
  const testing_::Instance& instance;
  const sluice_direct& direct;
  const sluice_request asked;
  Recorder recorder;
  void* call = nullptr;
};

TEST_F(ComfortTest, WhatIsPushedInAPauseIsKept) {
  const testing_::Instance bursts("test.bursts", host);
  Running running(bursts, "", {SLUICE_PAUSE, SLUICE_OK, SLUICE_PAUSE, SLUICE_OK, SLUICE_PAUSE});
  running.start();
  EXPECT_EQ(running.recorder.log(), "text \"a\"\n");
  running.direct.resume(running.call);
  EXPECT_EQ(running.recorder.log(), "text \"a\"\ntext \"b\"\ntext \"c\"\n");
  EXPECT_EQ(running.recorder.finished(), 0);
  running.direct.resume(running.call);
  EXPECT_EQ(running.recorder.log(),
            "text \"a\"\ntext \"b\"\ntext \"c\"\nitem id=\"uri\" name=\"name\" \"text\" {}\n"
            "usage input=3 output=2\n");
  EXPECT_EQ(running.recorder.finished(), 1);
}

TEST_F(ComfortTest, WhatIsKeptIsDroppedByACancel) {
  const testing_::Instance bursts("test.bursts", host);
  Running paused(bursts, "", {SLUICE_PAUSE});
  paused.start();
  paused.direct.cancel(paused.call);
  EXPECT_EQ(paused.recorder.log(), "text \"a\"\nerror CANCELLED \"cancelled\"\n");
  EXPECT_EQ(paused.recorder.finished(), 1);
  Running left(bursts, "", {SLUICE_OK, SLUICE_CANCELLED});
  left.start();
  EXPECT_EQ(left.recorder.log(), "text \"a\"\ntext \"b\"\nerror CANCELLED \"cancelled\"\n");
}

TEST_F(ComfortTest, WorkersAnswerInOneFunction) {
  const testing_::Instance worker("test.worker", host);
  EXPECT_EQ(worker.direct()->flags, static_cast<std::uint32_t>(SLUICE_DIRECT_BLOCKING));
  EXPECT_EQ(run(worker, chat("m", "", true)),
            "text \"0\"\ntext \"1\"\ntext \"2\"\ntext \"3\"\ntext \"4\"\nfinish stop\n");
  Running failing(worker, "fail", {SLUICE_OK, SLUICE_CANCELLED});
  failing.start();
  EXPECT_EQ(failing.recorder.log(), "text \"0\"\ntext \"1\"\nerror CANCELLED \"cancelled\"\n");
}

TEST_F(ComfortTest, AWorkersPushWaitsWhileTheReaderPauses) {
  const testing_::Instance worker("test.worker", host);
  Running running(worker, "", std::vector<sluice_status>(3, SLUICE_PAUSE));
  std::thread thread([&] { running.start(); });
  for (std::size_t pushes = 1; running.recorder.finished() == 0;) {
    if (running.recorder.pushes() < pushes) {
      std::this_thread::yield();
      continue;
    }
    // Until this pause ends, nothing more can have come.
    if (pushes <= 3) EXPECT_EQ(running.recorder.pushes(), pushes);
    running.direct.resume(running.call);
    ++pushes;
  }
  thread.join();
  EXPECT_EQ(running.recorder.said(), "01234");
}

TEST_F(ComfortTest, AWorkersPauseEndsWithACancel) {
  const testing_::Instance worker("test.worker", host);
  Running running(worker, "", {SLUICE_PAUSE});
  std::thread thread([&] { running.start(); });
  while (running.recorder.pushes() == 0) std::this_thread::yield();
  running.direct.cancel(running.call);
  thread.join();
  EXPECT_EQ(running.recorder.log(), "text \"0\"\nerror CANCELLED \"cancelled\"\n");
  EXPECT_EQ(running.recorder.finished(), 1);
}

TEST_F(ComfortTest, AWorkerThatReturnsBecauseItIsCancelledIsCancelled) {
  const testing_::Instance worker("test.worker", host);
  Running running(worker, "wait", {});
  std::thread thread([&] { running.start(); });
  while (running.recorder.pushes() == 0) std::this_thread::yield();
  running.direct.cancel(running.call);
  thread.join();
  EXPECT_EQ(running.recorder.log(), "text \"0\"\nerror CANCELLED \"cancelled\"\n");
  EXPECT_EQ(running.recorder.finished(), 1);
}

TEST_F(ComfortTest, MemoriesRememberAndSourcesFind) {
  const testing_::Instance notes("test.notes", host);
  const std::string before = R"({"request_id":"r","at_ms":1,"scope":"s","messages":[{"role":"user",
      "content":"q"}],"answer":{"model":"m","finish_reason":"stop","message":)";
  EXPECT_EQ(remember(notes, before + R"({"content":"one"}}})"), "");
  EXPECT_EQ(remember(notes, before + R"({"content":"two"}}})"), "");
  EXPECT_EQ(run(notes, request(SLUICE_OP_CONTEXT, R"({"query":"q","scope":"s","messages":[]})")),
            "item id=\"s\" name=\"q\" \"one\"\nitem id=\"s\" name=\"q\" \"two\"\n");
  EXPECT_EQ(run(notes, request(SLUICE_OP_CONTEXT, R"({"query":"q","limit":1})")),
            "item name=\"q\" \"one\"\n");
  EXPECT_EQ(run(notes, request(SLUICE_OP_SEARCH, R"({"query":"q"})")),
            "error UNIMPLEMENTED \"this component does not serve operation 3\"\n");
  EXPECT_EQ(run(notes, request(SLUICE_OP_CONTEXT, "{")),
            "error INVALID_ARGUMENT reason=BAD_REQUEST type=\"invalid_request_error\" \"the "
            "request is not JSON: a member's name is missing\"\n");
  const testing_::Instance finder("test.finder", host);
  EXPECT_EQ(run(finder, request(SLUICE_OP_SEARCH, R"({"query":"q","language":"en"})")),
            "item name=\"q\" \"en\"\n");
}

TEST_F(ComfortTest, WhatIsNoExchangeIsRefusedByName) {
  const testing_::Instance notes("test.notes", host);
  EXPECT_NE(remember(notes, "{}").find("param=\"request_id\""), std::string::npos);
  EXPECT_NE(remember(notes, R"({"request_id":"r","at_ms":1,"scope":"s","messages":[]})")
                .find("param=\"messages\""),
            std::string::npos);
  EXPECT_NE(remember(notes, "").find("the exchange is not JSON"), std::string::npos);
}

TEST_F(ComfortTest, StrategiesRankWhatTheyAreGiven) {
  const testing_::Instance backwards("test.backwards", host);
  sluice_candidate ill = testing_::candidate("ill");
  ill.flags = 0;
  EXPECT_EQ(rank(backwards, {testing_::candidate("a"), ill, testing_::candidate("b")}), "b a ");
}

TEST(Errors, HoldNothingButUtf8) {
  sluice_error error = testing_::emptyError();
  sluice::detail::copyText(error.symbol, "a\xff\xc3\xa9\xc3");
  EXPECT_STREQ(error.symbol, "a?\xc3\xa9?");
  sluice::detail::copyText(error.symbol, "\xe2\x82\xac\xed\xa0\x80\xf0\x9f\x98\x80\xc0\x80");
  EXPECT_STREQ(error.symbol, "\xe2\x82\xac???\xf0\x9f\x98\x80??");
}

}  // namespace
