// operation.*: what holds for every operation, whichever face serves it.
#include <sys/mman.h>

#include <atomic>
#include <functional>
#include <optional>

#include "bench.hpp"
#include "calls.hpp"
#include "lent.hpp"
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
};

Answered begin(const Bench& bench, const sluice_request& request, bool codec) {
  Answered out;
  out.function = codec ? "encode()" : "start()";
  if (codec) {
    HttpRecord http;
    out.status = encode(bench, request, http, out.error);
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
      fail("asked for operation " + std::to_string(op) + ", which no version knows yet",
           "SLUICE_UNIMPLEMENTED", answer.function + " answers " + testing::nameOf(answer.status),
           "compare req->op with each SLUICE_OP_* that you serve, and refuse all others");
    });
  }
}

// --- operation.struct-sizes ---

sluice_status encodeAt(const Bench& bench, const Sample& sample, std::size_t more, Lent& lent,
                       std::string& text, sluice_error& told) {
  auto* const request = lent.copy("the sluice_request", sample.asked(), more);
  request->struct_size += static_cast<std::uint32_t>(more);
  auto* const out = lent.room("the sluice_http_out", sizeof(sluice_http_out) + more);
  HttpRecord http(out);
  http.out()->struct_size += static_cast<std::uint32_t>(more);
  auto* const error =
      static_cast<sluice_error*>(lent.room("the sluice_error", sizeof(sluice_error) + more));
  error->struct_size = static_cast<std::uint32_t>(sizeof(sluice_error) + more);
  const sluice_status status = guarded("codec.encode", [&] {
    return bench.codec->encode(bench.instance, request, http.out(), error);
  });
  text = http.text();
  told = *error;
  return status;
}

void decodeAt(const Bench& bench, const Sample& sample, std::size_t more, Lent& lent) {
  auto* const request = lent.copy("the sluice_request", sample.asked(), more);
  request->struct_size += static_cast<std::uint32_t>(more);
  auto* const error =
      static_cast<sluice_error*>(lent.room("the sluice_error", sizeof(sluice_error) + more));
  error->struct_size = static_cast<std::uint32_t>(sizeof(sluice_error) + more);
  Pushes pushes(lent.room("the sluice_sink", sizeof(sluice_sink) + more));
  pushes.sink()->struct_size += static_cast<std::uint32_t>(more);
  void* decoder = nullptr;
  const sluice_codec& codec = *bench.codec;
  if (guarded("codec.open", [&] {
        return codec.open(bench.instance, request, 503, nullptr, 0, &decoder, error);
      }) != SLUICE_OK)
    return;
  const sluice_status status = guarded("codec.frame", [&] {
    return codec.frame(decoder, {nullptr, 0}, testing::str("{\"error\":\"busy\"}"), pushes.sink(),
                       error);
  });
  if (status == SLUICE_OK)
    guarded("codec.end", [&] { return codec.end(decoder, pushes.sink(), error); });
  guarded("codec.close", [&] {
    codec.close(decoder);
    return 0;
  });
}

// What encode() writes; empty if it is not the same each time.
std::string encodedTwice(const Bench& bench, const Sample& sample) {
  std::string texts[2];
  for (std::string& text : texts) {
    HttpRecord http;
    sluice_error error;
    encode(bench, sample.asked(), http, error);
    text = http.text();
  }
  return texts[0] == texts[1] ? texts[0] : std::string();
}

void checkEncodeSizes(const Bench& bench) {
  const Sample sample = encodable(bench).front();
  const std::string plain = encodedTwice(bench, sample);
  for (const std::size_t more : {0u, 64u}) {
    const std::string what = more == 0 ? "structs that end where a page ends"
                                       : "structs that are 64 bytes larger than this version's";
    note::during("it was given " + what);
    Lent lent;
    std::string text;
    sluice_error error;
    const sluice_status status = encodeAt(bench, sample, more, lent, text, error);
    if (status != SLUICE_OK)
      fail("gave encode() " + what, "a struct grows at its end, and what a plugin knows stays",
           testing::describe(error),
           "compare struct_size with SLUICE_HAS() before you read a field; never with ==");
    if (!plain.empty() && text != plain)
      fail("gave encode() " + what, "the same request as without", "another one",
           "do not look beyond the fields that you know");
    decodeAt(bench, sample, more, lent);
  }
}

