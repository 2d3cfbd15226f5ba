// Answers for decoders: recorded ones, and nonsense.
// Threads: plain functions.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "bench.hpp"
#include "samples.hpp"

namespace sluice::check {

// An answer as it is given to a decoder; its texts are lent.
struct Answer {
  std::string what;
  sluice_request request;
  std::uint32_t status;
  std::vector<sluice_kv> headers;
  std::vector<testing::Frame> frames;
};

// Calls `each` for the transcripts; without any for a few answers that any codec must bear.
void eachAnswer(const Bench& bench, const Sample& sample,
                const std::function<void(const Answer&)>& each);

// Decodes one answer of random or mutated frames. Throws Failure for an error without a message.
void garbage(const Bench& bench, std::uint64_t seed);

}  // namespace sluice::check
