// The tests of a plugin's recorded exchanges, transcripts/*.txt: each is replayed whole, cut at
// every byte, again, and ended early. A plugin's transcripts_test.cpp includes this and says in
// kRecorded what answers; it may add tests of the same fixtures.
// Threads: the test's.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <sluice/testing.hpp>
#include <sluice/transcripts.hpp>
#include <string>
#include <vector>

namespace sluice::testing {

// What the exchanges were recorded for.
struct Recorded {
  const char* component;  // its id
  std::uint32_t framing;  // of its streams: SLUICE_FRAME_*
  // Choices finish with the stream, all or none: a stream that has a finish is whole. Where each
  // finishes for itself, a stream is whole once all have.
  bool finishTogether = true;
};
extern const Recorded kRecorded;  // defined by the plugin's test

struct Transcripts : ::testing::TestWithParam<const Transcript*> {
  Transcripts() { host.nowUnixMs = 1767225600000; }  // 1 January 2026

  Host host;
  const Transcript& transcript = *GetParam();
  const Instance instance{kRecorded.component, host};
  const Replay replay{instance, transcript};
};
struct Streams : Transcripts {};       // with 2xx
struct WholeAnswers : Transcripts {};  // with 200, not streamed

TEST_P(Transcripts, BecomeTheirChunks) {
  EXPECT_EQ(replay.replay(replay.frames()), transcript.chunks);
}

TEST_P(Transcripts, HaveNoFaultHoweverTheyCome) { EXPECT_EQ(replay.faults(), ""); }

TEST_P(Streams, AreAskedForInTheirFraming) { EXPECT_EQ(replay.framing(), kRecorded.framing); }

TEST_P(Streams, AreTheSameHoweverTheyAreCut) {
  for (std::size_t at = 0; at <= transcript.body.size(); ++at)
    ASSERT_EQ(replay.replay(replay.frames({at})), transcript.chunks) << "cut at byte " << at;
}

// A stream that ends early is an error, unless every choice had been finished.
TEST_P(Streams, AreErrorsWhenTheyEndEarly) {
  const std::vector<Frame> all = replay.frames();
  for (std::size_t size = 0; size < all.size(); ++size) {
    const std::string log =
        replay.replay({all.begin(), all.begin() + static_cast<std::ptrdiff_t>(size)});
    const bool every = finishes(log) == finishes(transcript.chunks);
    EXPECT_EQ(failed(log), finishes(log) == 0 || !every) << "after " << size << " frames\n" << log;
    if (kRecorded.finishTogether) {
      EXPECT_TRUE(finishes(log) == 0 || every) << log;
    }
    EXPECT_EQ(transcript.chunks.rfind(withoutError(log), 0), 0u) << log;
  }
}

TEST_P(WholeAnswers, AreErrorsWhenTheyEndEarly) {
  const std::size_t last = transcript.body.find_last_not_of(" \n");
  for (std::size_t size = 1; size <= last; ++size) {
    const std::string log = replay.endedAfter(size);
    ASSERT_NE(log.find("error UNAVAILABLE retryable"), std::string::npos) << size << "\n" << log;
  }
}

inline std::vector<const Transcript*> those(bool (*wanted)(const Transcript&)) {
  static const std::vector<Transcript> all =
      loadTranscripts(std::string(SLUICE_SOURCE_DIR) + "/transcripts");
  std::vector<const Transcript*> out;
  for (const Transcript& transcript : all)
    if (wanted(transcript)) out.push_back(&transcript);
  return out;
}
inline bool any(const Transcript& /*transcript*/) { return true; }
inline bool streamed(const Transcript& transcript) { return transcript.stream && transcript.ok(); }
inline bool whole(const Transcript& transcript) {
  return !transcript.stream && transcript.status == 200;
}

inline std::string nameOfTest(const ::testing::TestParamInfo<const Transcript*>& info) {
  std::string name = info.param->name;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Recorded, Transcripts, ::testing::ValuesIn(those(any)), nameOfTest);
INSTANTIATE_TEST_SUITE_P(Recorded, Streams, ::testing::ValuesIn(those(streamed)), nameOfTest);
INSTANTIATE_TEST_SUITE_P(Recorded, WholeAnswers, ::testing::ValuesIn(those(whole)), nameOfTest);

}  // namespace sluice::testing
