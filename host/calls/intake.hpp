// Intake: takes the body of an upstream's answer as it comes and turns it into what goes to the
// client: cut into frames, then either passed on as it is or decoded by the plugin and written in
// the client's dialect. One for each attempt.
// Threads: one loop.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "calls/dialect.hpp"
#include "plugins/instance.hpp"
#include "wire/event_stream.hpp"
#include "wire/lines.hpp"
#include "wire/sse.hpp"

namespace sluice::calls {

class Intake {
 public:
  // Same dialect: bytes go on as they come.
  explicit Intake(std::unique_ptr<Passage> passage);
  // Through the plugin: frames are cut as it asked.
  Intake(std::unique_ptr<plugins::Decoder> decoder, std::unique_ptr<Rendering> rendering,
         plugins::Framing framing);

  // From a direct component: chunks come by sink().
  explicit Intake(std::unique_ptr<Rendering> rendering);

  // Streamed. Appends to `out` what goes to the client.
  void take(std::string_view payload, std::string& out);
  // The body has ended in order; not yet an end of the answer: see progress().
  void bodyEnded(std::string& out);
  // Where chunks go that do not come from take(); what they become is appended to `out`.
  plugins::ChunkSink& sink(std::string& out);
  // The answer is whole: appends its end for the client.
  void close(std::string& out);

  // The body of an answer that came in one piece. Through the plugin, `out` gets what it becomes;
  // of the client's dialect, `body` itself is what goes on, if there is no fault.
  void whole(std::string_view body, std::string& out);
  // See Rendering; of an answer that passes on, the upstream pings.
  std::string_view ping() const noexcept {
    return rendering_ ? rendering_->ping() : std::string_view();
  }
  bool passesOn() const noexcept { return passage_ != nullptr; }
  // After whole(): what goes on of the body; empty if it does not pass on.
  std::string_view passedOn(std::string_view body) const noexcept;

  const Progress& progress() const noexcept;
  // Set by the frames themselves: one too large or broken, or a plugin's refusal.
  const std::optional<plugins::Fault>& fault() const noexcept { return fault_; }

 private:
  void takeBlocks(std::string& out);
  void passLast(const wire::SseBlock& block, std::string& out);
  void takeMessages();
  void frame(std::string_view event, std::string_view data);
  void tooLarge();
  void broken(std::string why);

  std::unique_ptr<Passage> passage_;           // either this
  std::unique_ptr<plugins::Decoder> decoder_;  // or these two
  std::unique_ptr<Rendering> rendering_;
  plugins::Framing framing_ = plugins::Framing::sse;
  wire::SseFramer sse_;
  wire::LineFramer lines_;
  wire::EventFramer events_;
  std::optional<plugins::Fault> fault_;
};

}  // namespace sluice::calls
