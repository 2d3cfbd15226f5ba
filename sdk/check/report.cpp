#include "report.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <sstream>

namespace sluice::check {

namespace {

struct Counts {
  int passed = 0, failed = 0, skipped = 0;
};

Counts countOf(std::span<const Result> results) {
  Counts out;
  for (const Result& result : results) {
    switch (result.outcome.verdict) {
      case Verdict::passed: ++out.passed; break;
      case Verdict::failed: ++out.failed; break;
      case Verdict::skipped: ++out.skipped; break;
    }
  }
  return out;
}

std::string written(const nlohmann::json& json) {
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace);
}

void paragraph(std::ostream& out, const char* name, const std::string& text) {
  if (text.empty()) return;
  std::istringstream lines(text);
  std::string line;
  for (bool first = true; std::getline(lines, line); first = false)
    out << (first ? name : "              ") << line << "\n";
}

}  // namespace

void listChecks(std::ostream& out, bool json) {
  nlohmann::json list = nlohmann::json::array();
  std::size_t width = 0;
  for (const Check& check : allChecks()) width = std::max(width, std::string(check.id).size());
  for (const Check& check : allChecks()) {
    const std::string id = check.id;
    if (json) list.push_back({{"id", id}, {"title", check.title}, {"rule", check.rule}});
    else out << id << std::string(width + 2 - id.size(), ' ') << check.title << "\n";
  }
  if (json) out << written({{"checks", std::move(list)}}) << "\n";
}

void writeJson(std::ostream& out, const Options& options, std::span<const Result> results) {
  const Counts counts = countOf(results);
  nlohmann::json checks = nlohmann::json::array();
  for (const Result& result : results) {
    nlohmann::json one = toJson(result.outcome);
    one["id"] = result.check->id;
    one["title"] = result.check->title;
    one["rule"] = result.check->rule;
    one["ms"] = result.ms;
    checks.push_back(std::move(one));
  }
  out << written({{"file", options.file},
                  {"ok", counts.failed == 0},
                  {"passed", counts.passed},
                  {"failed", counts.failed},
                  {"skipped", counts.skipped},
                  {"checks", std::move(checks)}})
      << "\n";
}

void explain(std::ostream& out, const Failure& failure, const char* rule) {
  paragraph(out, "    component ", failure.component);
  paragraph(out, "    done      ", failure.did);
  paragraph(out, "    expected  ", failure.expected);
  paragraph(out, "    rule      ", std::string("sluice/plugin.h, ") + rule);
  paragraph(out, "    came      ", failure.came);
  paragraph(out, "    mend      ", failure.fix);
}

void writeText(std::ostream& out, std::span<const Result> results, bool colours) {
  constexpr std::array<const char*, 3> kWords = {"passed ", "FAILED ", "skipped"};
  constexpr std::array<const char*, 3> kColours = {"\x1b[32m", "\x1b[31;1m", "\x1b[33m"};
  for (const Result& result : results) {
    const auto verdict = static_cast<std::size_t>(result.outcome.verdict);
    if (colours) out << kColours[verdict];
    out << kWords[verdict];
    if (colours) out << "\x1b[0m";
    out << "  " << result.check->id;
    if (result.outcome.verdict == Verdict::skipped) out << ": " << result.outcome.why;
    out << "\n";
    for (const Failure& failure : result.outcome.failures) {
      explain(out, failure, result.check->rule);
      out << "\n";
    }
  }
  const Counts counts = countOf(results);
  out << counts.passed << " passed, " << counts.failed << " failed, " << counts.skipped
      << " skipped\n";
}

bool anyFailed(std::span<const Result> results) { return countOf(results).failed > 0; }

}  // namespace sluice::check
