#include "frames.hpp"

#include <map>

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

std::vector<testing::Frame> Recorded::frames() const {
  return testing::Replay(transcript, framing, {}).frames();
}

std::string faultOfFraming(const Bench& bench, const testing::Transcript& transcript,
                           std::uint32_t& framing) {
  note::during("the request of transcript " + transcript.name + " was encoded");
  HttpRecord http;
  sluice_error error;
  const sluice_request request = transcript.asked();
  if (encode(bench, request, http, error) != SLUICE_OK)
    return "encode() refuses its request: " + testing::describe(error);
  framing = http.framing();
  if (framing <= SLUICE_FRAME_EVENTS) return {};
  return "encode() asks for framing " + std::to_string(framing) + ", which is no SLUICE_FRAME_*";
}

std::vector<Recorded> recorded(const Bench& bench) {
  std::vector<Recorded> out;
  for (const testing::Transcript& transcript : transcriptsOf(bench)) {
    std::uint32_t framing = SLUICE_FRAME_WHOLE;
    if (faultOfFraming(bench, transcript, framing).empty()) out.push_back({transcript, framing});
  }
  return out;
}

void eachAnswer(const Bench& bench, const Sample& sample,
                const std::function<void(const Answer&)>& each) {
  const std::vector<Recorded> known = recorded(bench);
  for (const Recorded& one : known)
    each({"the transcript " + one.transcript.name, one.transcript.asked(), one.transcript.status,
          one.transcript.fields(), one.frames()});
  if (!known.empty()) return;
  const sluice_request request = sample.asked();
  each({"an empty answer", request, 200, {}, {}});
  each({"an error", request, 500, {}, {{"", "{\"error\":{\"message\":\"no\"}}"}}});
  for (const char* frame : kFrames)
    each({"a frame such as " + shown(frame), request, 200, {}, {{"", frame}}});
  each({"frames of several dialects", request, 200, {}, wellKnown()});
}

namespace {

// What random frames are made of, looked up once an instance.
struct Known {
  std::vector<Recorded> transcripts;
  std::vector<Sample> samples;
};
const Known& knownOf(const Bench& bench) {
  static std::map<const sluice_instance*, Known> all;
  const auto found = all.find(bench.instance);
  if (found != all.end()) return found->second;
  return all.emplace(bench.instance, Known{recorded(bench), encodable(bench)}).first->second;
}

}  // namespace

void garbage(const Bench& bench, std::uint64_t seed) {
  Random random(seed);
  const Known& known = knownOf(bench);
  const std::vector<Recorded>& transcripts = known.transcripts;
  const std::vector<Sample>& samples = known.samples;
  Sample sample = samples[random.below(samples.size())];
  std::vector<testing::Frame> frames;
  std::uint32_t status = 200;
  std::vector<sluice_kv> headers;
  if (!transcripts.empty() && !random.one(4)) {
    const Recorded& one = transcripts[random.below(transcripts.size())];
    const testing::Transcript& from = one.transcript;
    const sluice_request request = from.asked();
    sample = {from.name,
              from.op,
              std::string(view(request.model)),
              std::string(view(request.dialect)),
              from.request,
              from.stream};
    status = from.status;
    headers = from.fields();
    frames = one.frames();
    shake(frames, random);
  } else if (random.one(2)) {
    frames = wellKnown();
    shake(frames, random);
  } else {
    for (std::size_t left = random.below(6); left > 0; --left)
      frames.push_back({random.bytes(random.below(4)), random.bytes(random.below(200))});
  }
  if (random.one(10)) status = 200 + static_cast<std::uint32_t>(random.below(400));
  const std::string number = std::to_string(seed);
  note::seed(seed);
  note::during("random frames were decoded (seed " + number + ")");
  Pushes pushes;
  const Decoding done = decode(bench, sample.asked(), status, headers, frames, pushes);
  if (done.status == SLUICE_OK) return;
  const std::string fault = faultOfError(done.status, done.error);
  if (fault.empty()) return;
  std::string last = "none";
  if (done.given > 0) {
    const testing::Frame& frame = frames[done.given - 1];
    last = (frame.event.empty() ? "" : "event " + shown(frame.event) + ", ") + shown(frame.data);
  }
  fail("decoded random frames (as --only codec.garbage --seed " + number +
           " does again), the last of them " + last,
       "unless a function returns SLUICE_OK it fills *err", fault,
       "fill code and message whenever you fail");
}

}  // namespace sluice::check
