#include "fuzz.hpp"

#include <sys/wait.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <iostream>
#include <memory>

#include "bench.hpp"
#include "calls.hpp"
#include "candidates.hpp"
#include "command.hpp"
#include "frames.hpp"
#include "operation.hpp"
#include "process.hpp"
#include "random.hpp"
#include "report.hpp"
#include "runner.hpp"
#include "samples.hpp"

namespace sluice::check {

namespace {

// A component with what it takes to try it again and again.
struct Target {
  Bench bench;
  std::unique_ptr<Instance> instance;
  std::vector<Sample> samples;
};

std::vector<Target> targetsOf(const Options& options, Library& library, Host& host) {
  std::vector<Target> out;
  for (const sluice_component* component : library.components()) {
    Bench bench(options);
    bench.library = &library;
    bench.host = &host;
    bench.component = component;
    bench.id = component->id;
    const auto settings = bench.settingsFor(*component);
    if (!settings) continue;
    auto instance = std::make_unique<Instance>(*component, host, *settings);
    if (!*instance) continue;
    bench.settings = *settings;
    bench.instance = instance->get();
    bench.codec = instance->table<sluice_codec>(SLUICE_EXT_CODEC);
    bench.direct = instance->table<sluice_direct>(SLUICE_EXT_DIRECT);
    bench.strategy = instance->table<sluice_strategy>(SLUICE_EXT_STRATEGY);
    bench.memory = instance->table<sluice_memory>(SLUICE_EXT_MEMORY);
    out.push_back({bench, std::move(instance), goodSamples(bench)});
  }
  if (out.empty()) throw Skip{"no component can be created: --settings 'COMPONENT={...}'"};
  return out;
}

void require(const std::string& did, sluice_status status, const sluice_error& error) {
  if (status == SLUICE_OK) return;
  if (const std::string fault = faultOfError(status, error); !fault.empty())
    fail(did, "a failure fills *err: code and message", fault, "fill both before you return");
}

void fuzzBody(const Target& target, Random& random) {
  Sample sample = target.samples[random.below(target.samples.size())];
  sample.body = random.one(8) ? random.bytes(random.below(100)) : random.mutated(sample.body);
  if (random.one(10)) sample.op = static_cast<std::uint32_t>(random.below(8));
  sample.stream = random.one(2);
  sample.what = nameOfOp(sample.op) + " with the body " + shown(sample.body, 300);
  note::during("it was given " + sample.what);
  if (target.bench.codec != nullptr && (target.bench.direct == nullptr || random.one(2))) {
    HttpRecord http;
    sluice_error error;
    require("gave encode() " + sample.what, encode(target.bench, sample.asked(), http, error),
            error);
    return;
  }
  runToEnd(target.bench, sample, [&random](Operation& of, std::size_t) -> sluice_status {
    if (random.one(40)) return SLUICE_CANCELLED;
    if (!random.one(20)) return SLUICE_OK;
    of.resume();
    return SLUICE_PAUSE;
  });
}

void fuzzSettings(const Target& target, Random& random) {
  const std::string settings = random.mutated(target.bench.settings);
  note::during("the settings were " + shown(settings, 300));
  const Instance instance(*target.bench.component, *target.bench.host, settings);
  if (!instance)
    require("create() with the settings " + shown(settings, 300), instance.error().code,
            instance.error());
}

void fuzzExchange(const Target& target, Random& random) {
  const std::string exchange = random.mutated(
      R"({"request_id":"1","at_ms":1,"scope":"s","messages":[{"role":"user","content":"a"}],)"
      R"("answer":{"model":"m","message":{"role":"assistant","content":"b"},)"
      R"("finish_reason":"stop"}})");
  note::during("it was to remember " + shown(exchange, 300));
  sluice_error error = testing::emptyError();
  const sluice_status status = guarded("memory.remember", [&] {
    return target.bench.memory->remember(target.bench.instance, testing::str(exchange), &error);
  });
  require("remember() with " + shown(exchange, 300), status, error);
}

void fuzzOnce(const std::vector<Target>& targets, std::uint64_t seed) {
  Random random(seed);
  const Target& target = targets[random.below(targets.size())];
  const Bench& bench = target.bench;
  note::component(bench.id);
  const std::size_t what = random.below(10);
  if (what == 0) return fuzzSettings(target, random);
  if (bench.strategy != nullptr) {
    note::during("it ranked candidates");
    return requirePrefix(bench, Candidates(random.below(random.one(10) ? 2000 : 30), seed));
  }
  if (bench.memory != nullptr && what < 4) return fuzzExchange(target, random);
  if (bench.codec != nullptr && what < 8) return garbage(bench, seed);
  fuzzBody(target, random);
}

// `runs` inputs from this seed on.
std::vector<std::string> argumentsFor(const Options& options, std::uint64_t seed,
                                      std::uint64_t runs) {
  std::vector<std::string> out = {"sluice-plugin-check", "fuzz"};
  const std::vector<std::string> words = wordsOf(options);
  out.insert(out.end(), words.begin(), words.end());
  out.insert(out.end(), {"--seed", std::to_string(seed), "--runs", std::to_string(runs)});
  return out;
}

// The first inputs again and again: what grows then is a leak, and no table that fills.
void requireNothingLeft(const std::vector<Target>& targets, std::uint64_t first,
                        std::uint64_t done) {
  using Clock = std::chrono::steady_clock;
  const auto until = Clock::now() + std::chrono::milliseconds(150) * slowness();
  std::uint64_t count = 0;
  for (; count < std::min<std::uint64_t>(done, 200) && Clock::now() < until; ++count)
    fuzzOnce(targets, first + count);
  if (count == 0) return;
  const std::string leak = leakOf(4, [&] {
    for (std::uint64_t i = 0; i < count; ++i) fuzzOnce(targets, first + i);
  });
  note::component("");
  if (!leak.empty())
    fail("gave it the first " + std::to_string(count) + " inputs again and again",
         "what a function takes for one request is given back when that is over", leak,
         "see codec.leaks and its like; LeakSanitizer and valgrind name the place");
}

nlohmann::json progress(std::uint64_t seed, std::uint64_t done) {
  return {{"seed", seed}, {"done", done}};
}

}  // namespace

Outcome fuzzHere(const Options& options, const FuzzOptions& fuzz) {
  Outcome out;
  std::uint64_t seed = fuzz.seed;
  bool leaks = false;  // all inputs were survived, and what is left of them is looked at
  const auto tell = [&](const Outcome* outcome) {
    nlohmann::json told = progress(seed, seed - fuzz.seed);
    told["leaks"] = leaks;
    if (outcome != nullptr) told["outcome"] = toJson(*outcome);
    note::result(told.dump());
  };
  try {
    note::during("the library was loaded");
    auto* const host = new Host;
    auto* const library = new Library(options.file);
    library->initialise(*host);
    auto* const targets = new auto(targetsOf(options, *library, *host));
    const auto until = std::chrono::steady_clock::now() +
                       std::chrono::milliseconds(static_cast<long>(fuzz.seconds * 1000));
    for (; fuzz.runs == 0 || seed - fuzz.seed < fuzz.runs; ++seed) {
      if (fuzz.runs == 0 && std::chrono::steady_clock::now() > until) break;
      tell(nullptr);
      fuzzOnce(*targets, seed);
    }
    leaks = true;
    requireNothingLeft(*targets, fuzz.seed, seed - fuzz.seed);
  } catch (const Failure& failure) {
    out.verdict = Verdict::failed;
    out.failures.push_back(failure);
    out.failures.back().component = note::page().component;
  } catch (const Skip& skip) {
    out.verdict = Verdict::skipped;
    out.why = skip.why;
  }
  tell(&out);
  return out;
}

int fuzzApart(const Options& options, const FuzzOptions& fuzz, bool json) {
  std::vector<std::string> arguments = argumentsFor(options, fuzz.seed, fuzz.runs);
  arguments.insert(arguments.end(), {"--in-process", "--seconds", std::to_string(fuzz.seconds)});
  if (!json) std::cout << "seed " << fuzz.seed << std::endl;

  const double most = (fuzz.runs == 0 ? fuzz.seconds : 3600) + options.timeout;
  const Child child = runChild(arguments, most);
  const auto told = nlohmann::json::parse(child.result, nullptr, false);
  const std::uint64_t seed = told.is_object() ? told.value("seed", fuzz.seed) : fuzz.seed;
  const std::uint64_t done = told.is_object() ? told.value("done", std::uint64_t{0}) : 0;
  const bool leaks = told.is_object() && told.value("leaks", false);
  const std::string again =
      shellLine(leaks ? argumentsFor(options, fuzz.seed, done) : argumentsFor(options, seed, 1));
  Outcome outcome;
  const bool ended =
      told.is_object() && told.contains("outcome") && !child.tooLong && WIFEXITED(child.status);
  if (ended) {
    outcome = outcomeFrom(told["outcome"]);
  } else {
    outcome.verdict = Verdict::failed;
    std::string came = endOf(child, most) + " " + child.where;
    if (const std::string said = lastWords(child); !said.empty()) came += "\n" + said;
    outcome.failures.push_back({"gave it random input", "the plugin goes on, and comes back", came,
                                "run the command below in a debugger, with --in-process",
                                child.component});
  }
  const bool failed = outcome.verdict != Verdict::passed;
  if (json) {
    nlohmann::json out = toJson(outcome);
    out["seed"] = fuzz.seed;
    out["runs"] = done;
    if (failed) out["again"] = again;
    std::cout << out.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << "\n";
    return failed ? 1 : 0;
  }
  if (outcome.verdict == Verdict::skipped) std::cout << "skipped: " << outcome.why << "\n";
  for (const Failure& failure : outcome.failures)
    explain(std::cout, failure, "the rules at its beginning");
  if (failed) std::cout << "again: " << again << "\n";
  else std::cout << done << " inputs, no fault\n";
  return failed ? 1 : 0;
}

}  // namespace sluice::check
