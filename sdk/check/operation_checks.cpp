// operation.*: what holds for every operation, whichever face serves it.
#include <atomic>
#include <chrono>
#include <optional>
#include <thread>

#include "bench.hpp"
#include "calls.hpp"
#include "candidates.hpp"
#include "operation.hpp"
#include "random.hpp"
#include "samples.hpp"
#include "settings.hpp"

namespace sluice::check {

namespace {

// What encode() or start() answers; an operation that begins is cancelled and waited for.
struct Answered {
  std::string function;
  sluice_status status = SLUICE_OK;
  sluice_error error = testing::emptyError();
  std::string log;        // of an operation that began
  bool handedOn = false;  // encode() sends the request's own body
};

Answered begin(const Bench& bench, const sluice_request& request, bool codec) {
  Answered out;
  out.function = codec ? "encode()" : "start()";
  if (codec) {
    HttpRecord http;
    out.status = encode(bench, request, http, out.error);
    out.handedOn = http.body() == view(request.body);
    return out;
  }
  auto* const sink = new testing::Recorder;  // an operation that hangs keeps it
  void* call = nullptr;
  out.status = guarded("direct.start", [&] {
    return bench.direct->start(bench.instance, &request, sink->sink(), &call, &out.error);
  });
  if (out.status != SLUICE_OK) {
    delete sink;
    return out;
  }
  using Clock = std::chrono::steady_clock;
  const auto begin = Clock::now();
  bool asked = !SLUICE_HAS(sluice_direct, bench.direct, cancel) || bench.direct->cancel == nullptr;
  while (sink->finished() == 0) {
    const auto waited = Clock::now() - begin;
    if (waited > patience(bench)) return out;  // direct.answers says so
    if (!asked && waited > std::chrono::milliseconds(50)) {
      asked = true;
      guarded("direct.cancel", [&] {
        bench.direct->cancel(call);
        return 0;
      });
    }
    std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
  if (SLUICE_HAS(sluice_direct, bench.direct, release) && bench.direct->release != nullptr)
    guarded("direct.release", [&] {
      bench.direct->release(call);
      return 0;
    });
  out.log = sink->log();
  delete sink;
  return out;
}

// As many of a list of requests as there is time for: an answer may take long.
class Patience {
 public:
  explicit Patience(const Bench& bench)
      : until_(std::chrono::steady_clock::now() + patience(bench) / 2) {}
  bool over() const { return std::chrono::steady_clock::now() > until_; }

 private:
  std::chrono::steady_clock::time_point until_;
};

// Calls each face that there is.
template <class F>
void eachFace(const Bench& bench, const F& each) {
  if (bench.codec != nullptr) each(true);
  if (bench.direct != nullptr) each(false);
}

void checkUnknown(Bench& bench) {
  for (const std::uint32_t op : {99u, 0u, 7u, 0xffffffffu}) {
    Sample sample = goodSamples(bench).front();
    sample.op = op;
    const sluice_request request = sample.asked();
    note::during("it was asked for operation " + std::to_string(op));
    eachFace(bench, [&](bool codec) {
      const Answered answer = begin(bench, request, codec);
      if (answer.status == SLUICE_UNIMPLEMENTED) return;
      if (answer.log.starts_with("error UNIMPLEMENTED")) return;  // finish(), and nothing before
      fail("asked for operation " + std::to_string(op) + ", which no version knows yet",
           "SLUICE_UNIMPLEMENTED", answer.function + " answers " + testing::nameOf(answer.status),
           "compare req->op with each SLUICE_OP_* that you serve, and refuse all others");
    });
  }
}

// --- operation.errors, operation.bad-bodies ---

void requireGoodError(const std::string& did, const std::string& function, sluice_status status,
                      const sluice_error& error) {
  if (status == SLUICE_OK) return;
  const std::string fault = faultOfError(status, error);
  if (!fault.empty())
    fail(did, "unless it returns SLUICE_OK a function fills *err: code and message, with a NUL",
         function + " failed, and " + fault,
         "fill err->code with what you return and err->message with what a client may read");
}

void checkDecodeErrors(const Bench& bench) {
  static constexpr const char* kBodies[] = {
      "",
      "{\"error\":{\"message\":\"no\",\"type\":\"t\",\"code\":\"c\",\"param\":\"p\"}}",
      "{\"error\":\"no\"}",
      "<html><h1>502</h1></html>",
      "Zugriff verweigert: M\xfcller",
      "{"};
  const Sample sample = encodable(bench).front();
  const sluice_request request = sample.asked();
  const std::string all(3000, 'x'), umlauts = "{\"error\":{\"message\":\"\xc3\xa4" + [] {
    std::string many;
    for (int i = 0; i < 2000; ++i) many += "\xc3\xb6";
    return many;
  }() + "\"}}";
  for (const std::uint32_t status : {400u, 401u, 403u, 404u, 429u, 500u, 503u}) {
    std::vector<std::string> bodies(std::begin(kBodies), std::end(kBodies));
    bodies.push_back(all);
    bodies.push_back("{\"error\":{\"message\":\"" + all + "\",\"type\":\"" + all +
                     "\",\"code\":\"" + all + "\"}}");
    bodies.push_back(umlauts);
    for (const std::string& body : bodies) {
      const std::string did =
          "decoded HTTP " + std::to_string(status) + " with the body " + shown(body);
      note::during("HTTP " + std::to_string(status) + " with the body " + shown(body) +
                   " was decoded");
      void* decoder = nullptr;
      sluice_error error = testing::emptyError();
      Pushes pushes;
      const sluice_codec& codec = *bench.codec;
      sluice_status result = guarded("codec.open", [&] {
        return codec.open(bench.instance, &request, status, nullptr, 0, &decoder, &error);
      });
      if (result != SLUICE_OK) {
        requireGoodError(did, "open()", result, error);
        continue;
      }
      if (!body.empty())
        result = guarded("codec.frame", [&] {
          return codec.frame(decoder, {nullptr, 0}, testing::str(body), pushes.sink(), &error);
        });
      requireGoodError(did, "frame()", result, error);
      if (result == SLUICE_OK) {
        result = guarded("codec.end", [&] { return codec.end(decoder, pushes.sink(), &error); });
        requireGoodError(did, "end()", result, error);
      }
      guarded("codec.close", [&] {
        codec.close(decoder);
        return 0;
      });
      if (result == SLUICE_OK)
        fail(did, "a body that is not 2xx is to fail with the error that it means",
             "frame() and end() say that all is well",
             "look at http_status in open(); fail in frame(), and in end() if no body came");
    }
  }
}

void checkErrors(Bench& bench) {
  Random random(2);
  std::vector<Sample> samples = oddSamples(bench, random);
  if (samples.size() > 250) samples.resize(250);
  Sample unknown = goodSamples(bench).front();
  unknown.op = 99;
  unknown.what = "operation 99";
  samples.push_back(unknown);
  for (Sample& sample : goodSamples(bench)) samples.push_back(std::move(sample));
  const Patience patient(bench);
  for (const Sample& sample : samples) {
    if (patient.over()) break;
    note::during("it was given " + sample.what);
    const sluice_request request = sample.asked();
    eachFace(bench, [&](bool codec) {
      const Answered answer = begin(bench, request, codec);
      requireGoodError("gave it " + sample.what, answer.function, answer.status, answer.error);
    });
  }
  if (bench.codec != nullptr) checkDecodeErrors(bench);
}

// What no codec can take for JSON, however it reads.
bool isHopeless(std::string_view body) {
  static constexpr std::string_view kBodies[] = {"", " ", "{", "{\"model\":", "\xff\xfe"};
  return std::ranges::find(kBodies, body) != std::end(kBodies);
}

void checkBadBodies(Bench& bench) {
  Random random(3);
  const Patience patient(bench);
  for (const Sample& sample : oddSamples(bench, random)) {
    if (patient.over()) break;
    note::during("it was given " + sample.what);
    const sluice_request request = sample.asked();
    eachFace(bench, [&](bool codec) {
      const Answered answer = begin(bench, request, codec);
      if (answer.status != SLUICE_OK && answer.error.message[0] == '\0')
        fail("gave it " + sample.what, "an error with a message",
             answer.function + " answers " + testing::nameOf(answer.status) + " without one",
             "say in err->message what is wrong with the request");
      if (codec && answer.status == SLUICE_OK && !answer.handedOn &&
          sample.op != SLUICE_OP_MODELS && isHopeless(sample.body))
        fail("gave it " + sample.what, "an error: this is no JSON, so nothing can be made of it",
             answer.function + " answers OK",
             "parse the body, and fail with SLUICE_INVALID_ARGUMENT; only a codec that sends the "
             "very body that it was given need not read it");
    });
  }
}

// --- operation.secrets ---

void requireAbsent(const std::string& secret, std::string_view text, const std::string& where,
                   const std::string& fix) {
  if (text.find(secret) == text.npos) return;
  fail("created the component with a secret in its settings, and used it",
       "secrets are in no request, error or log; a plugin names them in secret_header()",
       "the secret is in " + where + ": " + shown(text.substr(0, 400), 400), fix);
}

void secretsOfCodec(const Bench& bench, const std::string& secret) {
  Random random(4);
  std::vector<Sample> samples = goodSamples(bench);
  for (Sample& odd : oddSamples(bench, random)) {
    if (samples.size() > 200) break;
    samples.push_back(std::move(odd));
  }
  const Patience patient(bench);
  for (const Sample& sample : samples) {
    if (patient.over()) break;
    note::during("it was given " + sample.what);
    HttpRecord http;
    sluice_error error;
    const sluice_request request = sample.asked();
    encode(bench, request, http, error);
    error.message[sizeof error.message - 1] = '\0';
    requireAbsent(secret, testing::describe(error), "an error of encode()",
                  "leave settings out of messages");
    requireAbsent(secret, http.withoutSecrets(), "the HTTP request",
                  "send it with secret_header(), which takes the secret's name");
    if (error.code != SLUICE_OK) continue;
    for (const std::uint32_t status : {200u, 401u}) {
      Pushes pushes;
      const Decoding done =
          decode(bench, request, status, {}, {{"", "{\"error\":\"no\"}"}}, pushes);
      requireAbsent(secret, done.log, "what came of an answer", "leave settings out of messages");
    }
  }
}

void secretsOfDirect(const Bench& bench, const std::string& secret) {
  std::vector<Sample> samples = goodSamples(bench);
  Random random(4);
  for (Sample& odd : oddSamples(bench, random)) {
    if (samples.size() > 60) break;
    samples.push_back(std::move(odd));
  }
  const Patience patient(bench);
  for (const Sample& sample : samples) {
    if (patient.over()) break;
    note::during("it was given " + sample.what);
    auto operation = makeOperation(bench, sample);
    if (operation->start()) {
      if (!operation->waitFinished(patience(bench))) return;  // direct.answers says so
      operation->release();
    }
    requireAbsent(secret, operation->failure(), "an error", "leave settings out of messages");
    requireAbsent(secret, operation->log(), "an answer", "leave settings out of answers");
  }
}

void secretsOfStrategy(const Bench& bench, const std::string& secret) {
  for (const std::size_t n : {0u, 1u, 5u}) {
    note::during("it ranked " + std::to_string(n) + " candidates");
    const Candidates candidates(n, 4);
    Ranked ranked = rank(bench, candidates);
    ranked.error.message[sizeof ranked.error.message - 1] = '\0';
    requireAbsent(secret, testing::describe(ranked.error), "an error of rank()",
                  "leave settings out of messages");
  }
}

void secretsOfMemory(const Bench& bench, const std::string& secret) {
  static constexpr const char* kExchanges[] = {
      "", "{}",
      R"({"request_id":"7","at_ms":1,"scope":"s","messages":[{"role":"user","content":"a"}],)"
      R"("answer":{"model":"m","message":{"role":"assistant","content":"b"},)"
      R"("finish_reason":"stop"}})"};
  for (const char* exchange : kExchanges) {
    note::during("it was to remember " + shown(exchange));
    sluice_error error = testing::emptyError();
    guarded("memory.remember",
            [&] { return bench.memory->remember(bench.instance, testing::str(exchange), &error); });
    error.message[sizeof error.message - 1] = '\0';
    requireAbsent(secret, testing::describe(error), "an error of remember()",
                  "leave settings out of messages");
  }
}

void checkSecrets(Bench& bench) {
  const std::string secret = "sk-canary-7Qm2vX9Lw4";
  const auto settings = bench.settingsFor(*bench.component, secret);
  if (!settings || settings->find(secret) == std::string::npos)
    throw Skip{"it has no settings with \"x-secret\": true"};
  auto* const host = new Host;
  auto* const instance = new Instance(*bench.component, *host, *settings);
  if (!*instance) {
    requireAbsent(secret, instance->error().message, "an error of create()",
                  "leave settings out of messages");
    throw Skip{"create() refuses a secret such as " + secret};
  }
  Bench with = bench;
  with.instance = instance->get();
  if (with.codec != nullptr) secretsOfCodec(with, secret);
  if (with.direct != nullptr) secretsOfDirect(with, secret);
  if (with.strategy != nullptr) secretsOfStrategy(with, secret);
  if (with.memory != nullptr) secretsOfMemory(with, secret);
  for (const std::string& bad : badSettings(bench.component->config_schema, *settings)) {
    if (bad.find(secret) == bad.npos) continue;
    note::during("it was created with settings that are wrong and hold a secret");
    const Instance other(*bench.component, *host, bad);
    if (!other)
      requireAbsent(secret, other.error().message, "an error of create()",
                    "leave settings out of messages");
  }
  requireAbsent(secret, host->logged(), "the log", "log the names of settings, not what they hold");
  delete instance;
}

constexpr Check kChecks[] = {
    {"operation.unknown", "refuses operations that it does not know",
     "sluice_request.op: answer SLUICE_UNIMPLEMENTED to one you do not serve", Scope::request,
     checkUnknown},
    {"operation.errors", "fills code and message when it fails",
     "Errors; sluice_error: Texts are NUL-terminated, cut to fit; Strings: UTF-8", Scope::request,
     checkErrors},
    {"operation.secrets", "tells no secret setting",
     "sluice_error: never hold a secret; secret_header: the plugin names the secret",
     Scope::instance, checkSecrets},
    {"operation.bad-bodies", "survives broken, empty and random bodies", "Errors; Unwinding",
     Scope::request, checkBadBodies},
};

}  // namespace

std::span<const Check> operationChecks() { return kChecks; }

}  // namespace sluice::check