void checkStartSizes(const Bench& bench) {
  const Sample sample = answerable(bench);
  for (const std::size_t more : {0u, 64u}) {
    const std::string what = more == 0 ? "structs that end where a page ends"
                                       : "structs that are 64 bytes larger than this version's";
    note::during("it was given " + what);
    // Lent until the end of the process: the operation may take its time.
    auto* const lent = new Lent;
    auto* const request = lent->copy("the sluice_request", sample.asked(), more);
    request->struct_size += static_cast<std::uint32_t>(more);
    auto* const error =
        static_cast<sluice_error*>(lent->room("the sluice_error", sizeof(sluice_error) + more));
    error->struct_size = static_cast<std::uint32_t>(sizeof(sluice_error) + more);
    auto* const recorder = new testing::Recorder;
    auto* const sink = lent->copy("the sluice_sink", *recorder->sink(), more);
    sink->struct_size += static_cast<std::uint32_t>(more);
    void* call = nullptr;
    const sluice_status status = guarded("direct.start", [&] {
      return bench.direct->start(bench.instance, request, sink, &call, error);
    });
    if (status != SLUICE_OK)
      fail("gave start() " + what, "a struct grows at its end, and what a plugin knows stays",
           testing::describe(*error),
           "compare struct_size with SLUICE_HAS() before you read a field; never with ==");
    const auto until = std::chrono::steady_clock::now() + patience(bench);
    while (recorder->finished() == 0 && std::chrono::steady_clock::now() < until)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    if (recorder->finished() != 0 && SLUICE_HAS(sluice_direct, bench.direct, release) &&
        bench.direct->release != nullptr)
      bench.direct->release(call);
  }
}

void checkChunkSizes(const Bench& bench) {
  for (const testing::Transcript& transcript : transcriptsOf(bench)) {
    note::during("the transcript " + transcript.name + " was decoded");
    const testing::Replay replay(
        transcript, testing::framingOf(bench.instance, *bench.codec, transcript),
        [&](const auto& request, auto status, const auto& headers, const auto& frames) {
          Pushes pushes;
          const Decoding done = decode(bench, request, status, headers, frames, pushes);
          if (!pushes.badSize.empty())
            fail("decoded the transcript " + transcript.name,
                 "a struct begins with its struct_size, or a host takes its fields for missing",
                 pushes.badSize, "set struct_size to the struct's sizeof");
          return done.log;
        });
    replay.replay(replay.frames());
  }
}

void checkStructSizes(Bench& bench) {
  Lent::nameFaults();
  if (bench.codec != nullptr) {
    checkEncodeSizes(bench);
    checkChunkSizes(bench);
  }
  if (bench.direct != nullptr) checkStartSizes(bench);
}

// --- operation.lent ---

// Lends each argument of one call and takes it back when the call has returned.
sluice_request* lendRequest(Lent& lent, const Sample& sample) {
  sluice_request request = sample.asked();
  request.model = lent.text("the request's model", sample.model);
  request.dialect = lent.text("the request's dialect", sample.dialect);
  request.body = lent.text("the request's body", sample.body);
  // What is behind it is operation.struct-sizes' to look at.
  return lent.copy("the sluice_request", request, 64);
}
sluice_error* lendError(Lent& lent) {
  auto* const error =
      static_cast<sluice_error*>(lent.room("the sluice_error", sizeof(sluice_error)));
  error->struct_size = sizeof *error;
  return error;
}

void lendEncode(const Bench& bench, const Sample& sample) {
  note::during(sample.what + " was encoded, with arguments that end where a page ends");
  Lent lent;
  const sluice_request* const request = lendRequest(lent, sample);
  HttpRecord http(lent.room("the sluice_http_out", sizeof(sluice_http_out)));
  sluice_error* const error = lendError(lent);
  guarded("codec.encode",
          [&] { return bench.codec->encode(bench.instance, request, http.out(), error); });
}

sluice_status lendFrame(const Bench& bench, void* decoder, const testing::Frame* frame) {
  Lent lent;
  Pushes pushes(lent.room("the sluice_sink", sizeof(sluice_sink)));
  sluice_error* const error = lendError(lent);
  if (frame == nullptr)
    return guarded("codec.end", [&] { return bench.codec->end(decoder, pushes.sink(), error); });
  const sluice_str event = lent.text("a frame's event", frame->event);
  const sluice_str data = lent.text("a frame's data", frame->data);
  return guarded("codec.frame",
                 [&] { return bench.codec->frame(decoder, event, data, pushes.sink(), error); });
}

