// Runs one check in this process: finds what it is for, and calls it for each.
#include <cstring>
#include <memory>
#include <string>

#include "bench.hpp"

namespace sluice::check {

namespace {

bool applies(const Check& check, const Bench& bench) {
  switch (check.scope) {
    case Scope::request: return bench.codec != nullptr || bench.direct != nullptr;
    case Scope::codec:
    case Scope::transcripts: return bench.codec != nullptr;
    case Scope::direct: return bench.direct != nullptr;
    case Scope::strategy: return bench.strategy != nullptr;
    case Scope::memory: return bench.memory != nullptr;
    default: return true;
  }
}

std::string nothingFor(const Check& check) {
  switch (check.scope) {
    case Scope::request: return "no component has sluice.codec/1 or sluice.direct/1";
    case Scope::codec:
    case Scope::transcripts: return "no component has sluice.codec/1";
    case Scope::direct: return "no component has sluice.direct/1";
    case Scope::strategy: return "no component has sluice.strategy/1";
    case Scope::memory: return "no component has sluice.memory/1";
    default: return "there is no component";
  }
}

// Collects what came of one component after the other.
class Results {
 public:
  template <class F>
  void take(const std::string& component, F&& run) {
    note::component(component);
    note::during("");
    try {
      if (run()) ++passed_;
    } catch (Failure& failure) {
      failure.component = component;
      out_.failures.push_back(std::move(failure));
    } catch (const Skip& skip) {
      if (!out_.why.empty()) out_.why += "; ";
      out_.why += component.empty() ? skip.why : component + ": " + skip.why;
    }
  }
  Outcome outcome(const Check& check) && {
    if (!out_.failures.empty()) out_.verdict = Verdict::failed;
    else if (passed_ == 0) out_.verdict = Verdict::skipped;
    if (out_.verdict == Verdict::skipped && out_.why.empty()) out_.why = nothingFor(check);
    return std::move(out_);
  }

 private:
  Outcome out_;
  int passed_ = 0;
};

// False: not for this component.
bool runFor(const Check& check, Bench bench) {
  if (check.scope == Scope::component) {
    check.run(bench);
    return true;
  }
  const auto settings = bench.settingsFor(*bench.component);
  if (!settings) throw Skip{"needs settings: --settings '" + bench.id + "={...}'"};
  bench.settings = *settings;
  auto instance = std::make_unique<Instance>(*bench.component, *bench.host, *settings);
  if (!*instance) {
    const char* const message = instance->error().message;
    const std::string why(message, strnlen(message, sizeof instance->error().message));
    throw Skip{"needs settings: --settings '" + bench.id + "={...}' (with " + *settings +
               " it says " + shown(why, 200) + ")"};
  }
  bench.instance = instance->get();
  bench.codec = instance->table<sluice_codec>(SLUICE_EXT_CODEC);
  bench.direct = instance->table<sluice_direct>(SLUICE_EXT_DIRECT);
  bench.strategy = instance->table<sluice_strategy>(SLUICE_EXT_STRATEGY);
  bench.memory = instance->table<sluice_memory>(SLUICE_EXT_MEMORY);
  if (!applies(check, bench)) return false;
  if (check.scope == Scope::transcripts && bench.options.transcripts.empty())
    throw Skip{"no transcripts given: --transcripts DIR"};
  try {
    check.run(bench);
  } catch (const Failure&) {
    // An operation of it may still run: it cannot be destroyed.
    [[maybe_unused]] const auto* const left = instance.release();
    throw;
  }
  return true;
}

}  // namespace

Outcome runHere(const Check& check, const Options& options) {
  Results results;
  Bench bench(options);
  if (check.scope == Scope::file) {
    results.take({}, [&] {
      check.run(bench);
      return true;
    });
    return std::move(results).outcome(check);
  }
  // Neither is ended: a plugin that is at fault may still use them.
  auto* const host = new Host;
  results.take({}, [&] {
    note::during("the library was loaded, before this check began");
    auto* const library = new Library(options.file);
    library->initialise(*host, std::string_view(check.id) == "operation.errors");
    bench.library = library;
    bench.host = host;
    return false;
  });
  if (bench.library == nullptr) return std::move(results).outcome(check);
  for (const sluice_component* component : bench.library->components()) {
    bench.component = component;
    bench.id = component->id;
    results.take(bench.id, [&] { return runFor(check, bench); });
  }
  return std::move(results).outcome(check);
}

}  // namespace sluice::check
