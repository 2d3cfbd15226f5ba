// direct.*: operations that the plugin runs by itself, and readers that pause, cancel and race.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

#include "bench.hpp"
#include "operation.hpp"
#include "random.hpp"

namespace sluice::check {

namespace {

using Millis = std::chrono::milliseconds;
using Now = std::chrono::steady_clock;

constexpr const char* kStartRule =
    "on SLUICE_OK the plugin owes one finish(), and pushes nothing after it";

void requireNone(const std::string& fault, const std::string& did, const std::string& rule,
                 const std::string& fix) {
  if (!fault.empty()) fail(did, rule, "the plugin " + fault, fix);
}

void requireFinish(const Operation& operation, bool finished, Millis waited, const std::string& did,
                   const std::string& rule, const std::string& fix) {
  if (!finished)
    fail(did, rule,
         "no finish() within " + std::to_string(waited.count()) + " ms, after " +
             std::to_string(operation.pushes()) + " push(es)",
         fix);
}

void checkAnswers(Bench& bench) {
  const Sample sample = answerable(bench);
  for (const bool stream : {false, true}) {
    Sample one = sample;
    one.stream = stream;
    note::during("it was given " + sample.what);
    const auto operation = runToEnd(bench, one);
    if (!operation) continue;
    // A second finish() may come from another thread, a moment later.
    std::this_thread::sleep_for(Millis(20));
    requireNone(operation->fault(), "started " + sample.what, kStartRule,
                "call sink->finish() once, as the last thing of an operation");
  }
}

// How many pushes of an answer are worth trying.
std::size_t worthTrying(const Reference& of) { return std::min<std::size_t>(of.pushes, 24); }

// --- direct.cancel ---

constexpr const char* kCancelRule =
    "cancel(): Please finish() soon; it may overlap that very finish()";
constexpr const char* kCancelFix =
    "let cancel() end a wait and a pause, and call finish() exactly once whoever comes first";

// Starts it, lets `after` do something, and waits for the one finish().
template <class After>
void cancelled(const Bench& bench, const Reference& of, const std::string& how,
               Operation::Answer answer, const After& after) {
  note::during("cancel() came " + how);
  const std::string did = "cancelled " + of.sample.what + " " + how;
  const auto operation = makeOperation(bench, of.sample, std::move(answer));
  if (!operation->start()) return;
  note::calling("direct.cancel");
  after(*operation);
  operation->waitLeft(of.whole + soon());
  requireFinish(*operation, operation->waitFinished(soon()), soon(), did, kCancelRule, kCancelFix);
  note::calling("direct.release");
  operation->release();
  note::calling("");
  const sluice_status ended = operation->ended();
  if (ended != SLUICE_CANCELLED && (ended != SLUICE_OK || !operation->isWhole()))
    fail(did,
         "cancel() leads to finish() with SLUICE_CANCELLED, unless the answer was whole before",
         ended == SLUICE_OK ? "finish() with success, before the answer was whole"
                            : "finish() with " + operation->failure(),
         kCancelFix);
  requireNone(operation->fault(), did, kStartRule, kCancelFix);
}

void checkCancel(Bench& bench) {
  const Reference of = reference(bench);
  if (!makeOperation(bench, of.sample)->canCancel())
    throw Skip{"it has no cancel(), which is optional"};
  const auto nothing = [](Operation&) {};
  const auto cancel = [](Operation& operation) { operation.cancel(); };
  cancelled(bench, of, "as soon as start() had returned", {}, cancel);
  const auto until = Now::now() + std::max(Millis(1200) * slowness(), 3 * of.whole);
  for (std::size_t at = 0; at < worthTrying(of) && Now::now() < until; ++at) {
    const std::string push = "push " + std::to_string(at + 1);
    cancelled(
        bench, of, "inside " + push,
        [at](Operation& of, std::size_t n) -> sluice_status {
          if (n == at) of.cancel();
          return n >= at ? SLUICE_CANCELLED : SLUICE_OK;
        },
        nothing);
    if (!hasTimeFor(bench, of.whole)) break;
    cancelled(
        bench, of, "inside " + push + ", which was answered SLUICE_OK",
        [at](Operation& of, std::size_t n) -> sluice_status {
          if (n == at) of.cancel();
          return SLUICE_OK;
        },
        nothing);
    if (!hasTimeFor(bench, of.whole)) break;
    cancelled(
        bench, of, "while it was paused after " + push,
        [at](Operation&, std::size_t n) -> sluice_status {
          return n == at ? SLUICE_PAUSE : SLUICE_OK;
        },
        [&](Operation& operation) {
          operation.waitPaused(of.whole + soon());
          operation.cancel();
        });
    if (!hasTimeFor(bench, of.whole)) break;
  }
}

void checkAfterCancelled(Bench& bench) {
  const Reference of = reference(bench);
  for (std::size_t at = 0; at < worthTrying(of) && hasTimeFor(bench, of.whole); ++at) {
    const std::string what = "push " + std::to_string(at + 1);
    note::during(what + " was answered SLUICE_CANCELLED");
    const std::string did =
        "started " + of.sample.what + ", and answered " + what + " SLUICE_CANCELLED";
    const auto operation =
        makeOperation(bench, of.sample, [at](Operation&, std::size_t n) -> sluice_status {
          return n >= at ? SLUICE_CANCELLED : SLUICE_OK;
        });
    if (!operation->start()) return;
    const std::string rule = "SLUICE_CANCELLED: nobody reads any more; stop, and finish()";
    const std::string fix = "look at what push() answers, and go straight to finish()";
    operation->waitLeft(of.whole + soon());
    requireFinish(*operation, operation->waitFinished(soon()), soon(), did, rule, fix);
    operation->release();
    requireNone(operation->pushedLate(), did, rule, fix);
  }
}

// --- direct.pause ---

constexpr const char* kPauseRule =
    "SLUICE_PAUSE: push no more until resume(), which may come before that push() has returned";
constexpr const char* kPauseFix =
    "note a resume() that comes during a push(), and hold no lock in push() that resume() wants";

// Pauses after every push; resumed by the check's thread.
void pausedEverywhere(const Bench& bench, const Reference& of) {
  note::during("every push was answered SLUICE_PAUSE");
  const std::string did = "answered every push with SLUICE_PAUSE, and called resume() after each";
  const auto operation = makeOperation(
      bench, of.sample, [](Operation&, std::size_t) -> sluice_status { return SLUICE_PAUSE; });
  const Millis most = of.whole + soon();
  if (!operation->start()) return;
  for (std::size_t i = 0; !operation->finished(); ++i) {
    requireFinish(*operation, operation->waitPaused(most), most, did, kPauseRule, kPauseFix);
    if (operation->finished()) break;
    // What is pushed now is pushed too early.
    if (i < 3) std::this_thread::sleep_for(Millis(15));
    requireNone(operation->pushedEarly(), did, kPauseRule, kPauseFix);
    note::calling("direct.resume");
    operation->resume();
  }
  operation->release();
  requireNone(operation->pushedEarly(), did, kPauseRule, kPauseFix);
  if (testing::joinedTexts(operation->log()) != testing::joinedTexts(of.log))
    fail(did, "the same answer as without a pause", shown(operation->log(), 300),
         "take what a push was answered SLUICE_PAUSE for pushed: it is not to be pushed again");
}

// start() on a thread of its own: it may hang in a fault of the plugin's, and is then left alone
// with what it needs.
class Starting {
 public:
  explicit Starting(Operation& operation)
      : thread_([to = &operation, state = state_] {
          state->began = to->start(false);
          state->returned = true;
        }) {}
  Starting(const Starting&) = delete;
  Starting& operator=(const Starting&) = delete;
  ~Starting() {
    if (thread_.joinable()) thread_.detach();
  }
  bool returned() const { return state_->returned; }
  // False: refused. Waits for start() to return.
  bool began() {
    thread_.join();
    return state_->began;
  }

