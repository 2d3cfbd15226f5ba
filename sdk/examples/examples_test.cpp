// The examples of all languages are held to one result: the same requests, the same chunks, the
// same manners. One that could not be built is skipped, with the reason.
#include <dlfcn.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <fstream>
#include <sluice/transcripts.hpp>

namespace {

using Entry = const sluice_library* (*)(std::uint32_t);
Entry current = nullptr;  // of the language under test

}  // namespace

// The library that testing.hpp uses is the one of the language under test.
const sluice_library* sluice_plugin_entry(std::uint32_t hostAbi) { return current(hostAbi); }

namespace {

using namespace sluice::testing;

struct Examples : ::testing::TestWithParam<std::string> {
  void SetUp() override {
    const std::string stem = std::string(SLUICE_EXAMPLES) + "/talk_" + GetParam();
    if (std::ifstream why(stem + ".skipped"); why) {
      std::string line;
      std::getline(why, line);
      GTEST_SKIP() << line;
    }
    // Never closed: Go's runtime would not survive it.
    void* library = ::dlopen((stem + ".so").c_str(), RTLD_NOW | RTLD_LOCAL);
    ASSERT_NE(library, nullptr) << ::dlerror();
    current = reinterpret_cast<Entry>(::dlsym(library, "sluice_plugin_entry"));
    ASSERT_NE(current, nullptr);
  }
  std::string talk() const { return "com.example.talk-" + GetParam(); }
  std::string encoded(const Instance& instance, const sluice_request& request) const {
    HttpRequest http;
    sluice_error error = emptyError();
    if (instance.codec()->encode(instance.get(), &request, http.out(), &error) != SLUICE_OK)
      return describe(error);
    return http.line + " " + std::to_string(http.framing()) + "\n" + http.headers + http.body;
  }
  Host host;
};

TEST_P(Examples, ServeOneAbi) {
  EXPECT_EQ(sluice_plugin_entry(SLUICE_ABI_VERSION), sluice_plugin_entry(SLUICE_ABI_VERSION));
  EXPECT_EQ(sluice_plugin_entry(SLUICE_ABI_VERSION + 1), nullptr);
  EXPECT_EQ(sluice_plugin_entry((SLUICE_ABI_MAJOR + 1) << 16), nullptr);
}

TEST_P(Examples, AskInTheSameBytes) {
  const Instance instance(talk().c_str(), host, R"({"limit":64})");
  const std::string key = "X-Key: <key>\n", type = "Content-Type: application/json\n";
  const auto body = [](const std::string& messages) {
    return R"({"model":"m","messages":[)" + messages + "]}";
  };
  EXPECT_EQ(encoded(instance, models()), "GET /v1/models 0\n" + key);
  EXPECT_EQ(
      encoded(instance, chat("m-1", body(""), false)),
      "POST /v1/talk 0\n" + key + type + R"({"model":"m-1","stream":false,"limit":64,"turns":[]})");
  const Transcript long_one = loadTranscript(std::string(SLUICE_TRANSCRIPTS) + "/hello-stream.txt");
  EXPECT_EQ(encoded(instance, long_one.asked()),
            "POST /v1/talk 2\n" + key + type +
                R"({"model":"m-1","stream":true,"limit":5,"turns":[)"
                R"({"who":"system","says":"Be \"short\".\n\tPlease."},)"
                "{\"who\":\"user\",\"says\":\"Say <hé>llo\u2028 & 😀\\u0001\"}]}");
  const Transcript whole_one = loadTranscript(std::string(SLUICE_TRANSCRIPTS) + "/hello-whole.txt");
  EXPECT_EQ(encoded(instance, whole_one.asked()),
            "POST /v1/talk 0\n" + key + type +
                R"({"model":"m-1","stream":false,"limit":9,"turns":[)"
                R"({"who":"user","says":"Say hello"},{"who":"assistant","says":""}]})");
}

TEST_P(Examples, TellWhatTheyLeaveOut) {
  const Instance instance(talk().c_str(), host);
  const auto dropped = [&](const std::string& more) {
    HttpRequest http;
    sluice_error error = emptyError();
    const std::string body = R"({"messages":[])" + more + "}";
    const sluice_request request = chat("m", body, false);
    EXPECT_EQ(instance.codec()->encode(instance.get(), &request, http.out(), &error), SLUICE_OK);
    std::string told;
    for (const Dropped& one : http.dropped)
      told += std::to_string(one.weight) + " " + one.field + "\n";
    return told;
  };
  EXPECT_EQ(dropped(R"(,"seed":null,"tools":null)"), "");
  EXPECT_EQ(dropped(R"(,"tools":[{"type":"function"}],"seed":7)"), "0 seed\n1 tools\n");
}

TEST_P(Examples, RefuseWhatTheyCannotAsk) {
  const Instance instance(talk().c_str(), host);
  for (const char* body : {"", "[]", "{", "{}", R"({"messages":7})", "\xff"}) {
    const std::string refused = encoded(instance, chat("m", body, true));
    EXPECT_EQ(refused.rfind("error INVALID_ARGUMENT reason=BAD_REQUEST ", 0), 0u) << refused;
  }
  sluice_request other = models();
  other.op = SLUICE_OP_EMBED;
  EXPECT_EQ(encoded(instance, other).rfind("error UNIMPLEMENTED ", 0), 0u);
}

