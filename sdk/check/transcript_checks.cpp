// codec.whole and what else is learned from recorded exchanges.
#include "bench.hpp"
#include "calls.hpp"
#include "frames.hpp"
#include "samples.hpp"

namespace sluice::check {

namespace {

using testing::Replay;
using testing::Transcript;

std::string decoded(const Bench& bench, const sluice_request& request, std::uint32_t status,
                    const std::vector<sluice_kv>& headers,
                    const std::vector<testing::Frame>& frames) {
  Pushes pushes;
  return decode(bench, request, status, headers, frames, pushes).log;
}

Replay replayOf(const Bench& bench, const Transcript& transcript, std::uint32_t framing,
                const std::string& how) {
  return {transcript, framing,
          [&bench, &transcript, how](const auto& request, auto status, const auto& headers,
                                     const auto& of) {
            std::size_t bytes = 0;
            for (const testing::Frame& frame : of) bytes += frame.data.size();
            note::during("the transcript " + transcript.name + " was " + how + ", " +
                         std::to_string(of.size()) + " frame(s) of together " +
                         std::to_string(bytes) + " bytes");
            return decoded(bench, request, status, headers, of);
          }};
}

// Why the transcript's chunks do not come of it, in one piece after the other; empty: they do.
std::string faultOfWhole(const Bench& bench, const Transcript& transcript) {
  std::uint32_t framing = SLUICE_FRAME_WHOLE;
  const std::string fault = faultOfFraming(bench, transcript, framing);
  if (!fault.empty()) return transcript.name + ": " + fault + "\n";
  return replayOf(bench, transcript, framing, "replayed whole").faultWhole();
}

void add(std::string& names, const std::string& name) {
  names += (names.empty() ? "" : ", ") + name;
}

void checkWhole(Bench& bench) {
  std::string faults, names;
  for (const Transcript& transcript : transcriptsOf(bench)) {
    const std::string fault = faultOfWhole(bench, transcript);
    if (fault.empty()) continue;
    faults += fault;
    add(names, transcript.name);
  }
  if (!faults.empty())
    fail("transcript " + names + ", replayed whole", "the chunks that stand in the transcript",
         faults,
         "mend the decoder, or the transcript if that is wrong; --print-chunks shows all chunks "
         "that come");
}

// Those that do not even come whole are codec.whole's to tell of.
template <class Fault>
void replayAll(const Bench& bench, const std::string& how, const std::string& rule,
               const std::string& fix, const Fault& faultOf) {
  std::string faults, names, wrong;
  std::size_t right = 0;
  for (const Transcript& transcript : transcriptsOf(bench)) {
    std::uint32_t framing = SLUICE_FRAME_WHOLE;
    if (!faultOfWhole(bench, transcript).empty() ||
        !faultOfFraming(bench, transcript, framing).empty()) {
      add(wrong, transcript.name);
      continue;
    }
    ++right;
    const std::string fault = faultOf(replayOf(bench, transcript, framing, how));
    if (fault.empty()) continue;
    faults += fault;
    add(names, transcript.name);
  }
  if (!faults.empty()) fail("transcript " + names + ", " + how, rule, faults, fix);
  if (right == 0) throw Skip{"replayed whole it fails already: " + wrong + "; see codec.whole"};
}

void checkSplit(Bench& bench) {
  replayAll(bench, "cut at every byte", "the same chunks, however the bytes come",
            "with SLUICE_FRAME_RAW a piece may end anywhere: keep what is incomplete in the "
            "decoder; or let the host cut, with SLUICE_FRAME_SSE or SLUICE_FRAME_LINES",
            [](const Replay& replay) { return replay.faultSplit(); });
}
void checkJoined(Bench& bench) {
  replayAll(bench, "given in one piece", "the same chunks, however the bytes come",
            "with SLUICE_FRAME_RAW a piece may hold any number of events: read until it is empty",
            [](const Replay& replay) { return replay.faultJoined(); });
}
void checkRepeated(Bench& bench) {
  replayAll(bench, "replayed again and again on one instance",
            "the same chunks each time: answers have nothing in common",
            "keep what belongs to an answer in its decoder, not in the instance or a static",
            [](const Replay& replay) { return replay.faultRepeated(); });
}
void checkTruncated(Bench& bench) {
  replayAll(bench, "ended early", "end(): Fail if the answer is not whole",
            "remember in the decoder what finishes an answer, and fail in end() without it",
            [](const Replay& replay) { return replay.faultTruncated(); });
}

// --- codec.chunks ---

// A sink that holds each chunk against the rules.
struct Judge {
  Judge() {
    sink.struct_size = sizeof sink;
    sink.host_data = this;
    sink.push = [](sluice_sink* self, const sluice_chunk* chunk) -> sluice_status {
      auto& judge = *static_cast<Judge*>(self->host_data);
      ++judge.count;
      std::string fault = badSizeOf(chunk);
      if (fault.empty()) fault = judge.rules.see(*chunk);
      if (!fault.empty() && judge.fault.empty())
        judge.fault = "chunk " + std::to_string(judge.count) + ": " + fault;
      return SLUICE_OK;
    };
    sink.finish = [](sluice_sink*, const sluice_error*) {};
  }
  sluice_sink sink{};
  ChunkRules rules;
  std::size_t count = 0;
  std::string fault;
};

void judge(const Bench& bench, const Recorded& known) {
  const Transcript& transcript = known.transcript;
  const std::vector<sluice_kv> fields = transcript.fields();
  const sluice_request request = transcript.asked();
  const sluice_codec& codec = *bench.codec;
  Judge judge;
  void* decoder = nullptr;
  sluice_error error = testing::emptyError();
  sluice_status status = guarded("codec.open", [&] {
    return codec.open(bench.instance, &request, transcript.status, fields.data(), fields.size(),
                      &decoder, &error);
  });
  if (status != SLUICE_OK) return;
  for (const testing::Frame& frame : known.frames()) {
    status = guarded("codec.frame", [&] {
      return codec.frame(decoder, testing::str(frame.event), testing::str(frame.data), &judge.sink,
                         &error);
    });
    if (status != SLUICE_OK) break;
  }
  if (status == SLUICE_OK)
    status = guarded("codec.end", [&] { return codec.end(decoder, &judge.sink, &error); });
  guarded("codec.close", [&] {
    codec.close(decoder);
    return 0;
  });
  if (judge.fault.empty() && status == SLUICE_OK && transcript.op == SLUICE_OP_CHAT &&
      !judge.rules.finished())
    judge.fault = "the answer is whole, but there was no FINISH for choice 0";
  if (!judge.fault.empty())
    fail("decoded the transcript " + transcript.name,
         "START first, tool calls with their name first, FINISH once a choice and last but for "
         "usage, and usage in totals so far",
         judge.fault, "see SLUICE_CHUNK_* in sluice/plugin.h");
}

void checkChunks(Bench& bench) {
  for (const Recorded& known : recorded(bench)) {
    note::during("the transcript " + known.transcript.name + " was decoded");
    judge(bench, known);
  }
}

constexpr Check kChecks[] = {
    {"codec.whole", "decodes transcripts to their chunks", "sluice_codec", Scope::transcripts,
     checkWhole},
    {"codec.split", "decodes them wherever they are cut", "SLUICE_FRAME_*", Scope::transcripts,
     checkSplit, true},
    {"codec.joined", "decodes them when they come in one piece", "SLUICE_FRAME_*",
     Scope::transcripts, checkJoined, true},
    {"codec.repeated", "decodes them again on the same instance", "sluice_codec.open",
     Scope::transcripts, checkRepeated, true},
    {"codec.truncated", "fails when they end early",
     "sluice_codec.end: Fail if the answer is not whole", Scope::transcripts, checkTruncated, true},
    {"codec.chunks", "pushes chunks in their order", "SLUICE_CHUNK_*", Scope::transcripts,
     checkChunks, true},
};

}  // namespace

std::span<const Check> transcriptChecks() { return kChecks; }

}  // namespace sluice::check
