// What a check is, and what comes of one. A check is a function that throws at the first fault: as
// in a test, nothing behind a broken promise is worth looking at.
// Threads: plain values.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::check {

// A fault of the plugin. Thrown by checks; nowhere else.
struct Failure {
  std::string did;       // what was done: "create() with the settings {}"
  std::string expected;  // and by which rule
  std::string came;
  std::string fix;        // how to mend it
  std::string component;  // filled in by whoever runs the check; empty: the library's
};

// A check that cannot be made, and why.
struct Skip {
  std::string why;
};

class Bench;

// What a check needs, and how often it runs.
enum class Scope : std::uint8_t {
  file,       // once; opens the library itself
  component,  // for each component, without an instance
  instance,   // for each component, with an instance, as all below
  request,    // of those with sluice.codec/1 or sluice.direct/1
  codec,
  transcripts,  // of those with sluice.codec/1, if there are transcripts
  direct,
  strategy,
  memory
};

struct Check {
  const char* id;
  const char* title;
  const char* rule;  // where it is written: a heading or comment of sluice/plugin.h
  Scope scope;
  void (*run)(Bench& bench);
  bool decodes = false;  // recorded answers, though it is not about what they become
};

// In the order in which they are listed.
std::span<const Check> libraryChecks();
std::span<const Check> componentChecks();
std::span<const Check> instanceChecks();
std::span<const Check> growthChecks();
std::span<const Check> operationChecks();
std::span<const Check> structChecks();
std::span<const Check> lentChecks();
std::span<const Check> codecChecks();
std::span<const Check> transcriptChecks();
std::span<const Check> directChecks();
std::span<const Check> strategyChecks();
std::span<const Check> memoryChecks();
std::span<const Check> leakChecks();
const std::vector<Check>& allChecks();
const Check* findCheck(std::string_view id);

enum class Verdict : std::uint8_t { passed, failed, skipped };

struct Outcome {
  Verdict verdict = Verdict::passed;
  std::string why;  // of a skip
  std::vector<Failure> failures;
};

nlohmann::json toJson(const Outcome& outcome);
Outcome outcomeFrom(const nlohmann::json& json);

struct Options {
  std::string file;
  std::string transcripts;                      // a directory; empty: none
  std::map<std::string, std::string> settings;  // JSON by component
  std::string model;                            // for requests; empty: the first it lists, or "m"
  double timeout = 10;                          // seconds, of a check
  std::optional<std::uint64_t> seed;            // the only one of codec.garbage
};

// Runs one check in this process. Catches what the check throws.
Outcome runHere(const Check& check, const Options& options);

}  // namespace sluice::check
