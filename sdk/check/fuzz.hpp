// Random inputs, each told by its seed: the same seed gives the same input on every machine.
// Threads: plain functions.
#pragma once

#include <cstdint>

#include "check.hpp"

namespace sluice::check {

struct FuzzOptions {
  std::uint64_t seed = 0;
  std::uint64_t runs = 0;  // 0: as many as there is time for
  double seconds = 10;
};

// In this process: seeds seed, seed + 1, ... The outcome is left in the note, and which seed it is
// that runs.
Outcome fuzzHere(const Options& options, const FuzzOptions& fuzz);

// In a process of its own, telling on standard output what came of it. The exit status.
int fuzzApart(const Options& options, const FuzzOptions& fuzz, bool json);

}  // namespace sluice::check
