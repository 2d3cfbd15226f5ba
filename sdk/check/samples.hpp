// Requests to try a component with.
// Threads: plain values.
#pragma once

#include <sluice/plugin.h>

#include <sluice/transcripts.hpp>
#include <string>
#include <vector>

#include "bench.hpp"
#include "random.hpp"

namespace sluice::check {

// A request that owns its texts.
struct Sample {
  std::string what;  // "a chat with tools"
  std::uint32_t op = SLUICE_OP_CHAT;
  std::string model, dialect, body;
  bool stream = false;

  // Lent by this sample.
  sluice_request asked() const;
};

std::string nameOfOp(std::uint32_t op);  // "chat"

// Good requests of every operation, streamed and not; and those of the transcripts, if any.
std::vector<Sample> goodSamples(const Bench& bench);
// Those of them that encode() or start() takes, in that order. Throws Skip if there are none.
std::vector<Sample> encodable(const Bench& bench);
// The first that start() takes and that ends with an answer. Throws Skip if there is none.
Sample answerable(const Bench& bench);
// What is wrong, empty, odd or large, and what a component may refuse: tools, parts, choices.
std::vector<Sample> oddSamples(const Bench& bench, Random& random);

// Of --transcripts; none if that was not given. Throws Failure if they cannot be read.
const std::vector<testing::Transcript>& transcriptsOf(const Bench& bench);

}  // namespace sluice::check
