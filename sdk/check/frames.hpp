// Answers for decoders: recorded ones, and nonsense.
// Threads: plain functions.
#pragma once

#include <cstdint>
#include <functional>
#include <sluice/transcripts.hpp>
#include <string>
#include <vector>

#include "bench.hpp"
#include "samples.hpp"

namespace sluice::check {

// A recorded exchange, with how encode() wants its answer cut.
struct Recorded {
  const testing::Transcript& transcript;
  std::uint32_t framing;  // SLUICE_FRAME_*

  std::vector<testing::Frame> frames() const;
};
// Why encode() gives no framing for the transcript's request; empty: it does, in `framing`.
std::string faultOfFraming(const Bench& bench, const testing::Transcript& transcript,
                           std::uint32_t& framing);
// The transcripts whose request encode() takes; codec.whole tells of the others.
std::vector<Recorded> recorded(const Bench& bench);

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
