// This program's options as words of a command line: for the processes that it starts, and for
// people who want to see a fault again.
// Threads: pure functions.
#pragma once

#include <string>
#include <vector>

#include "check.hpp"

namespace sluice::check {

// The file, then every option that is not as it is unless told.
std::vector<std::string> wordsOf(const Options& options);
// One line for a shell.
std::string shellLine(const std::vector<std::string>& words);

}  // namespace sluice::check
