// Replays the exchanges of transcripts/: each file holds a request, the bytes of an answer, and the
// chunks that it must become. Whole, cut in two at every byte, and ended early after every frame.
#include <gtest/gtest.h>

#include <sluice/testing.hpp>
#include <sluice/transcripts.hpp>

namespace {

using namespace sluice::testing;

const std::vector<Transcript>& recorded() {
  static const std::vector<Transcript> all =
      loadTranscripts(std::string(SLUICE_SOURCE_DIR) + "/transcripts");
  return all;
}

struct Transcripts : ::testing::TestWithParam<const Transcript*> {
  Transcripts() { host.nowUnixMs = 1767225600000; }  // 1 January 2026

  Host host;
  const Transcript& transcript = *GetParam();
  Instance openai{"sluice.openai", host};
  const Replay replay{openai, transcript};
};
struct Streams : Transcripts {};       // all of them are answered with 200
struct WholeAnswers : Transcripts {};  // with 200, not streamed

TEST_P(Transcripts, BecomeTheirChunks) {
  EXPECT_EQ(replay.replay(replay.frames()), transcript.chunks);
}

TEST_P(Transcripts, HaveNoFaultHoweverTheyCome) { EXPECT_EQ(replay.faults(), ""); }

TEST_P(Streams, AreAskedForAsEvents) { EXPECT_EQ(replay.framing(), SLUICE_FRAME_SSE); }

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
    const bool whole = finishes(log) > 0 && finishes(log) == finishes(transcript.chunks);
    EXPECT_EQ(failed(log), !whole) << "after " << size << " frames\n" << log;
    EXPECT_EQ(transcript.chunks.rfind(withoutError(log), 0), 0u) << log;
  }
}

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

TEST_P(WholeAnswers, AreErrorsWhenTheyEndEarly) {
  const std::size_t last = transcript.body.find_last_not_of(" \n");
  for (std::size_t size = 1; size <= last; ++size) {
    const std::string log = replay.endedAfter(size);
    ASSERT_NE(log.find("error UNAVAILABLE retryable"), std::string::npos) << size << "\n" << log;
  }
}

std::vector<const Transcript*> those(bool (*wanted)(const Transcript&)) {
  std::vector<const Transcript*> out;
  for (const Transcript& transcript : recorded())
    if (wanted(transcript)) out.push_back(&transcript);
  return out;
}
bool any(const Transcript& /*transcript*/) { return true; }
bool streamed(const Transcript& transcript) { return transcript.stream; }
bool whole(const Transcript& transcript) { return !transcript.stream && transcript.status == 200; }

std::string nameOfTest(const ::testing::TestParamInfo<const Transcript*>& info) {
  std::string name = info.param->name;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Openai, Transcripts, ::testing::ValuesIn(those(any)), nameOfTest);
INSTANTIATE_TEST_SUITE_P(Openai, Streams, ::testing::ValuesIn(those(streamed)), nameOfTest);
INSTANTIATE_TEST_SUITE_P(Openai, WholeAnswers, ::testing::ValuesIn(those(whole)), nameOfTest);

}  // namespace
