// codec.*: encode() by itself, and decoders that are given nonsense or are not listened to.
#include <algorithm>
#include <atomic>
#include <barrier>
#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <thread>

#include "bench.hpp"
#include "calls.hpp"
#include "frames.hpp"
#include "operation.hpp"
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
         "characters, and a known framing",
         "it " + fault,
         "percent-encode what goes into the path, and leave Host, Content-Length and the like to "
         "the host");
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

// --- codec.blocking ---

using Clock = std::chrono::steady_clock;

// The slowest call of each function, at its best of three times.
struct Times {
  std::map<std::string, Clock::duration> quickest;
  template <class F>
  auto take(const char* function, F&& call) {
    const auto begin = Clock::now();
    const auto status = guarded(function, call);
    slowest_[function] = std::max(slowest_[function], Clock::now() - begin);
    return status;
  }
  void round() {
    for (const auto& [function, time] : slowest_) {
      const auto [at, first] = quickest.emplace(function, time);
      if (!first) at->second = std::min(at->second, time);
    }
    slowest_.clear();
  }

 private:
  std::map<std::string, Clock::duration> slowest_;
};

void timeDecoding(const Bench& bench, const Answer& answer, Times& times) {
  const sluice_codec& codec = *bench.codec;
  void* decoder = nullptr;
  sluice_error error = testing::emptyError();
  Pushes pushes;
  sluice_status status = times.take("codec.open", [&] {
    return codec.open(bench.instance, &answer.request, answer.status, answer.headers.data(),
                      answer.headers.size(), &decoder, &error);
  });
  if (status != SLUICE_OK) return;
  for (const testing::Frame& frame : answer.frames) {
    status = times.take("codec.frame", [&] {
      return codec.frame(decoder, testing::str(frame.event), testing::str(frame.data),
                         pushes.sink(), &error);
    });
    if (status != SLUICE_OK) break;
  }
  if (status == SLUICE_OK)
    times.take("codec.end", [&] { return codec.end(decoder, pushes.sink(), &error); });
  times.take("codec.close", [&] {
    codec.close(decoder);
    return SLUICE_OK;
  });
}

void checkBlocking(Bench& bench) {
  const Sample sample = encodable(bench).front();
  std::vector<Answer> answers;
  eachAnswer(bench, sample, [&](const Answer& answer) { answers.push_back(answer); });
  Times times;
  const auto until = Clock::now() + patience(bench) / 2;
  for (int i = 0; i < 3 && Clock::now() < until; ++i) {
    note::during("a request was encoded and answers were decoded, and each call was timed");
    times.take("codec.encode", [&] {
      HttpRecord http;
      sluice_error error = testing::emptyError();
      const sluice_request request = sample.asked();
      return bench.codec->encode(bench.instance, &request, http.out(), &error);
    });
    for (const Answer& answer : answers) {
      timeDecoding(bench, answer, times);
      if (Clock::now() > until) break;
    }
    times.round();
  }
  for (const auto& [function, time] : times.quickest) {
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
    if (ms < 50L * slowness()) continue;
    fail("called " + function + " several times",
         "a codec's functions are !blocking: they return without waiting for I/O, sleep or a long "
         "lock, since everybody else's requests wait meanwhile",
         "slow: " + function + " took " + std::to_string(ms) + " ms at best",
         "do what takes long in create(); a component that must wait is a sluice.direct/1 with "
         "SLUICE_DIRECT_BLOCKING");
  }
}

// --- codec.threads ---

// What threads do at once, and what one of them must give.
struct Work {
  std::string what;
  std::function<std::string(bool noted)> run;  // on one thread alone it may be noted
};