TEST_P(Examples, RefuseSettingsThatAreNone) {
  for (const char* settings : {"", "[]", R"({"limit":"x"})", R"({"limit":-1})"}) {
    const Instance instance(talk().c_str(), host, settings);
    EXPECT_FALSE(instance) << settings;
    EXPECT_EQ(instance.error.code, SLUICE_INVALID_ARGUMENT);
    EXPECT_STRNE(instance.error.message, "");
  }
}

TEST_P(Examples, AnswerTheSameChunks) {
  const Instance instance(talk().c_str(), host);
  for (const Transcript& transcript : loadTranscripts(SLUICE_TRANSCRIPTS))
    EXPECT_EQ(Replay(instance, transcript).faults(), "") << transcript.name;
}

INSTANTIATE_TEST_SUITE_P(Languages, Examples, ::testing::Values("c", "cpp", "rust", "go"),
                         [](const auto& of) { return of.param; });

// A reader that pauses after every so many pushes, and waits for what comes next.
struct Reader {
  explicit Reader(std::size_t pauseEvery) : every(pauseEvery) {
    sink.struct_size = sizeof sink;
    sink.host_data = this;
    sink.push = [](sluice_sink* self, const sluice_chunk* chunk) -> sluice_status {
      auto& reader = *static_cast<Reader*>(self->host_data);
      const std::lock_guard<std::mutex> lock(reader.mutex);
      reader.log += describe(*chunk) + "\n";
      if (reader.paused) reader.log += "pushed during a pause\n";
      if (++reader.pushes % reader.every != 0) return SLUICE_OK;
      reader.paused = true;
      reader.changed.notify_all();
      return SLUICE_PAUSE;
    };
    sink.finish = [](sluice_sink* self, const sluice_error* err) {
      auto& reader = *static_cast<Reader*>(self->host_data);
      const std::lock_guard<std::mutex> lock(reader.mutex);
      if (err) reader.log += describe(*err) + "\n";
      ++reader.finished;
      reader.changed.notify_all();
    };
  }
  // True: paused, else finished.
  bool wait() {
    std::unique_lock<std::mutex> lock(mutex);
    changed.wait(lock, [this] { return paused || finished; });
    const bool was = paused && !finished;
    paused = false;
    return was;
  }
  sluice_sink sink{};
  std::mutex mutex;
  std::condition_variable changed;
  const std::size_t every;
  std::size_t pushes = 0;
  bool paused = false;
  int finished = 0;
  std::string log;
};

struct Words : Examples {
  void SetUp() override {
    Examples::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    words = std::make_unique<Instance>(("com.example.words-" + GetParam()).c_str(), host);
    direct = words->direct();
    ASSERT_NE(direct, nullptr);
  }
  sluice_status start(Reader& reader) {
    return direct->start(words->get(), &request, &reader.sink, &call, &error);
  }
  std::unique_ptr<Instance> words;
  const sluice_direct* direct = nullptr;
  sluice_request request =
      chat("m", R"({"messages":[{"role":"user","content":"one  two three "}]})", true);
  sluice_error error = emptyError();
  void* call = nullptr;
};

TEST_P(Words, ResumeWhereTheyPaused) {
  for (const std::size_t every : {1u, 2u, 3u, 100u}) {
    Reader reader(every);
    ASSERT_EQ(start(reader), SLUICE_OK);
    while (reader.wait()) direct->resume(call);
    direct->release(call);
    EXPECT_EQ(reader.log,
              "start id=\"words\" name=\"m\"\ntext \"one \"\ntext \" \"\ntext \"two \"\n"
              "text \"three \"\nfinish stop\nusage output=4\n");
    EXPECT_EQ(reader.finished, 1);
  }
}

TEST_P(Words, EndAPauseWhenCancelled) {
  Reader reader(3);
  ASSERT_EQ(start(reader), SLUICE_OK);
  ASSERT_TRUE(reader.wait());
  direct->cancel(call);
  ASSERT_FALSE(reader.wait());
  direct->release(call);
  EXPECT_EQ(reader.log,
            "start id=\"words\" name=\"m\"\ntext \"one \"\ntext \" \"\nerror CANCELLED "
            "\"cancelled\"\n");
  EXPECT_EQ(reader.finished, 1);
}

TEST_P(Words, RefuseOtherOperations) {
  request.op = SLUICE_OP_EMBED;
  Reader reader(100);
  ASSERT_EQ(start(reader), SLUICE_UNIMPLEMENTED);
  EXPECT_STREQ(error.message, "this component does not serve this operation");
  EXPECT_EQ(reader.pushes, 0u);
}

INSTANTIATE_TEST_SUITE_P(Languages, Words, ::testing::Values("c", "rust", "go"),
                         [](const auto& of) { return of.param; });

}  // namespace