void lendDecode(const Bench& bench, const Sample& sample, std::uint32_t status,
                const std::vector<std::pair<std::string, std::string>>& headers,
                const std::vector<testing::Frame>& frames) {
  note::during("an answer to " + sample.what +
               " was decoded, and what was lent taken back after each call");
  void* decoder = nullptr;
  {
    Lent lent;
    std::vector<sluice_kv> fields;
    for (const auto& [name, value] : headers)
      fields.push_back({lent.text("a header's name", name), lent.text("a header's value", value)});
    auto* const list = static_cast<sluice_kv*>(
        lent.room("the list of headers", fields.size() * sizeof(sluice_kv)));
    for (std::size_t i = 0; i < fields.size(); ++i) list[i] = fields[i];
    const sluice_request* const request = lendRequest(lent, sample);
    sluice_error* const error = lendError(lent);
    const auto opened = guarded("codec.open", [&] {
      return bench.codec->open(bench.instance, request, status, list, fields.size(), &decoder,
                               error);
    });
    if (opened != SLUICE_OK) return;
  }
  sluice_status last = SLUICE_OK;
  for (const testing::Frame& frame : frames) {
    last = lendFrame(bench, decoder, &frame);
    if (last != SLUICE_OK) break;
  }
  if (last == SLUICE_OK) lendFrame(bench, decoder, nullptr);
  guarded("codec.close", [&] {
    bench.codec->close(decoder);
    return 0;
  });
}

void lendCodec(const Bench& bench) {
  const std::vector<Sample> samples = encodable(bench);
  for (const Sample& sample : samples) lendEncode(bench, sample);
  const std::vector<std::pair<std::string, std::string>> headers = {
      {"Content-Type", "application/json"}, {"Retry-After", "2"}, {"x-request-id", "r-1"}};
  for (const Sample& sample : samples) {
    if (transcriptsOf(bench).empty())
      lendDecode(bench, sample, 200, headers, {{"", "{\"a\":1}"}, {"e", "{}"}, {"", "x"}});
    lendDecode(bench, sample, 429, headers, {{"", "{\"error\":{\"message\":\"slow down\"}}"}});
  }
  for (const testing::Transcript& transcript : transcriptsOf(bench)) {
    const testing::Replay replay(transcript,
                                 testing::framingOf(bench.instance, *bench.codec, transcript), {});
    const sluice_request request = transcript.asked();
    const Sample sample{
        "transcript " + transcript.name,    transcript.op,      std::string(view(request.model)),
        std::string(view(request.dialect)), transcript.request, transcript.stream};
    lendDecode(bench, sample, transcript.status, transcript.headers, replay.frames());
  }
}

// A direct operation whose request and sink are gone when finish() returns.
struct LentOperation {
  Lent until, ofStart;  // until finish(), until start() has returned
  std::atomic<int> finished = 0;
};

void lendDirect(const Bench& bench) {
  const Sample sample = answerable(bench);
  for (const bool pausing : {false, true}) {
    note::during(sample.what + " was answered, and what was lent taken back in finish()");
    auto* const lent = new LentOperation;  // stays: nothing may be put in its place
    auto* const sink =
        static_cast<sluice_sink*>(lent->until.room("the sluice_sink", sizeof(sluice_sink)));
    *sink = {sizeof *sink, 0, lent,
             [](sluice_sink*, const sluice_chunk*) -> sluice_status { return SLUICE_OK; },
             [](sluice_sink* self, const sluice_error*) {
               auto& of = *static_cast<LentOperation*>(self->host_data);
               of.until.takeBack();
               ++of.finished;
             }};
    if (pausing)
      sink->push = [](sluice_sink*, const sluice_chunk*) -> sluice_status {
        return SLUICE_CANCELLED;
      };
    const sluice_request* const request = lendRequest(lent->until, sample);
    sluice_error* const error = lendError(lent->ofStart);
    auto* const call = static_cast<void**>(lent->ofStart.room("the place of *call", sizeof(void*)));
    const sluice_status status = guarded("direct.start", [&] {
      return bench.direct->start(bench.instance, request, sink, call, error);
    });
    void* const made = *call;
    lent->ofStart.takeBack();
    if (status != SLUICE_OK) return;
    const auto until = std::chrono::steady_clock::now() + patience(bench);
    while (lent->finished == 0 && std::chrono::steady_clock::now() < until)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    if (lent->finished == 0) return;  // direct.answers says so
    if (SLUICE_HAS(sluice_direct, bench.direct, release) && bench.direct->release != nullptr)
      guarded("direct.release", [&] {
        bench.direct->release(made);
        return 0;
      });
  }
}

