// Runs checks, each in a process of its own, several at a time.
// Threads: run() starts its own and returns when they have ended.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "check.hpp"

namespace sluice::check {

struct Result {
  const Check* check = nullptr;
  Outcome outcome;
  long ms = 0;
  std::string crashedIn;  // the plugin's function; empty: it did not crash
};

// In the order of `checks`.
std::vector<Result> runApart(const std::vector<const Check*>& checks, const Options& options);

// What came of a child: this program again, with these arguments and --note, a page for that, and
// its output kept.
struct Child {
  int status = 0;  // as waitpid() gives it
  bool tooLong = false;
  std::string component, calling, where, memory, output;
  std::string result;      // that it left in its note; empty: none
  std::uint64_t seed = 0;  // of the random input that it was given last; 0: none
};
Child runChild(std::vector<std::string> arguments, double seconds);
// "crashed (SIGSEGV)", "ended the process itself (exit status 3)", "did not end within 10 s".
std::string endOf(const Child& child, double seconds);
// What sanitizers and the program itself wrote, cut short; empty if nothing is worth telling.
std::string lastWords(const Child& child);

// For the child: limits, and an end with whoever started it.
void becomeChild(int note, double seconds);

}  // namespace sluice::check
