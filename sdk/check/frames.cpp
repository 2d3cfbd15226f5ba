#include "frames.hpp"

#include "calls.hpp"
#include "random.hpp"

namespace sluice::check {

namespace {

constexpr const char* kFrames[] = {
    R"({"id":"a","model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"Hi"}}]})",
    R"({"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"c","function":)"
    R"({"name":"f","arguments":"{}"}}]},"finish_reason":"tool_calls"}]})",
    R"({"choices":[{"index":0,"message":{"content":"Hi"},"finish_reason":"stop"}],)"
    R"("usage":{"prompt_tokens":3,"completion_tokens":4}})",
    R"({"type":"message_start","message":{"id":"a","model":"m","usage":{"input_tokens":3}}})",
    R"({"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hi"}})",
    R"({"candidates":[{"content":{"parts":[{"text":"Hi"}]},"finishReason":"STOP"}]})",
    R"({"message":{"role":"assistant","content":"Hi"},"done":true})",
    R"({"error":{"message":"no","type":"t","code":7}})",
    "[DONE]",
    ""};

std::vector<testing::Frame> framesOf(const Bench& bench, const testing::Transcript& transcript) {
  return testing::Replay(transcript, testing::framingOf(bench.instance, *bench.codec, transcript),
                         {})
      .frames();
}

std::vector<testing::Frame> wellKnown() {
  std::vector<testing::Frame> out;
  for (const char* frame : kFrames) out.push_back({"", frame});
  return out;
}

// Frames left out, doubled, put elsewhere, and changed.
void shake(std::vector<testing::Frame>& frames, Random& random) {
  for (std::size_t left = 1 + random.below(3); left > 0 && !frames.empty(); --left) {
    const auto at = static_cast<std::ptrdiff_t>(random.below(frames.size()));
    switch (random.below(5)) {
      case 0: frames.erase(frames.begin() + at); break;
      case 1: frames.insert(frames.begin() + at, frames[random.below(frames.size())]); break;
      case 2:
        std::swap(frames[static_cast<std::size_t>(at)], frames[random.below(frames.size())]);
        break;
      default: {
        auto& frame = frames[static_cast<std::size_t>(at)];
        frame.data = random.mutated(frame.data);
        if (random.one(6)) frame.event = random.mutated(frame.event);
      }
    }
  }
}

}  // namespace

void eachAnswer(const Bench& bench, const Sample& sample,
                const std::function<void(const Answer&)>& each) {
  for (const testing::Transcript& transcript : transcriptsOf(bench))
    each({"the transcript " + transcript.name, transcript.asked(), transcript.status,
          transcript.fields(), framesOf(bench, transcript)});
  if (!transcriptsOf(bench).empty()) return;
  const sluice_request request = sample.asked();
  each({"an empty answer", request, 200, {}, {}});
  each({"an error", request, 500, {}, {{"", "{\"error\":{\"message\":\"no\"}}"}}});
  for (const char* frame : kFrames)
    each({"a frame such as " + shown(frame), request, 200, {}, {{"", frame}}});
  each({"frames of several dialects", request, 200, {}, wellKnown()});
}

void garbage(const Bench& bench, std::uint64_t seed) {
  Random random(seed);
  const auto& transcripts = transcriptsOf(bench);
  static const std::vector<Sample> samples = encodable(bench);
  Sample sample = samples[random.below(samples.size())];
  std::vector<testing::Frame> frames;
  std::uint32_t status = 200;
  std::vector<sluice_kv> headers;
  if (!transcripts.empty() && !random.one(4)) {
    const testing::Transcript& from = transcripts[random.below(transcripts.size())];
    const sluice_request request = from.asked();
    sample = {from.name,
              from.op,
              std::string(view(request.model)),
              std::string(view(request.dialect)),
              from.request,
              from.stream};
    status = from.status;
    headers = from.fields();
    frames = framesOf(bench, from);
    shake(frames, random);
  } else if (random.one(2)) {
    frames = wellKnown();
    shake(frames, random);
  } else {
    for (std::size_t left = random.below(6); left > 0; --left)
      frames.push_back({random.bytes(random.below(4)), random.bytes(random.below(200))});
  }
  if (random.one(10)) status = 200 + static_cast<std::uint32_t>(random.below(400));
  std::string last = frames.empty() ? "none" : shown(frames.back().data);
  note::during("random frames were decoded (seed " + std::to_string(seed) + "; the last: " + last +
               ")");
  Pushes pushes;
  const Decoding done = decode(bench, sample.asked(), status, headers, frames, pushes);
  if (done.status == SLUICE_OK) return;
  const std::string fault = faultOfError(done.status, done.error);
  if (!fault.empty())
    fail("decoded random frames (seed " + std::to_string(seed) + "), the last of them " + last,
         "unless a function returns SLUICE_OK it fills *err", fault,
         "fill code and message whenever you fail");
}

}  // namespace sluice::check
