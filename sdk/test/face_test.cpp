// The faces of sluice/plugin.hpp, driven through their C tables.
#include <gtest/gtest.h>

#include <atomic>
#include <sluice/plugin.hpp>
#include <sluice/testing.hpp>
#include <thread>

namespace {

namespace testing_ = sluice::testing;
using testing_::chat;
using testing_::describe;
using testing_::emptyError;
using testing_::Recorder;
using testing_::str;

// Says "1 " to "5 ", a step each; what the request's body asks for goes wrong.
struct Count : sluice::Generation {
  explicit Count(std::string_view body) : order(body) {}
  bool step(sluice::Sink sink) override {
    if (order == "fail" && next == 3) throw sluice::Error(SLUICE_UNAVAILABLE, "no more");
    if (order == "odd" && next == 3) throw 7;
    sink.text(std::to_string(next) + " ");
    return next++ < 5;
  }
  std::string order;
  int next = 1;
};

struct Counter : sluice::Generator {
  static constexpr auto id = "test.counter", description = "counts";
  std::unique_ptr<sluice::Generation> generate(const sluice::Request& request) const override {
    if (request.body() == "refuse") request.refuse();
    if (request.body() == "nothing") return nullptr;
    return std::make_unique<Count>(request.body());
  }
};

struct WaitingCounter : Counter {
  static constexpr auto id = "test.waiting-counter";
  static constexpr bool blocking = true;
};

// A codec, a strategy and a memory in one, with everything that can be told about a component.
struct Everything : sluice::Codec, sluice::Strategy, sluice::Memory {
  static constexpr auto id = "test.everything", description = "all faces";
  static constexpr auto config_schema = R"({"type":"object"})";
  static constexpr std::uint32_t kind = SLUICE_KIND_CONTEXT;
  static constexpr const char* dialects[] = {"a.b", "c.d"};
  static constexpr const char* requires_ext[] = {SLUICE_EXT_HOST_CLOCK};

  explicit Everything(const sluice::Setup& setup) : host(setup.host), name(setup.name) {
    if (setup.config == "bad") throw sluice::Error(SLUICE_INVALID_ARGUMENT, "a bad config");
    host.warning("made " + name);
  }
  void encode(const sluice::Request& request, sluice::HttpOut out) const override {
    out.post("/x").bearer().secretHeader("x-key", "", "other").sse().json(request.body());
  }
  struct Reader : sluice::Decoder {
    void frame(std::string_view event, std::string_view data, sluice::Sink sink) override {
      if (event == "throw") throw std::runtime_error("oops");
      sink.text(data);
    }
    void end(sluice::Sink sink) override { sink.finishReason("stop"); }
  };
  std::unique_ptr<sluice::Decoder> open(const sluice::Request& /*request*/,
                                        const sluice::Response& response) const override {
    if (response.status == 204) return nullptr;
    if (!response.ok())
      throw sluice::Error(SLUICE_UNAVAILABLE, std::string(response.headers.find("X-WHY")));
    return std::make_unique<Reader>();
  }
  void rank(const sluice::Request& /*request*/, const sluice::Candidates& candidates,
            sluice::Order& order) const override {
    for (std::size_t i = candidates.size(); i-- > 0;) order.add(i);
    order.add(0);  // there is no room for it
  }
  void remember(std::string_view exchange) const override { host.info(exchange); }

  sluice::Host host;
  std::string name;
};

struct Idle : sluice::Direct {
  static constexpr auto id = "test.idle", description = "starts nothing";
  std::unique_ptr<sluice::DirectCall> start(const sluice::Request& /*request*/) const override {
    return nullptr;
  }
};

}  // namespace

SLUICE_PLUGIN("Tests", "1.2.3", "Apache-2.0", sluice::DirectComponent<Counter>,
              sluice::DirectComponent<WaitingCounter>, sluice::Component<Everything>,
              sluice::DirectComponent<Idle>)

