// sluice-plugin-check: whether a plugin keeps what sluice/plugin.h asks of it.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <random>
#include <sstream>

#include "chunks.hpp"
#include "fuzz.hpp"
#include "given.hpp"
#include "note.hpp"
#include "report.hpp"
#include "runner.hpp"

namespace {

using namespace sluice::check;

struct CommandLine {
  Options options;
  FuzzOptions fuzz;
  std::vector<std::string> only, settings;
  bool json = false, list = false, inProcess = false, printChunks = false, components = false;
  int note = -1;
};

std::vector<const Check*> chosen(const std::vector<std::string>& only) {
  std::vector<const Check*> out;
  for (const std::string& id : only)
    if (findCheck(id) == nullptr) throw Usage{"there is no check " + id + "; --list names them"};
  for (const Check& check : allChecks())
    if (only.empty() || std::ranges::find(only, check.id) != only.end()) out.push_back(&check);
  return out;
}

bool wantsColours() {
  const char* const no = std::getenv("NO_COLOR");
  return isatty(STDOUT_FILENO) == 1 && (no == nullptr || *no == '\0');
}

// As a child: the outcome goes into the note, and nothing of this process is taken down, since a
// plugin at fault may still use it.
[[noreturn]] void runAsChild(const CommandLine& line, bool fuzz) {
  becomeChild(line.note, fuzz ? 3600 : line.options.timeout);
  if (fuzz) {
    fuzzHere(line.options, line.fuzz);
  } else if (line.components) {
    tellComponents(line.options);
  } else if (line.printChunks) {
    tellChunks(line.options);
  } else {
    const std::vector<const Check*> checks = chosen(line.only);
    note::result(toJson(runHere(*checks.front(), line.options))
                     .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  }
  std::fflush(nullptr);
  _exit(0);
}

int runChecks(const CommandLine& line) {
  const std::vector<const Check*> checks = chosen(line.only);
  std::vector<Result> results;
  if (line.inProcess)
    for (const Check* check : checks)
      results.push_back({check, runHere(*check, line.options), 0, {}});
  else results = runApart(checks, line.options);
  if (line.json) writeJson(std::cout, line.options, results);
  else writeText(std::cout, results, wantsColours());
  std::cout.flush();
  if (line.inProcess) _exit(anyFailed(results) ? 1 : 0);
  return anyFailed(results) ? 1 : 0;
}

int runFuzz(const CommandLine& line) {
  if (!line.inProcess) return fuzzApart(line.options, line.fuzz, line.json);
  const Outcome outcome = fuzzHere(line.options, line.fuzz);
  for (const Failure& failure : outcome.failures)
    explain(std::cout, failure, "the rules at its beginning");
  std::cout.flush();
  _exit(outcome.verdict == Verdict::passed ? 0 : 1);
}

void addShared(CLI::App& app, CommandLine& line) {
  app.add_flag("--json", line.json, "Write JSON");
  app.add_flag("--in-process", line.inProcess,
               "Run everything in this process, for a debugger: a crash ends it");
  app.add_option("--transcripts", line.options.transcripts,
                 "A directory of recorded exchanges, *.txt, for codecs")
      ->check(CLI::ExistingDirectory);
  app.add_option("--settings", line.settings,
                 "COMPONENT={...}, or a file that holds {\"COMPONENT\": {...}}; repeatable")
      ->allow_extra_args(false);
  app.add_option("--model", line.options.model, "The model that requests ask for");
  app.add_option("--timeout", line.options.timeout, "Seconds that a step of a check may take")
      ->check(CLI::Range(0.1, 3600.0))
      ->capture_default_str();
  app.add_option("--note", line.note)->group("");
}

int run(int argc, char** argv) {
  CommandLine line;
  line.fuzz.seed = std::random_device()() % 1000000;
  const bool fuzz = argc > 1 && std::string_view(argv[1]) == "fuzz";
  CLI::App app(fuzz ? "Gives a plugin random input; the same seed gives the same input."
                    : "Checks whether a plugin keeps what sluice/plugin.h asks of it.");
  app.name(fuzz ? "sluice-plugin-check fuzz" : "sluice-plugin-check");
  auto* const file = app.add_option("FILE", line.options.file, "The plugin, FILE.so");
  addShared(app, line);
  if (fuzz) {
    app.add_option("--seed", line.fuzz.seed, "Of the first input; a random one unless told");
    app.add_option("--runs", line.fuzz.runs,
                   "How many inputs; unless told as many as --seconds "
                   "allow");
    app.add_option("--seconds", line.fuzz.seconds, "How long")
        ->check(CLI::Range(0.1, 86400.0))
        ->capture_default_str();
  } else {
    app.add_option("--only", line.only, "Only the checks with these ids, separated by commas")
        ->delimiter(',')
        ->allow_extra_args(false);
    app.add_flag("--list", line.list, "Name all checks");
    app.add_option("--seed", line.options.seed, "The only random input that codec.garbage gives");
    app.add_flag("--print-chunks", line.printChunks,
                 "Check nothing; print the chunks that each transcript becomes");
    app.add_flag("--tell-components", line.components)->group("");
    app.footer(
        "sluice-plugin-check fuzz FILE.so gives it random input.\n"
        "Exit status: 0 all passed, 1 something failed, 2 usage.");
  }
  try {
    app.parse(fuzz ? argc - 1 : argc, fuzz ? argv + 1 : argv);
    if (!line.list && file->count() == 0) throw Usage{"which plugin? give its file"};
    if (!line.list && !std::filesystem::is_regular_file(line.options.file))
      throw Usage{line.options.file + ": there is no such file"};
    for (const std::string& given : line.settings) readSettings(given, line.options);
    if (line.list) {
      listChecks(std::cout, line.json);
      return 0;
    }
    if (line.note >= 0) runAsChild(line, fuzz);
    requireTranscripts(line.options);
    nameComponents(line.options);
    if (line.printChunks) {
      if (line.options.transcripts.empty()) throw Usage{"which transcripts? --transcripts DIR"};
      return printChunks(line.options, line.json);
    }
    return fuzz ? runFuzz(line) : runChecks(line);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  } catch (const Usage& usage) {
    std::cerr << "sluice-plugin-check: " << usage.message << "\n";
    return 2;
  }
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& failure) {
    std::cerr << "sluice-plugin-check: " << failure.what() << "\n";
    return 2;
  }
}