void lendRank(const Bench& bench) {
  note::during("candidates were ranked, and what was lent taken back");
  for (const std::size_t n : {1u, 3u}) {
    Lent lent;
    const sluice_request* const request = lendRequest(lent, goodSamples(bench).front());
    auto* const list = static_cast<const sluice_candidate**>(
        lent.room("the list of candidates", n * sizeof(void*)));
    for (std::size_t i = 0; i < n; ++i) {
      sluice_candidate candidate{};
      candidate.struct_size = sizeof candidate;
      candidate.flags = SLUICE_CAND_HEALTHY;
      candidate.weight = 1;
      candidate.target = lent.text("a candidate's target", "target-" + std::to_string(i));
      candidate.model = lent.text("a candidate's model", "m");
      candidate.labels = lent.text("a candidate's labels", "{\"a\":\"b\"}");
      list[i] = lent.copy("a candidate", candidate);
    }
    auto* const order = static_cast<std::uint32_t*>(
        lent.room("the order, which has room for n", n * sizeof(std::uint32_t)));
    auto* const count =
        static_cast<std::size_t*>(lent.room("the place of *n_order", sizeof(std::size_t)));
    sluice_error* const error = lendError(lent);
    guarded("strategy.rank", [&] {
      return bench.strategy->rank(bench.instance, request, list, n, order, count, error);
    });
    if (n == 0 || !SLUICE_HAS(sluice_strategy, bench.strategy, observe) ||
        bench.strategy->observe == nullptr)
      continue;
    sluice_outcome outcome{};
    outcome.struct_size = sizeof outcome;
    outcome.total_us = 5;
    const auto* const told = lent.copy("the sluice_outcome", outcome);
    guarded("strategy.observe", [&] {
      bench.strategy->observe(bench.instance, list[0], told);
      return 0;
    });
  }
}

// create(): its arguments go when it returns, the host's table when destroy() has.
void lendCreate(const Bench& bench) {
  note::during("an instance was created, and what was lent taken back");
  auto* const lentHost = new Lent;
  auto* const host = new Host(lentHost->room("the sluice_host", sizeof(sluice_host)));
  const sluice_instance* instance = nullptr;
  {
    Lent lent;
    const sluice_str name = lent.text("the instance's name", "check");
    const sluice_str settings = lent.text("the settings", bench.settings);
    sluice_error* const error = lendError(lent);
    instance = guarded("sluice_component.create", [&] {
      return bench.component->create(bench.component, host->table(), name, settings, error);
    });
  }
  if (instance == nullptr) return;
  // It is used once: what it kept of its settings shows now.
  Bench with = bench;
  with.instance = instance;
  if (bench.codec != nullptr) {
    HttpRecord http;
    sluice_error error;
    encode(with, goodSamples(bench).front().asked(), http, error);
  }
  guarded("sluice_instance.destroy", [&] {
    if (SLUICE_HAS(sluice_instance, instance, retire) && instance->retire != nullptr)
      instance->retire(instance);
    instance->destroy(instance);
    return 0;
  });
  lentHost->takeBack();
  std::this_thread::sleep_for(std::chrono::milliseconds(2));
}

void checkLent(Bench& bench) {
  Lent::nameFaults();
  lendCreate(bench);
  if (bench.codec != nullptr) lendCodec(bench);
  if (bench.direct != nullptr) lendDirect(bench);
  if (bench.strategy != nullptr) lendRank(bench);
  if (bench.memory != nullptr) {
    Lent lent;
    note::during("an exchange was remembered, and what was lent taken back");
    const sluice_str exchange = lent.text("the exchange", "{\"request_id\":7}");
    sluice_error* const error = lendError(lent);
    guarded("memory.remember",
            [&] { return bench.memory->remember(bench.instance, exchange, error); });
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
  for (const Sample& sample : samples) {
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
  for (const Sample& sample : samples) {
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
    {"operation.struct-sizes", "takes structs that have grown, and reads no further than they go",
     "Growth: Read a field of the other side's struct only if it is there", Scope::request,
     checkStructSizes},
    {"operation.lent", "keeps nothing that was lent",
     "Ownership: Arguments are lent until the call returns, those of sluice_direct.start() until "
     "its finish()",
     Scope::instance, checkLent},
    {"operation.errors", "fills code and message when it fails",
     "Errors; sluice_error: Texts are NUL-terminated, cut to fit; Strings: UTF-8", Scope::request,
     checkErrors},
    {"operation.secrets", "tells no secret setting",
     "sluice_error: never hold a secret; secret_header: the plugin names the secret",
     Scope::request, checkSecrets},
    {"operation.bad-bodies", "survives broken, empty and random bodies", "Errors; Unwinding",
     Scope::request, checkBadBodies},
};

}  // namespace

std::span<const Check> operationChecks() { return kChecks; }

}  // namespace sluice::check
