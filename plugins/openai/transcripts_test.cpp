#include "../testing/transcripts_suite.hpp"

namespace sluice::testing {

// Each choice finishes for itself, before the stream ends.
const Recorded kRecorded{"sluice.openai", SLUICE_FRAME_SSE, false};

// The buckets of what an answer took do not overlap, and leave nothing out.
TEST_P(Transcripts, CountEachTokenOnce) {
  const std::string member = "\"total_tokens\":";
  const std::size_t told = transcript.body.rfind(member);
  if (transcript.op != SLUICE_OP_CHAT || told == std::string::npos) return;
  const std::size_t last = transcript.chunks.rfind("usage ");
  std::uint64_t sum = 0;
  for (std::size_t at = last; at != std::string::npos; at = transcript.chunks.find('=', at + 1))
    if (transcript.chunks[at] == '=') sum += std::stoull(transcript.chunks.substr(at + 1));
  EXPECT_EQ(std::stoull(transcript.body.substr(told + member.size())), sum);
}

}  // namespace sluice::testing
