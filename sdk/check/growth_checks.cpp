// library.struct-sizes, instance.struct-sizes: structs that have grown, for what is no operation:
// init(), create(), strategies and memories.
#include <memory>

#include "bench.hpp"
#include "lent.hpp"
#include "samples.hpp"

namespace sluice::check {

namespace {

constexpr const char* kRule = "a struct grows at its end, and what a plugin knows stays";
constexpr const char* kFix =
    "compare struct_size with SLUICE_HAS() before you read a field, never with ==; step through "
    "candidates by their pointers";

std::string named(std::size_t more) {
  return more == 0
             ? "structs that end where a page ends"
             : "structs that are " + std::to_string(more) + " bytes larger than this version's";
}

template <class T>
T* grown(Lent& lent, const char* what, T from, std::size_t more) {
  from.struct_size = static_cast<std::uint32_t>(sizeof from + more);
  return lent.copy(what, from, more);
}

// A host whose table is as large as one of a later version.
struct GrownHost {
  explicit GrownHost(std::size_t more)
      : host(lent.room("the sluice_host", sizeof(sluice_host) + more)) {
    auto* const table = const_cast<sluice_host*>(host.table());
    table->struct_size = static_cast<std::uint32_t>(sizeof *table + more);
  }
  Lent lent;
  Host host;
};

void checkLibrary(Bench& bench) {
  Lent::nameFaults();
  // Stays: the library may use it until the process ends.
  auto* const grownHost = new GrownHost(64);
  auto* const library = new Library(bench.file());
  if (!SLUICE_HAS(sluice_library, &library->table(), init) || library->table().init == nullptr)
    throw Skip{"it has no init(), which is optional"};
  const std::string what = named(64);
  note::during("init() was given " + what);
  try {
    library->initialise(grownHost->host);
  } catch (const Skip& skip) {
    library->initialise(*new Host);  // where it fails for any host there is nothing to tell
    fail("gave init() " + what, kRule, skip.why, kFix);
  }
}

// --- instance.struct-sizes ---

void createAt(const Bench& bench, std::size_t more) {
  note::during("create() was given " + named(more));
  auto* const grownHost = new GrownHost(more);  // stays, as that of an instance does
  Lent lent;
  auto* const error = grown(lent, "the sluice_error", sluice_error{}, more);
  const sluice_instance* const instance = guarded("sluice_component.create", [&] {
    return bench.component->create(bench.component, grownHost->host.table(), testing::str("check"),
                                   testing::str(bench.settings), error);
  });
  if (instance == nullptr)
    fail("gave create() " + named(more), kRule, testing::describe(*error), kFix);
  guarded("sluice_instance.destroy", [&] {
    instance->destroy(instance);
    return 0;
  });
}

// What strategy.rank() answers, and observe() after it: in one line.
std::string rankAt(const Bench& bench, std::size_t more) {
  constexpr std::size_t kCount = 3;
  Lent lent;
  const Sample sample = goodSamples(bench).front();
  const auto* const request = grown(lent, "the sluice_request", sample.asked(), more);
  const sluice_candidate* list[kCount];
  const std::string names[kCount] = {"a", "b", "c"};
  for (std::size_t i = 0; i < kCount; ++i) {
    sluice_candidate candidate = testing::candidate(names[i]);
    candidate.latency_us = static_cast<std::uint32_t>(i + 1) * 1000;
    list[i] = grown(lent, "a candidate", candidate, more);
  }
  auto* const error = grown(lent, "the sluice_error", sluice_error{}, more);
  std::uint32_t order[kCount] = {};
  std::size_t count = 0;
  const sluice_status status = guarded("strategy.rank", [&] {
    return bench.strategy->rank(bench.instance, request, list, kCount, order, &count, error);
  });
  if (status != SLUICE_OK) return testing::describe(*error);
  std::string out = "the order";
  for (std::size_t i = 0; i < std::min(count, kCount); ++i) out += " " + std::to_string(order[i]);
  return out;
}

void observeAt(const Bench& bench, std::size_t more) {
  Lent lent;
  const auto* const candidate = grown(lent, "the candidate", testing::candidate("a"), more);
  sluice_outcome outcome{};
  outcome.total_us = 5;
  outcome.usage = grown(lent, "the sluice_usage", sluice_usage{}, more);
  const auto* const told = grown(lent, "the sluice_outcome", outcome, more);
  guarded("strategy.observe", [&] {
    bench.strategy->observe(bench.instance, candidate, told);
    return 0;
  });
}

void checkStrategy(const Bench& bench, std::size_t more) {
  note::during("candidates were ranked, with " + named(more));
  const std::string plain = rankAt(bench, 0), again = rankAt(bench, 0);
  const std::string came = rankAt(bench, more);
  // One that changes by itself is strategy.pure's to tell.
  if (plain == again && came != plain)
    fail("gave rank() " + named(more), kRule, "first " + plain + ", then " + came, kFix);
  if (SLUICE_HAS(sluice_strategy, bench.strategy, observe) && bench.strategy->observe != nullptr)
    observeAt(bench, more);
}

void checkMemory(const Bench& bench, std::size_t more) {
  note::during("it was to remember {}, with " + named(more));
  Lent lent;
  auto* const error = grown(lent, "the sluice_error", sluice_error{}, more);
  guarded("memory.remember",
          [&] { return bench.memory->remember(bench.instance, testing::str("{}"), error); });
}

void checkInstance(Bench& bench) {
  Lent::nameFaults();
  for (const std::size_t more : {0u, 64u}) {
    createAt(bench, more);
    if (bench.strategy != nullptr) checkStrategy(bench, more);
    if (bench.memory != nullptr) checkMemory(bench, more);
  }
}

constexpr const char* kWhere =
    "Growth: Read a field of the other side's struct only if it is there";
constexpr Check kChecks[] = {
    {"library.struct-sizes", "takes a host that has grown", kWhere, Scope::file, checkLibrary},
    {"instance.struct-sizes", "takes settings, candidates and exchanges of a host that has grown",
     kWhere, Scope::instance, checkInstance},
};

}  // namespace

std::span<const Check> growthChecks() { return kChecks; }

}  // namespace sluice::check