namespace {

TEST(Entry, ServesItsOwnVersionAlone) {
  const sluice_library* library = sluice_plugin_entry(SLUICE_ABI_VERSION);
  ASSERT_TRUE(library);
  EXPECT_EQ(library->n_components, 4u);
  EXPECT_STREQ(library->version, "1.2.3");
  EXPECT_EQ(library->flags, 0u);
  EXPECT_FALSE(sluice_plugin_entry(SLUICE_ABI_VERSION + 1));
  EXPECT_FALSE(sluice_plugin_entry(SLUICE_ABI_VERSION + (1u << 16)));
}

TEST(Entry, DescribesComponents) {
  const sluice_component& plain = testing_::component("test.counter");
  EXPECT_EQ(plain.kind, static_cast<std::uint32_t>(SLUICE_KIND_PROVIDER));
  EXPECT_EQ(plain.config_schema, nullptr);
  EXPECT_EQ(plain.dialects, nullptr);
  EXPECT_EQ(plain.requires_ext, nullptr);
  const sluice_component& all = testing_::component("test.everything");
  EXPECT_EQ(all.kind, static_cast<std::uint32_t>(SLUICE_KIND_CONTEXT));
  EXPECT_STREQ(all.config_schema, R"({"type":"object"})");
  EXPECT_STREQ(all.dialects[0], "a.b");
  EXPECT_STREQ(all.dialects[1], "c.d");
  EXPECT_EQ(all.dialects[2], nullptr);
  EXPECT_STREQ(all.requires_ext[0], SLUICE_EXT_HOST_CLOCK);
  EXPECT_EQ(all.requires_ext[1], nullptr);
}

struct FaceTest : ::testing::Test {
  testing_::Host host;
  sluice_error error = emptyError();
};

TEST_F(FaceTest, HasTheTablesOfItsBasesOnly) {
  const testing_::Instance counter("test.counter", host);
  EXPECT_TRUE(counter.direct());
  EXPECT_FALSE(counter.codec() || counter.strategy() || counter.memory());
  const testing_::Instance all("test.everything", host);
  EXPECT_TRUE(all.codec() && all.strategy() && all.memory());
  EXPECT_FALSE(all.direct());
  EXPECT_FALSE(all.get()->get_extension(all.get(), "sluice.codec/1x"));
  EXPECT_EQ(counter.direct()->flags, 0u);
  const testing_::Instance waiting("test.waiting-counter", host);
  EXPECT_EQ(waiting.direct()->flags, static_cast<std::uint32_t>(SLUICE_DIRECT_BLOCKING));
}

TEST_F(FaceTest, ConstructorsMayFail) {
  const testing_::Instance instance("test.everything", host, "bad");
  EXPECT_FALSE(instance);
  EXPECT_EQ(describe(instance.error), "error INVALID_ARGUMENT \"a bad config\"");
}

TEST_F(FaceTest, CodecPassesWhatItIsGiven) {
  const testing_::Instance all("test.everything", host);
  EXPECT_EQ(host.logged, "2 made test\n");
  const sluice_request request = chat("m", "{}", true);
  testing_::HttpRequest http;
  ASSERT_EQ(all.codec()->encode(all.get(), &request, http.out(), &error), SLUICE_OK);
  EXPECT_EQ(http.line, "POST /x");
  EXPECT_EQ(http.headers,
            "Authorization: Bearer <key>\nx-key: <other>\nAccept: text/event-stream\n"
            "Content-Type: application/json\n");
  EXPECT_EQ(http.framing(), static_cast<std::uint32_t>(SLUICE_FRAME_SSE));
  ASSERT_EQ(http.pieces.size(), 1u);
  EXPECT_EQ(http.pieces[0].ptr, request.body.ptr);  // not a copy

  EXPECT_EQ(decode(all, request, 200, {}, {{"", "a"}, {"", "b"}}),
            "text \"a\"\ntext \"b\"\nfinish stop\n");
  EXPECT_EQ(decode(all, request, 200, {}, {{"", "a"}, {"throw", ""}}),
            "text \"a\"\nerror INTERNAL \"oops\"\n");
  EXPECT_EQ(decode(all, request, 503, {{str("x-why"), str("tired")}}, {}),
            "error UNAVAILABLE \"tired\"\n");
}

TEST_F(FaceTest, StrategyAndMemory) {
  const testing_::Instance all("test.everything", host);
  const sluice_request request = chat("m", "{}", false);
  sluice_candidate a{}, b{};
  const sluice_candidate* candidates[] = {&a, &b};
  std::uint32_t order[2] = {9, 9};
  std::size_t ordered = 0;
  ASSERT_EQ(all.strategy()->rank(all.get(), &request, candidates, 2, order, &ordered, &error),
            SLUICE_OK);
  EXPECT_EQ(ordered, 2u);
  EXPECT_EQ(order[0], 1u);
  EXPECT_EQ(order[1], 0u);
  ASSERT_EQ(all.memory()->remember(all.get(), str("said"), &error), SLUICE_OK);
  EXPECT_EQ(host.logged, "2 made test\n1 said\n");
}

TEST_F(FaceTest, GeneratesToTheEnd) {
  const testing_::Instance counter("test.counter", host);
  EXPECT_EQ(testing_::run(counter, chat("m", "", true)),
            "text \"1 \"\ntext \"2 \"\ntext \"3 \"\ntext \"4 \"\ntext \"5 \"\n");
  EXPECT_EQ(testing_::run(counter, chat("m", "fail", true)),
            "text \"1 \"\ntext \"2 \"\nerror UNAVAILABLE \"no more\"\n");
  EXPECT_EQ(testing_::run(counter, chat("m", "odd", true)),
            "text \"1 \"\ntext \"2 \"\nerror INTERNAL \"the plugin threw something that is no "
            "std::exception\"\n");
  EXPECT_EQ(testing_::run(counter, chat("m", "refuse", true)),
            "error UNIMPLEMENTED \"this component does not serve operation 1\"\n");
}

TEST_F(FaceTest, WhatGivesNothingIsAnError) {
  const std::string gave = " gave nothing\"\n", internal = "error INTERNAL \"the plugin's ";
  const testing_::Instance all("test.everything", host);
  EXPECT_EQ(decode(all, chat("m", "", true), 204, {}, {{"", "a"}}), internal + "open()" + gave);
  const testing_::Instance counter("test.counter", host);
  EXPECT_EQ(testing_::run(counter, chat("m", "nothing", true)), internal + "generate()" + gave);
  const testing_::Instance idle("test.idle", host);
  EXPECT_EQ(testing_::run(idle, chat("m", "", true)), internal + "start()" + gave);
}

// An operation of a direct component under way.
struct Running {
  Running(const testing_::Instance& of, std::vector<sluice_status> answers)
      : instance(of), direct(*of.direct()) {
    recorder.answer(std::move(answers));
  }
  ~Running() { direct.release(call); }
  sluice_status start() {
    return direct.start(instance.get(), &request, recorder.sink(), &call, &error);
  }
  const testing_::Instance& instance;
  const sluice_direct& direct;
  Recorder recorder;
  void* call = nullptr;
  sluice_error error = emptyError();
  sluice_request request = chat("m", "", true);
};

TEST_F(FaceTest, PausesAndResumes) {
  const testing_::Instance counter("test.counter", host);
  Running running(counter, {SLUICE_OK, SLUICE_PAUSE, SLUICE_PAUSE, SLUICE_OK, SLUICE_PAUSE});
  ASSERT_EQ(running.start(), SLUICE_OK);
  EXPECT_EQ(running.recorder.said(), "1 2 ");
  running.direct.resume(running.call);
  EXPECT_EQ(running.recorder.said(), "1 2 3 ");
  running.direct.resume(running.call);
  EXPECT_EQ(running.recorder.said(), "1 2 3 4 5 ");
  EXPECT_EQ(running.recorder.finished(), 1);  // a pause at the last step pauses nothing
  running.direct.resume(running.call);
  EXPECT_EQ(running.recorder.finished(), 1);
}

TEST_F(FaceTest, StopsWhenNobodyReads) {
  const testing_::Instance counter("test.counter", host);
  Running running(counter, {SLUICE_OK, SLUICE_CANCELLED});
  ASSERT_EQ(running.start(), SLUICE_OK);
  EXPECT_EQ(running.recorder.log(), "text \"1 \"\ntext \"2 \"\nerror CANCELLED \"cancelled\"\n");
}

TEST_F(FaceTest, CancelEndsAPause) {
  const testing_::Instance counter("test.counter", host);
  Running running(counter, {SLUICE_PAUSE});
  ASSERT_EQ(running.start(), SLUICE_OK);
  EXPECT_EQ(running.recorder.finished(), 0);
  running.direct.cancel(running.call);
  EXPECT_EQ(running.recorder.log(), "text \"1 \"\nerror CANCELLED \"cancelled\"\n");
  running.direct.cancel(running.call);
  EXPECT_EQ(running.recorder.finished(), 1);
}

// A sink that answers PAUSE and resumes before its push has returned.
struct EagerSink {
  EagerSink() {
    sink.struct_size = sizeof sink;
    sink.host_data = this;
    sink.push = [](sluice_sink* self, const sluice_chunk* chunk) -> sluice_status {
      auto& eager = *static_cast<EagerSink*>(self->host_data);
      eager.said += sluice::view(chunk->text);
      eager.direct->resume(*eager.call);
      return SLUICE_PAUSE;
    };
    sink.finish = [](sluice_sink* self, const sluice_error* err) {
      static_cast<EagerSink*>(self->host_data)->finished += err ? 100 : 1;
    };
  }
  sluice_sink sink{};
  const sluice_direct* direct = nullptr;
  void** call = nullptr;
  std::string said;
  int finished = 0;
};

TEST_F(FaceTest, ResumeDuringThePushIsNotLost) {
  const testing_::Instance counter("test.counter", host);
  EagerSink eager;
  void* call = nullptr;
  eager.direct = counter.direct();
  eager.call = &call;
  const sluice_request request = chat("m", "", true);
  ASSERT_EQ(counter.direct()->start(counter.get(), &request, &eager.sink, &call, &error),
            SLUICE_OK);
  EXPECT_EQ(eager.said, "1 2 3 4 5 ");
  EXPECT_EQ(eager.finished, 1);
  counter.direct()->release(call);
}

TEST_F(FaceTest, BlockingGenerationWaitsOnItsOwnThread) {
  const testing_::Instance counter("test.waiting-counter", host);
  Running running(counter, {SLUICE_PAUSE, SLUICE_PAUSE});
  std::thread worker([&] { running.start(); });
  // resume() may come at any time: while the step runs, in the pause, or after the end.
  while (running.recorder.finished() == 0)
    if (running.recorder.pushes() > 0) running.direct.resume(running.call);
    else std::this_thread::yield();
  worker.join();
  EXPECT_EQ(running.recorder.said(), "1 2 3 4 5 ");
  EXPECT_EQ(running.recorder.finished(), 1);
}

// Pauses are ended and calls are cancelled from another thread at any moment; each ends once.
TEST_F(FaceTest, EndsOnceWhateverComesWhen) {
  const testing_::Instance counter("test.counter", host);
  for (int round = 0; round < 500; ++round) {
    Running running(counter, std::vector<sluice_status>(5, SLUICE_PAUSE));
    std::atomic<bool> started{false};
    std::thread reader([&] {
      while (!started) std::this_thread::yield();
      for (int i = 0; i < 5 && round % 3 != 0; ++i) running.direct.resume(running.call);
      running.direct.cancel(running.call);
    });
    std::thread other([&] {
      while (!started) std::this_thread::yield();
      for (int i = 0; i < 3; ++i) running.direct.resume(running.call);
    });
    ASSERT_EQ(running.start(), SLUICE_OK);
    started = true;
    reader.join();
    other.join();
    ASSERT_EQ(running.recorder.finished(), 1) << running.recorder.log();
  }
}

TEST(Errors, AreCutBetweenCharacters) {
  sluice_error error = emptyError();
  std::string text(sizeof error.symbol - 2, 'a');
  sluice::detail::copyText(error.symbol, text + "é");
  EXPECT_EQ(std::string(error.symbol), text);
  sluice::detail::copyText(error.symbol, text + "b");
  EXPECT_EQ(std::string(error.symbol), text + "b");
  sluice::detail::copyText(error.symbol, std::string_view("a\0b", 3));
  EXPECT_STREQ(error.symbol, "a b");
}

TEST(Errors, NeverBecomeSuccess) {
  sluice_error error = emptyError();
  const auto status =
      sluice::detail::guard(&error, [] { throw sluice::Error(SLUICE_OK, "no error"); });
  EXPECT_EQ(status, SLUICE_UNKNOWN);
  EXPECT_EQ(error.code, SLUICE_UNKNOWN);
}

std::uint32_t delay(const std::vector<std::pair<const char*, const char*>>& fields,
                    std::int64_t now = 0) {
  std::vector<sluice_kv> headers;
  headers.reserve(fields.size());
  for (const auto& [name, value] : fields) headers.push_back({str(name), str(value)});
  return sluice::retryAfterMs(sluice::Headers(headers.data(), headers.size()), now);
}

TEST(RetryAfter, ReadsEveryForm) {
  EXPECT_EQ(delay({}), 0u);
  EXPECT_EQ(delay({{"Retry-After", "2"}}), 2000u);
  EXPECT_EQ(delay({{"retry-after", "0.25"}}), 250u);
  EXPECT_EQ(delay({{"retry-after", "0"}}), 1u);
  EXPECT_EQ(delay({{"Retry-After", "7"}, {"Retry-After-Ms", "1500"}}), 1500u);
  EXPECT_EQ(delay({{"retry-after-ms", "12.3"}}), 13u);
  EXPECT_EQ(delay({{"retry-after-ms", "soon"}, {"retry-after", "3"}}), 3000u);
  EXPECT_EQ(delay({{"retry-after", "99999999999999999999"}}), sluice::kMaxRetryAfterMs);
  for (const char* odd : {"", "-1", "1s", "1,5", ".5", "soon"})
    EXPECT_EQ(delay({{"retry-after", odd}}), 0u) << odd;
}

TEST(RetryAfter, ReadsDates) {
  constexpr std::int64_t date = 784111777000;  // Sun, 06 Nov 1994 08:49:37 GMT
  EXPECT_EQ(delay({{"retry-after", "Sun, 06 Nov 1994 08:49:37 GMT"}}, date - 5000), 5000u);
  EXPECT_EQ(delay({{"retry-after", "Sun, 06 Nov 1994 08:49:37 GMT"}}, date + 5000), 1u);
  constexpr std::int64_t leap = 1709164800000;  // 29 February 2024
  EXPECT_EQ(delay({{"retry-after", "Thu, 29 Feb 2024 00:00:10 GMT"}}, leap), 10000u);
  for (const char* odd : {"Sun, 06 Nov 1994 08:49:37 CET", "Sunday, 06-Nov-94 08:49:37 GMT",
                          "Sun, 06 ovN 1994 08:49:37 GMT", "Sun, 99 Nov 1994 08:49:37 GMT"})
    EXPECT_EQ(delay({{"retry-after", odd}}), 0u) << odd;
}

}  // namespace
