// operation.lent: every argument of every call is taken back when it is over.
#include <atomic>

#include "bench.hpp"
#include "calls.hpp"
#include "frames.hpp"
#include "lent.hpp"
#include "operation.hpp"
#include "samples.hpp"

namespace sluice::check {

namespace {

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
  for (const Recorded& known : recorded(bench)) {
    const testing::Transcript& transcript = known.transcript;
    const sluice_request request = transcript.asked();
    const Sample sample{
        "transcript " + transcript.name,    transcript.op,      std::string(view(request.model)),
        std::string(view(request.dialect)), transcript.request, transcript.stream};
    lendDecode(bench, sample, transcript.status, transcript.headers, known.frames());
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

constexpr Check kChecks[] = {
    {"operation.lent", "keeps nothing that was lent",
     "Ownership: Arguments are lent until the call returns, those of sluice_direct.start() until "
     "its finish()",
     Scope::instance, checkLent, true},
};

}  // namespace

std::span<const Check> lentChecks() { return kChecks; }

}  // namespace sluice::check
