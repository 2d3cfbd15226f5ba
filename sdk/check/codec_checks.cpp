// codec.*: encode() by itself, and decoders that are given nonsense or are not listened to.
#include <algorithm>
#include <atomic>
#include <barrier>
#include <chrono>
#include <thread>

#include "bench.hpp"
#include "calls.hpp"
#include "frames.hpp"
#include "random.hpp"
#include "samples.hpp"

namespace sluice::check {

namespace {

void checkRequest(Bench& bench) {
  for (const Sample& sample : encodable(bench)) {
    note::during("it was given " + sample.what);
    HttpRecord http;
    sluice_error error;
    encode(bench, sample.asked(), http, error);
    const std::string fault = http.fault();
    if (fault.empty()) continue;
    fail("gave encode() " + sample.what,
         "start() once and first, a method, a path that begins with '/', headers without control "
         "characters, at most one signature of a known scheme, dropped fields by name, and a known "
         "framing",
         "it " + fault,
         "percent-encode what goes into the path, leave Host, Content-Length and the like to the "
         "host, and have a request either signed or sent with the key in a header");
  }
}

void checkDeterministic(Bench& bench) {
  for (const Sample& sample : encodable(bench)) {
    note::during("it was given " + sample.what + " twice");
    std::string first;
    for (int i = 0; i < 3; ++i) {
      HttpRecord http;
      sluice_error error;
      encode(bench, sample.asked(), http, error);
      if (i == 0) first = http.text();
      else if (http.text() != first)
        fail("gave encode() " + sample.what + " several times",
             "the same request: a try is repeated as it was",
             "first " + shown(first, 300) + ", then " + shown(http.text(), 300),
             "use nothing but the request and the settings: no clock, counter or random number; "
             "req->id tells requests apart");
    }
  }
}

// --- codec.threads ---

// What threads do at once, and what one of them must give.
struct Work {
  std::string what;
  std::function<std::string()> run;
};

// An answer of the transcripts, or one that the codec cannot know, which must be the same too.
std::vector<Work> decodings(const Bench& bench, const Sample& sample) {
  std::vector<Work> out;
  for (const testing::Transcript& transcript : transcriptsOf(bench)) {
    if (out.size() == 6) break;
    const auto framing = testing::framingOf(bench.instance, *bench.codec, transcript);
    out.push_back(
        {"decoding the transcript " + transcript.name, [&bench, &transcript, framing] {
           return testing::Replay(
                      transcript, framing,
                      [&bench](const auto& request, auto status, const auto& headers,
                               const auto& frames) {
                        Pushes pushes;
                        return decode(bench, request, status, headers, frames, pushes, false).log;
                      })
               .replay(testing::Replay(transcript, framing, {}).frames());
         }});
  }
  for (const std::uint32_t status : {429u, 503u})
    out.push_back(
        {"decoding an answer of HTTP " + std::to_string(status), [&bench, sample, status] {
           Pushes pushes;
           return decode(bench, sample.asked(), status, {}, {{"", "{\"error\":\"no\"}"}}, pushes,
                         false)
               .log;
         }});
  return out;
}

std::vector<Work> encodings(const Bench& bench, const Sample& sample) {
  std::vector<Work> out;
  for (int i = 0; i < 4; ++i) {
    Sample own = sample;
    // Each its own text, long enough to be under way for a while.
    const std::size_t at =
        own.body.find("River") != own.body.npos ? own.body.find("River") : own.body.find("river");
    if (at != own.body.npos) own.body.insert(at, std::string(4000, static_cast<char>('a' + i)));
    own.model += std::to_string(i);
    out.push_back({"encoding requests", [&bench, own] {
                     HttpRecord http;
                     sluice_error error = testing::emptyError();
                     const sluice_request request = own.asked();
                     const auto status = unnoted("codec.encode", [&] {
                       return bench.codec->encode(bench.instance, &request, http.out(), &error);
                     });
                     return status == SLUICE_OK ? http.text() : testing::describe(error);
                   }});
  }
  return out;
}

void runAtOnce(std::vector<Work> work) {
  constexpr std::size_t kThreads = 4;
  // What changes by itself is codec.deterministic's and codec.repeated's to tell.
  std::erase_if(work, [](const Work& one) { return one.run() != one.run(); });
  if (work.empty()) return;
  std::vector<std::string> alone;
  for (const Work& one : work) alone.push_back(one.run());
  note::during(std::to_string(kThreads) + " threads were " + work.front().what + " at once");
  note::calling("codec.encode, open, frame and end");
  std::atomic<std::size_t> wrong = work.size();
  std::vector<Failure> failures(kThreads);
  std::barrier begin(kThreads);
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(250) * slowness();
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < kThreads; ++t)
    threads.emplace_back([&, t] {
      begin.arrive_and_wait();
      try {
        for (std::size_t i = t; wrong == work.size() && std::chrono::steady_clock::now() < until;
             ++i)
          if (work[i % work.size()].run() != alone[i % work.size()]) wrong = i % work.size();
      } catch (const Failure& failure) {
        failures[t] = failure;
      }
    });
  for (std::thread& thread : threads) thread.join();
  note::calling("");
  for (const Failure& failure : failures)
    if (!failure.came.empty()) throw failure;
  if (wrong == work.size()) return;
  fail(
      work[wrong].what + " on " + std::to_string(kThreads) + " threads at once",
      "encode() and open() are [thread-safe], and decoders have nothing in common: what one thread "
      "gets, each gets",
      "another result than alone",
      "keep what belongs to a request in locals or in its decoder, not in the instance or a "
      "static");
}

void checkThreads(Bench& bench) {
  const Sample sample = encodable(bench).front();
  runAtOnce(encodings(bench, sample));
  runAtOnce(decodings(bench, sample));
}

// --- decoders ---

void checkNoFinish(Bench& bench) {
  const Sample sample = encodable(bench).front();
  eachAnswer(bench, sample, [&](const Answer& answer) {
    note::during(answer.what + " was decoded");
    Pushes pushes;
    decode(bench, answer.request, answer.status, answer.headers, answer.frames, pushes);
    if (pushes.finished > 0)
      fail("decoded " + answer.what, "a codec's decoder never calls sink->finish()", "it did",
           "return from end(); the host knows that the answer is over");
  });
}

void checkAfterCancelled(Bench& bench) {
  const Sample sample = encodable(bench).front();
  std::size_t pushed = 0;
  eachAnswer(bench, sample, [&](const Answer& answer) {
    Pushes all;
    decode(bench, answer.request, answer.status, answer.headers, answer.frames, all);
    pushed += all.count;
    for (std::size_t at = 0; at < std::min<std::size_t>(all.count, 40); ++at) {
      note::during("push " + std::to_string(at + 1) + " of " + answer.what +
                   " was answered SLUICE_CANCELLED");
      Pushes pushes;
      pushes.answer = [at](std::size_t n) -> sluice_status {
        return n == at ? SLUICE_CANCELLED : SLUICE_OK;
      };
      decode(bench, answer.request, answer.status, answer.headers, answer.frames, pushes);
      if (pushes.afterCancelled == 0) continue;
      fail("decoded " + answer.what + ", and answered push " + std::to_string(at + 1) +
               " with SLUICE_CANCELLED",
           "SLUICE_CANCELLED: nobody reads any more; stop",
           std::to_string(pushes.afterCancelled) + " more push(es)",
           "look at what push() answers, and fail the frame() with SLUICE_CANCELLED");
    }
  });
  if (pushed == 0) throw Skip{"nothing was pushed; give transcripts: --transcripts DIR"};
}

void checkGarbage(Bench& bench) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(700) * slowness();
  for (std::uint64_t seed = 1; seed <= 3000 && std::chrono::steady_clock::now() < until; ++seed)
    garbage(bench, seed);
}

constexpr Check kChecks[] = {
    {"codec.request", "writes an HTTP request that can be sent", "sluice_http_out", Scope::codec,
     checkRequest},
    {"codec.deterministic", "encodes the same request to the same bytes", "sluice_codec.encode",
     Scope::codec, checkDeterministic},
    {"codec.threads", "gives the same from several threads as from one",
     "Threads: [thread-safe]: any thread, several at a time", Scope::codec, checkThreads},
    {"codec.garbage", "survives frames that make no sense", "sluice_codec.frame", Scope::codec,
     checkGarbage},
    {"codec.after-cancelled", "pushes nothing when nobody reads any more",
     "sluice_sink.push: SLUICE_CANCELLED: nobody reads any more; stop", Scope::codec,
     checkAfterCancelled},
    {"codec.no-finish", "never calls finish() in a decoder",
     "sluice_sink.finish: A codec's decoder never calls it", Scope::codec, checkNoFinish},
};

}  // namespace

std::span<const Check> codecChecks() { return kChecks; }

}  // namespace sluice::check
