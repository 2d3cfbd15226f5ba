#include "plugins/report.hpp"

#include <cmath>

#include "base/json.hpp"
#include "plugins/component.hpp"

namespace sluice::plugins {

namespace {

double rounded(double us) { return std::round(us * 1000) / 1000; }

// The instances, and how many calls use them altogether.
std::uint64_t appendInstances(json::Writer& w, const Library& library) {
  std::uint64_t calls = 0;
  w.key("instances").beginArray();
  for (const auto& instance : library.instances()) {
    const std::uint64_t uses = instance->uses();
    calls += uses;
    w.beginObject().key("name").string(instance->name());
    w.key("component").string(instance->componentId());
    w.key("state").string(instance->leaving() ? "draining" : "running");
    w.key("calls_in_flight").number(uses).endObject();
  }
  w.endArray();
  return calls;
}

// What was called, by function, and how often it failed altogether.
std::uint64_t appendCalls(json::Writer& w, const CallStats& stats) {
  std::uint64_t errors = 0;
  w.key("calls").beginObject();
  for (std::size_t i = 0; i < kTimedKinds; ++i) {
    const auto kind = static_cast<CallKind>(i);
    const CallStats::Counts counts = stats.counts(kind);
    errors += counts.errors;
    if (counts.count == 0 && counts.inFlight == 0) continue;
    w.key(toString(kind)).beginObject().key("count").number(counts.count);
    w.key("errors").number(counts.errors).key("in_flight").number(counts.inFlight);
    w.key("p50_us").number(rounded(counts.p50Us)).key("p99_us").number(rounded(counts.p99Us));
    w.key("slow_calls").number(counts.slow).endObject();
  }
  w.endObject();
  return errors;
}

void appendLibrary(json::Writer& w, Library& library, bool running) {
  w.beginObject();
  appendInfo(w, describe(library.file(), library.content(), library.table()).info);
  w.key("generation").number(library.since());
  w.key("state").string(running ? "running" : "draining");
  const std::uint64_t calls = appendInstances(w, library);
  w.key("calls_in_flight").number(calls);
  const std::uint64_t errors = appendCalls(w, library.stats());
  w.key("errors").number(errors).endObject();
}

}  // namespace

std::string reportOf(const std::function<bool(const Library&)>& running, std::uint64_t generation,
                     const std::vector<Registry::Problem>& problems) {
  std::string out;
  json::Writer w(out);
  w.beginObject().key("plugins").beginArray();
  for (const auto& library : Library::live()) {
    const bool runs = running(*library);
    // What a later one has opened, and does not use yet, neither runs nor drains.
    if (runs || library->since() <= generation) appendLibrary(w, *library, runs);
  }
  w.endArray().key("problems").beginArray();
  for (const Registry::Problem& problem : problems) {
    const std::string before = problem.file + ": ";
    const bool named = !problem.file.empty() && problem.message.starts_with(before);
    w.beginObject().key("file").string(problem.file).key("where").string(problem.where);
    w.key("reason").string(named ? problem.message.substr(before.size()) : problem.message);
    w.endObject();
  }
  w.endArray().endObject();
  return out;
}

}  // namespace sluice::plugins
