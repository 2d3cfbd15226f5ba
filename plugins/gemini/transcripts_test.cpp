#include "../testing/transcripts_suite.hpp"

namespace sluice::testing {

// Nothing but a reason for every choice makes a stream whole, and only then is there a finish.
const Recorded kRecorded{"sluice.gemini", SLUICE_FRAME_SSE};

TEST_P(Transcripts, MeanTheSameAtVertex) {
  const Instance vertex("sluice.vertex", host, R"({"project":"p"})");
  const Replay there(vertex, transcript);
  EXPECT_EQ(there.replay(there.frames()), transcript.chunks);
}

}  // namespace sluice::testing