// An answer of the transcripts, or one that the codec cannot know, which must be the same too.
std::vector<Work> decodings(const Bench& bench, const Sample& sample) {
  std::vector<Work> out;
  for (const Recorded& known : recorded(bench)) {
    if (out.size() == 6) break;
    out.push_back({"decoding the transcript " + known.transcript.name,
                   [&bench, known, frames = known.frames()](bool noted) {
                     const std::vector<sluice_kv> fields = known.transcript.fields();
                     Pushes pushes;
                     return decode(bench, known.transcript.asked(), known.transcript.status, fields,
                                   frames, pushes, noted)
                         .log;
                   }});
  }
  for (const std::uint32_t status : {429u, 503u})
    out.push_back({"decoding an answer of HTTP " + std::to_string(status),
                   [&bench, sample, status](bool noted) {
                     Pushes pushes;
                     return decode(bench, sample.asked(), status, {}, {{"", "{\"error\":\"no\"}"}},
                                   pushes, noted)
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
    out.push_back(
        {"encoding requests such as " + shown(sample.body, 200), [&bench, own](bool noted) {
           HttpRecord http;
           sluice_error error = testing::emptyError();
           const sluice_request request = own.asked();
           const auto call = [&] {
             return bench.codec->encode(bench.instance, &request, http.out(), &error);
           };
           const auto status =
               noted ? guarded("codec.encode", call) : unnoted("codec.encode", call);
           return status == SLUICE_OK ? http.text() : testing::describe(error);
         }});
  }
  return out;
}

// Where two texts part, with a little of what is before it.
std::string parting(const std::string& alone, const std::string& then) {
  constexpr std::size_t kBefore = 40, kMost = 160;
  const auto [left, right] = std::ranges::mismatch(alone, then);
  const auto at = static_cast<std::size_t>(left - alone.begin());
  const std::size_t from = at > kBefore ? at - kBefore : 0;
  return "from byte " + std::to_string(at) + " on another result than alone: alone " +
         shown(alone.substr(from, kMost), kMost) + ", then " +
         shown(then.substr(from, kMost), kMost);
}

struct Difference {
  std::size_t work = 0;
  std::string then;  // what came
};

void runAtOnce(std::vector<Work> work, const char* calls) {
  constexpr std::size_t kThreads = 4;
  std::vector<std::string> alone;
  // What changes by itself is codec.deterministic's and codec.repeated's to tell.
  std::erase_if(work, [&](const Work& one) {
    note::during("one thread was " + one.what);
    std::string first = one.run(true);
    const bool changes = one.run(true) != first;
    if (!changes) alone.push_back(std::move(first));
    return changes;
  });
  if (work.empty()) return;
  note::during(std::to_string(kThreads) + " threads were at once " + work.front().what +
               (work.size() > 1 ? ", and the like" : ""));
  note::calling(calls);
  std::atomic<bool> over = false;
  std::vector<Failure> failures(kThreads);
  std::vector<std::optional<Difference>> differences(kThreads);
  std::barrier begin(kThreads);
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(250) * slowness();
  const auto runOn = [&](std::size_t t) {
    begin.arrive_and_wait();
    try {
      for (std::size_t i = t; !over && std::chrono::steady_clock::now() < until; ++i) {
        std::string then = work[i % work.size()].run(false);
        if (then == alone[i % work.size()]) continue;
        differences[t] = Difference{i % work.size(), std::move(then)};
        over = true;
      }
    } catch (const Failure& failure) {
      failures[t] = failure;
    }
  };
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < kThreads; ++t) threads.emplace_back(runOn, t);
  for (std::thread& thread : threads) thread.join();
  note::calling("");
  for (const Failure& failure : failures)
    if (!failure.came.empty()) throw failure;
  for (const auto& one : differences) {
    if (!one) continue;
    fail(work[one->work].what + ", on " + std::to_string(kThreads) + " threads at once",
         "encode() and open() are [thread-safe], and decoders have nothing in common: what one "
         "thread gets, each gets",
         parting(alone[one->work], one->then),
         "keep what belongs to a request in locals or in its decoder, not in the instance or a "
         "static");
  }
}

void checkThreads(Bench& bench) {
  const Sample sample = encodable(bench).front();
  runAtOnce(encodings(bench, sample), "codec.encode");
  runAtOnce(decodings(bench, sample), "codec.open, frame, end or close");
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
  if (bench.options.seed) return garbage(bench, *bench.options.seed);
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(700) * slowness();
  for (std::uint64_t seed = 1; seed <= 3000 && std::chrono::steady_clock::now() < until; ++seed)
    garbage(bench, seed);
}

constexpr Check kChecks[] = {
    {"codec.request", "writes an HTTP request that can be sent", "sluice_http_out", Scope::codec,
     checkRequest},
    {"codec.deterministic", "encodes the same request to the same bytes", "sluice_codec.encode",
     Scope::codec, checkDeterministic},
    {"codec.blocking", "does not wait in encode() or a decoder",
     "Threads: !blocking: returns without waiting for I/O, sleep or a long lock", Scope::codec,
     checkBlocking, true},
    {"codec.threads", "gives the same from several threads as from one",
     "Threads: [thread-safe]: any thread, several at a time", Scope::codec, checkThreads, true},
    {"codec.garbage", "survives frames that make no sense", "sluice_codec.frame", Scope::codec,
     checkGarbage, true},
    {"codec.after-cancelled", "pushes nothing when nobody reads any more",
     "sluice_sink.push: SLUICE_CANCELLED: nobody reads any more; stop", Scope::codec,
     checkAfterCancelled, true},
    {"codec.no-finish", "never calls finish() in a decoder",
     "sluice_sink.finish: A codec's decoder never calls it", Scope::codec, checkNoFinish, true},
};

}  // namespace

std::span<const Check> codecChecks() { return kChecks; }

}  // namespace sluice::check
