// What came of the checks, for people and for programs.
// Threads: plain functions.
#pragma once

#include <ostream>
#include <span>
#include <vector>

#include "runner.hpp"

namespace sluice::check {

void listChecks(std::ostream& out, bool json);
void writeJson(std::ostream& out, const Options& options, std::span<const Result> results);
// One line a check, and an indented explanation of each fault.
void writeText(std::ostream& out, std::span<const Result> results, bool colours);
bool anyFailed(std::span<const Result> results);
void explain(std::ostream& out, const Failure& failure, const char* rule);

}  // namespace sluice::check
