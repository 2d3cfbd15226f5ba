#include "calls/intake.hpp"

namespace sluice::calls {

using plugins::Framing;

Intake::Intake(std::unique_ptr<Passage> passage) : passage_(std::move(passage)) {}

Intake::Intake(std::unique_ptr<plugins::Decoder> decoder, std::unique_ptr<Rendering> rendering,
               Framing framing)
    : decoder_(std::move(decoder)), rendering_(std::move(rendering)), framing_(framing) {}

Intake::Intake(std::unique_ptr<Rendering> rendering) : rendering_(std::move(rendering)) {}

plugins::ChunkSink& Intake::sink(std::string& out) {
  rendering_->writeTo(out);
  return *rendering_;
}

const Progress& Intake::progress() const noexcept {
  return passage_ ? passage_->progress() : rendering_->progress();
}

void Intake::take(std::string_view payload, std::string& out) {
  if (rendering_) rendering_->writeTo(out);
  switch (framing_) {
    case Framing::sse:
      sse_.give(payload);
      takeBlocks(out);
      return;
    case Framing::lines: {
      lines_.give(payload);
      std::string_view line;
      while (!fault_ && lines_.next(line)) {
        if (!line.empty()) frame({}, line);
      }
      if (lines_.tooLarge()) tooLarge();
      return;
    }
    case Framing::events:
      events_.give(payload);
      takeMessages();
      return;
    case Framing::raw:
    case Framing::whole: frame({}, payload); return;
  }
}

void Intake::takeBlocks(std::string& out) {
  wire::SseBlock block;
  while (!fault_ && sse_.next(block)) {
    if (passage_) {
      if (progress().fault) return;
      passage_->block(block, out);
    } else if (block.hasData) {
      frame(block.event, block.data);
    }
  }
  if (sse_.tooLarge()) tooLarge();
}

void Intake::takeMessages() {
  wire::EventMessage message;
  std::string failure;
  while (!fault_ && events_.next(message)) {
    if (message.type == wire::EventMessage::Type::event) {
      frame(message.name, message.payload);
    } else {
      failure.assign("!").append(message.name);
      frame(failure, message.payload);
    }
  }
  if (!fault_ && events_.fault() != wire::EventFault::none) {
    broken("the upstream " + std::string(describe(events_.fault())));
  }
}

void Intake::bodyEnded(std::string& out) {
  if (rendering_) rendering_->writeTo(out);
  wire::SseBlock block;
  std::string_view line;
  if (framing_ == Framing::sse && sse_.last(block) && block.hasData && !fault_) {
    if (passage_) passLast(block, out);
    else frame(block.event, block.data);
  } else if (framing_ == Framing::lines && lines_.last(line) && !fault_) {
    frame({}, line);
  } else if (framing_ == Framing::events && events_.unfinished() && !fault_) {
    broken("the answer ended within a message");
  }
  if (decoder_ && !fault_) fault_ = decoder_->end(*rendering_);
}

// With the blank line that it lacks: what the dialect ends with is an event of its own.
void Intake::passLast(const wire::SseBlock& block, std::string& out) {
  const std::size_t before = out.size();
  passage_->block(block, out);
  if (out.size() > before) out += out.ends_with('\n') ? "\n" : "\n\n";
}

void Intake::close(std::string& out) {
  if (passage_) passage_->close(out);
  else rendering_->close(out);
}

void Intake::whole(std::string_view body, std::string& out) {
  if (passage_) {
    passage_->whole(body);
    return;
  }
  rendering_->writeTo(out);
  frame({}, body);
  if (!fault_) fault_ = decoder_->end(*rendering_);
}

std::string_view Intake::passedOn(std::string_view body) const noexcept {
  if (!passage_) return {};
  return passage_->restated().empty() ? body : passage_->restated();
}

void Intake::frame(std::string_view event, std::string_view data) {
  if (!fault_) fault_ = decoder_->frame(event, data, *rendering_);
}

void Intake::tooLarge() {
  plugins::Fault fault;
  fault.code = plugins::Code::resourceExhausted;
  fault.message = "the upstream sent an event larger than 16 MiB";
  fault_ = std::move(fault);
}

void Intake::broken(std::string why) {
  plugins::Fault fault;
  fault.code = plugins::Code::unavailable;
  fault.message = std::move(why);
  fault_ = std::move(fault);
}

}  // namespace sluice::calls
