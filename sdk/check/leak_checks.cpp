// codec.leaks, direct.leaks, strategy.leaks, memory.leaks: the same done many times on one
// instance, and what is left of it.
#include <algorithm>
#include <chrono>
#include <functional>

#include "bench.hpp"
#include "calls.hpp"
#include "candidates.hpp"
#include "frames.hpp"
#include "operation.hpp"
#include "process.hpp"
#include "random.hpp"
#include "samples.hpp"

namespace sluice::check {

namespace {

using Now = std::chrono::steady_clock;
using std::chrono::milliseconds;

// As often as there is time for, in the four rounds that leakOf() makes of it, each of two at
// least.
std::size_t timesFor(const Bench& bench, const std::function<void()>& work) {
  const auto begin = Now::now();
  work();
  const auto one = std::max<Now::duration>(Now::now() - begin, std::chrono::microseconds(1));
  if (one * 8 > patience(bench)) throw Skip{"it takes too long to be done often"};
  return static_cast<std::size_t>(
      std::clamp<long>(milliseconds(400) * slowness() / one / 4, 2, 150));
}

void requireNothingLeft(const Bench& bench, const std::string& did, const std::string& rule,
                        const std::string& fix, const std::function<void()>& work) {
  note::during("one after the other it " + did);
  const std::size_t each = timesFor(bench, work);
  const std::string leak = leakOf(each, work);
  if (!leak.empty()) fail("on one instance, many times: " + did, rule, leak, fix);
}

// --- codec.leaks ---

// Good requests, and some that a codec may refuse.
std::vector<Sample> manySamples(const Bench& bench) {
  std::vector<Sample> out = goodSamples(bench);
  Random random(6);
  for (Sample& odd : oddSamples(bench, random)) {
    if (out.size() >= 40) break;
    if (odd.body.size() < 5000) out.push_back(std::move(odd));
  }
  return out;
}

// The client left after so many frames: close() is all that follows.
void leaveAfter(const Bench& bench, const Answer& answer, std::size_t frames) {
  const sluice_codec& codec = *bench.codec;
  void* decoder = nullptr;
  sluice_error error = testing::emptyError();
  const sluice_status opened = guarded("codec.open", [&] {
    return codec.open(bench.instance, &answer.request, answer.status, answer.headers.data(),
                      answer.headers.size(), &decoder, &error);
  });
  if (opened != SLUICE_OK) return;
  Pushes pushes;
  for (std::size_t i = 0; i < std::min(frames, answer.frames.size()); ++i) {
    const testing::Frame& frame = answer.frames[i];
    const sluice_status status = guarded("codec.frame", [&] {
      return codec.frame(decoder, testing::str(frame.event), testing::str(frame.data),
                         pushes.sink(), &error);
    });
    if (status != SLUICE_OK) break;
  }
  guarded("codec.close", [&] {
    codec.close(decoder);
    return 0;
  });
}

void decodeAgain(const Bench& bench, const Answer& answer) {
  Pushes pushes;
  decode(bench, answer.request, answer.status, answer.headers, answer.frames, pushes);
}

void checkCodec(Bench& bench) {
  const std::string rule =
      "what a function takes for one request is given back by its end; what "
      "open() and frame() take, by close()";
  const std::vector<Sample> samples = manySamples(bench);
  requireNothingLeft(bench, "encoded requests, good and bad", rule,
                     "free in encode() what it allocates, also where it fails", [&] {
                       for (const Sample& sample : samples) {
                         HttpRecord http;
                         sluice_error error;
                         encode(bench, sample.asked(), http, error);
                       }
                     });
  const Sample sample = encodable(bench).front();
  std::vector<Answer> answers;
  eachAnswer(bench, sample, [&](const Answer& answer) { answers.push_back(answer); });
  const std::string fix =
      "free in close() what open() and frame() allocate: the decoder, and what it holds";
  const auto each = [&](const auto& one) {
    return [&answers, one] {
      for (const Answer& answer : answers) one(answer);
    };
  };
  requireNothingLeft(bench, "opened answers and closed them", rule, fix,
                     each([&](const Answer& of) { leaveAfter(bench, of, 0); }));
  requireNothingLeft(bench, "decoded whole answers", rule, fix,
                     each([&](const Answer& of) { decodeAgain(bench, of); }));
  requireNothingLeft(bench, "closed answers in their midst", rule, fix, each([&](const Answer& of) {
                       leaveAfter(bench, of, (of.frames.size() + 1) / 2);
                     }));
  const Answer busy{"busy", sample.asked(), 503, {}, {{"", R"({"error":{"message":"busy"}})"}}};
  const Answer silent{"silent", sample.asked(), 401, {}, {}};
  requireNothingLeft(bench, "decoded refusals", rule, fix, [&] {
    decodeAgain(bench, busy);
    decodeAgain(bench, silent);
  });
}

// --- direct.leaks ---

void runCancelled(const Bench& bench, const Sample& sample) {
  const auto operation = makeOperation(
      bench, sample, [](Operation&, std::size_t) -> sluice_status { return SLUICE_CANCELLED; });
  if (!operation->start()) return;
  operation->cancel();
  if (operation->waitFinished(patience(bench))) operation->release();
}

void checkDirect(Bench& bench) {
  const Sample sample = answerable(bench);
  const std::string rule = "release() gives back all that start() took";
  const std::string fix =
      "free *call in release(), which comes once for every start() that returned SLUICE_OK";
  requireNothingLeft(bench, "ran and released operations", rule, fix,
                     [&] { runToEnd(bench, sample); });
  requireNothingLeft(bench, "cancelled and released operations", rule, fix,
                     [&] { runCancelled(bench, sample); });
  Sample refused = sample;
  refused.op = 99;
  requireNothingLeft(bench, "refused operations", "a start() that fails leaves nothing",
                     "free in start() what it has allocated when it fails", [&] {
                       const auto operation = makeOperation(bench, refused);
                       if (!operation->start()) return;
                       if (operation->waitFinished(patience(bench))) operation->release();
                     });
}

// --- strategy.leaks, memory.leaks ---

void checkStrategy(Bench& bench) {
  const Candidates few(3, 1), many(64, 2);
  const std::string rule = "what a function takes for one request is given back by its end";
  requireNothingLeft(bench, "ranked candidates", rule, "free in rank() what it allocates", [&] {
    rank(bench, few);
    rank(bench, many);
  });
}

void checkMemory(Bench& bench) {
  requireNothingLeft(bench, "refused what is no exchange", "a remember() that fails keeps nothing",
                     "free in remember() what it has allocated when it fails", [&] {
                       sluice_error error = testing::emptyError();
                       guarded("memory.remember", [&] {
                         return bench.memory->remember(bench.instance, testing::str("{"), &error);
                       });
                     });
}

constexpr Check kChecks[] = {
    {"codec.leaks", "leaves nothing behind when an answer is closed",
     "Ownership; sluice_codec.close", Scope::codec, checkCodec, true},
    {"direct.leaks", "leaves nothing behind when an operation is released",
     "Ownership; sluice_direct.release", Scope::direct, checkDirect},
    {"strategy.leaks", "leaves nothing behind when it has ranked",
     "Ownership; sluice_strategy.rank", Scope::strategy, checkStrategy},
    {"memory.leaks", "keeps nothing of what it refuses", "Ownership; sluice_memory.remember",
     Scope::memory, checkMemory},
};

}  // namespace

std::span<const Check> leakChecks() { return kChecks; }

}  // namespace sluice::check
