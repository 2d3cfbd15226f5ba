#include "check.hpp"

#include <algorithm>

namespace sluice::check {

namespace {

constexpr const char* kVerdicts[] = {"passed", "failed", "skipped"};

std::string text(const nlohmann::json& json, const char* name) {
  return json.value(name, std::string());
}

}  // namespace

const std::vector<Check>& allChecks() {
  static const std::vector<Check> all = [] {
    std::vector<Check> out;
    for (const auto& some :
         {libraryChecks(), componentChecks(), instanceChecks(), growthChecks(), operationChecks(),
          structChecks(), lentChecks(), codecChecks(), transcriptChecks(), directChecks(),
          strategyChecks(), memoryChecks(), leakChecks()})
      out.insert(out.end(), some.begin(), some.end());
    return out;
  }();
  return all;
}

const Check* findCheck(std::string_view id) {
  const auto& all = allChecks();
  const auto found = std::ranges::find_if(all, [id](const Check& check) { return check.id == id; });
  return found == all.end() ? nullptr : &*found;
}

nlohmann::json toJson(const Outcome& outcome) {
  nlohmann::json out = {{"verdict", kVerdicts[static_cast<std::size_t>(outcome.verdict)]}};
  if (outcome.verdict == Verdict::skipped) out["reason"] = outcome.why;
  for (const Failure& failure : outcome.failures) {
    nlohmann::json one = {{"did", failure.did},
                          {"expected", failure.expected},
                          {"came", failure.came},
                          {"fix", failure.fix}};
    if (!failure.component.empty()) one["component"] = failure.component;
    out["failures"].push_back(std::move(one));
  }
  return out;
}

Outcome outcomeFrom(const nlohmann::json& json) {
  Outcome out;
  const std::string result = text(json, "verdict");
  out.verdict = result == kVerdicts[0]   ? Verdict::passed
                : result == kVerdicts[2] ? Verdict::skipped
                                         : Verdict::failed;
  out.why = text(json, "reason");
  for (const auto& one : json.value("failures", nlohmann::json::array()))
    out.failures.push_back({text(one, "did"), text(one, "expected"), text(one, "came"),
                            text(one, "fix"), text(one, "component")});
  return out;
}

}  // namespace sluice::check