 private:
  struct State {
    std::atomic<bool> began = false, returned = false;
  };
  const std::shared_ptr<State> state_ = std::make_shared<State>();
  std::thread thread_;
};

void resumedInside(const Bench& bench, const Reference& of, std::size_t at) {
  const std::string what = "push " + std::to_string(at + 1);
  note::during("resume() came inside " + what + ", which was answered SLUICE_PAUSE");
  note::calling("direct.resume");
  const std::string did = "called resume() inside " + what + ", and answered it SLUICE_PAUSE";
  const auto operation =
      makeOperation(bench, of.sample, [at](Operation& operation, std::size_t n) -> sluice_status {
        if (n != at) return SLUICE_OK;
        operation.resume();
        return SLUICE_PAUSE;
      });
  // A lock that is held while it pushes stops this thread too, if it pushes in start().
  Starting starting(*operation);
  const Millis most = of.whole + soon();
  requireFinish(*operation, operation->waitFinished(most), most, did, kPauseRule, kPauseFix);
  if (!starting.began()) return;
  operation->release();
  note::calling("");
  requireNone(operation->pushedEarly(), did, kPauseRule, kPauseFix);
}

void checkPause(Bench& bench) {
  const Reference of = reference(bench);
  if (!makeOperation(bench, of.sample)->canPause())
    throw Skip{"it has no resume(), which is optional"};
  pausedEverywhere(bench, of);
  for (std::size_t at = 0; at < worthTrying(of) / 2 && hasTimeFor(bench, of.whole); ++at)
    resumedInside(bench, of, at);
}

// --- direct.races ---

constexpr const char* kRaceRule =
    "resume() and cancel() are [thread-safe] and may overlap push() and finish(); release() is the "
    "last call, and only then may the call be freed";

void race(const Bench& bench, const Reference& of, std::uint64_t seed) {
  Random random(seed);
  const std::size_t pauseEvery = 1 + random.below(4), cancelAfter = random.below(12);
  const bool cancels = random.one(2);
  const auto operation =
      makeOperation(bench, of.sample, [=](Operation&, std::size_t n) -> sluice_status {
        return n % pauseEvery == 0 ? SLUICE_PAUSE : SLUICE_OK;
      });
  if (random.one(3)) operation->onFinish = [](Operation& ended) { ended.cancel(); };
  // A plugin that hangs in resume() or cancel() keeps the reader, which is then left alone.
  struct State {
    std::atomic<bool> over = false, going = false;
  };
  const auto state = std::make_shared<State>();
  std::thread reader([to = operation.get(), state, cancels, cancelAfter] {
    while (!state->going && !state->over) std::this_thread::yield();
    for (std::size_t i = 0; !state->over && !to->finished(); ++i) {
      to->waitPaused(Millis(1));
      if (to->paused()) to->resume();
      if (cancels && i >= cancelAfter) to->cancel();
    }
  });
  const bool began = operation->start(false);
  state->going = began;
  const Millis most = of.whole + soon();
  const bool finished = !began || operation->waitFinished(most);
  state->over = true;
  if (!finished) reader.detach();
  else reader.join();
  if (!began) return;
  const std::string did = "called resume() and cancel() from another thread while it ran";
  requireFinish(*operation, finished, most, did, kRaceRule, kCancelFix);
  operation->release();
  requireNone(operation->fault(), did, kRaceRule, kCancelFix);
}

void atOnce(const Bench& bench, const Reference& of) {
  constexpr std::size_t kThreads = 4;
  note::during(std::to_string(kThreads) +
               " threads ran operations at once, and resumed and "
               "cancelled them");
  note::calling("direct.start, resume, cancel or release");
  std::vector<Failure> failures(kThreads);
  std::atomic<bool> failed = false;
  std::vector<std::thread> threads;
  const auto until = Now::now() + Millis(400) * slowness();
  for (std::size_t t = 0; t < kThreads; ++t)
    threads.emplace_back([&, t] {
      try {
        for (std::uint64_t i = 0; i < 2000 && !failed && Now::now() < until; ++i)
          race(bench, of, i * kThreads + t);
      } catch (const Failure& failure) {
        failures[t] = failure;
        failed = true;
      }
    });
  for (std::thread& thread : threads) thread.join();
  note::calling("");
  for (const Failure& failure : failures)
    if (!failure.did.empty()) throw failure;
}

// cancel() inside finish(), and between finish() and release().
void cancelAtTheEnd(const Bench& bench, const Sample& sample) {
  note::calling("direct.cancel");
  for (const bool inside : {true, false}) {
    note::during(inside ? "cancel() overlapped finish()" : "cancel() came after finish()");
    const auto operation = makeOperation(bench, sample);
    if (inside) operation->onFinish = [](Operation& of) { of.cancel(); };
    if (!operation->start(false) || !operation->waitFinished(patience(bench))) return;
    if (!inside) operation->cancel();
    operation->release();
    requireNone(operation->fault(), "called cancel() beside finish()", kRaceRule, kCancelFix);
  }
  note::calling("");
}

void checkRaces(Bench& bench) {
  const Reference of = reference(bench);
  const Sample& sample = of.sample;
  const auto begin = Now::now();
  cancelAtTheEnd(bench, sample);
  const auto one = std::max<Now::duration>((Now::now() - begin) / 2, std::chrono::microseconds(1));
  if (one > Millis(700) * slowness())
    throw Skip{"an answer takes " + std::to_string(of.whole.count()) +
               " ms, too long to be asked for often: all but the races was checked"};
  atOnce(bench, of);
}

void checkBlocking(Bench& bench) {
  if ((bench.direct->flags & SLUICE_DIRECT_BLOCKING) != 0)
    throw Skip{"it says SLUICE_DIRECT_BLOCKING, and may wait in start()"};
  const Reference of = reference(bench);
  const Sample& sample = of.sample;
  const std::string rule =
      "start() is !blocking without SLUICE_DIRECT_BLOCKING: it returns without "
      "waiting for I/O, sleep or a long lock";
  const std::string fix = "do the work on a thread of your own, or set SLUICE_DIRECT_BLOCKING";
  note::during("start() was timed");
  auto quickest = Now::duration::max();
  for (int i = 0; i < 3; ++i) {
    const auto begin = Now::now();
    const auto operation = makeOperation(bench, sample);
    if (!operation->start()) return;
    quickest = std::min(quickest, Now::now() - begin);
    if (!operation->waitFinished(patience(bench))) return;  // direct.answers says so
    operation->release();
  }
  const auto ms = std::chrono::duration_cast<Millis>(quickest).count();
  if (ms > 100L * slowness())
    fail("called start() three times", rule, "it took " + std::to_string(ms) + " ms at best", fix);
  note::during("its first push was answered SLUICE_PAUSE, and start() was to return");
  const auto operation = makeOperation(
      bench, sample,
      [](Operation&, std::size_t n) -> sluice_status { return n == 0 ? SLUICE_PAUSE : SLUICE_OK; });
  if (!operation->canPause()) return;
  Starting starting(*operation);
  const auto until = Now::now() + soon();
  while (!starting.returned() && Now::now() < until) std::this_thread::sleep_for(Millis(1));
  const bool waits = !starting.returned();
  operation->resume();
  if (operation->waitFinished(of.whole + soon()) && starting.began()) operation->release();
  if (waits)
    fail("answered the first push with SLUICE_PAUSE", rule, "start() waited for resume()", fix);
}

constexpr Check kChecks[] = {
    {"direct.answers", "answers, and finishes exactly once",
     "sluice_direct.start: On SLUICE_OK the plugin owes one finish()", Scope::direct, checkAnswers},
    {"direct.cancel", "finishes soon and once, whenever it is cancelled", "sluice_direct.cancel",
     Scope::direct, checkCancel},
    {"direct.after-cancelled", "pushes nothing when nobody reads any more",
     "sluice_sink.push: SLUICE_CANCELLED: nobody reads any more; stop", Scope::direct,
     checkAfterCancelled},
    {"direct.pause", "pushes nothing while it is paused, and goes on when it is resumed",
     "sluice_sink.push: SLUICE_PAUSE; sluice_direct.resume", Scope::direct, checkPause},
    {"direct.races", "bears resume() and cancel() at any time",
     "sluice_direct: between start() and finish() from any thread", Scope::direct, checkRaces},
    {"direct.blocking", "does not wait in start() unless it says so", "SLUICE_DIRECT_BLOCKING",
     Scope::direct, checkBlocking},
};

}  // namespace

std::span<const Check> directChecks() { return kChecks; }

}  // namespace sluice::check
