// How transcripts are replayed: at every byte where that tells something, and soon enough.
#include <gtest/gtest.h>

#include <sluice/transcripts.hpp>

namespace {

namespace testing_ = sluice::testing;

testing_::Transcript transcript(std::string body) {
  testing_::Transcript out;
  out.name = "test";
  out.op = SLUICE_OP_CHAT;
  out.status = 200;
  out.body = std::move(body);
  out.chunks = "finish stop\n";
  return out;
}

// Counts what it is given; an answer is whole with its `end`.
struct Counting {
  testing_::Replay::Decode decode() {
    return [this](const auto& /*request*/, auto /*status*/, const auto& /*headers*/,
                  const std::vector<testing_::Frame>& frames) -> std::string {
      ++replays;
      for (const testing_::Frame& frame : frames) bytes += frame.data.size();
      return !frames.empty() && frames.back().data == "end" ? "finish stop\n" : "error UNKNOWN\n";
    };
  }
  std::size_t replays = 0, bytes = 0;
};

TEST(Transcripts, ALongAnswerIsReplayedInTime) {
  std::string body;
  for (int i = 0; i < 400; ++i) body += "data: " + std::string(220, 'x') + "\n\n";
  const testing_::Transcript longest = transcript(body + "data: end\n\n");
  for (const std::uint32_t framing : {SLUICE_FRAME_SSE, SLUICE_FRAME_RAW, SLUICE_FRAME_WHOLE}) {
    Counting counting;
    const testing_::Replay replay(longest, framing, counting.decode());
    replay.faultSplit();
    EXPECT_EQ(replay.faultTruncated(), "");
    EXPECT_LT(counting.bytes, 200u << 20) << framing;
  }
}

TEST(Transcripts, AShortAnswerIsCutAtEveryByte) {
  const testing_::Transcript shortest = transcript("data: some\n\ndata: end\n\n");
  Counting counting;
  const testing_::Replay replay(shortest, SLUICE_FRAME_RAW, counting.decode());
  testing_::Replay cut(shortest, SLUICE_FRAME_RAW,
                       [&](const auto&, auto, const auto&, const auto& frames) -> std::string {
                         const bool fault = frames.size() == 2 && frames[0].data == "data: so";
                         return fault ? "text \"x\"\n" : "finish stop\n";
                       });
  EXPECT_NE(cut.faultSplit().find("cut at byte 8"), std::string::npos);
  replay.faultTruncated();
  EXPECT_EQ(counting.replays, 1 + shortest.body.find_last_not_of('\n') + 1);
}

// Where the frames are the same wherever the bytes are cut, they are decoded once.
TEST(Transcripts, CutsThatChangeNothingAreNotReplayed) {
  const testing_::Transcript events = transcript("data: some\r\n\r\ndata: end\r\n\r\n");
  Counting counting;
  const testing_::Replay replay(events, SLUICE_FRAME_SSE, counting.decode());
  EXPECT_EQ(replay.faultSplit(), "");
  EXPECT_EQ(counting.replays, 1u);
}

}  // namespace
