// What the targets of providers' answers share: an answer, a line a frame, is given to a decoder,
// and what comes out of it keeps to the rules of chunks: one start, nothing of a choice after its
// finish, an end only after its choices' finish, and tool calls counted, each named before it goes
// on.
// Threads: plain values.
#pragma once

#include <algorithm>
#include <map>
#include <sluice/plugin.hpp>
#include <string_view>

#include "support.hpp"

namespace sluice::fuzz {

// How a provider's answers differ from others.
struct AnswerRules {
  bool choices = false;      // there may be several
  bool finishApart = false;  // each choice finishes for itself
  bool usageLast = false;    // usage may follow a finish
  bool namedFrames = false;  // a line is `name data`, or the data alone if that begins with `{`
  // Checks a tool call, where each comes whole; without it they may come in pieces.
  void (*wholeCall)(const sluice_chunk& call) = nullptr;
  bool identified = false;  // the first piece of a call has its id and name
};

class AnswerChecks {
 public:
  explicit AnswerChecks(const AnswerRules& rules) : rules_(rules) {
    sink_.struct_size = sizeof sink_;
    sink_.host_data = this;
    sink_.push = [](sluice_sink* sink, const sluice_chunk* chunk) -> sluice_status {
      static_cast<AnswerChecks*>(sink->host_data)->take(*chunk);
      return SLUICE_OK;
    };
  }
  AnswerChecks(const AnswerChecks&) = delete;
  AnswerChecks& operator=(const AnswerChecks&) = delete;

  void run(Decoder& decoder, std::string_view answer) {
    const Sink sink(&sink_);
    try {
      while (!answer.empty()) {
        const std::string_view line = answer.substr(0, answer.find('\n'));
        answer.remove_prefix(std::min(line.size() + 1, answer.size()));
        const bool bare = !rules_.namedFrames || line.empty() || line.front() == '{';
        const std::size_t space = bare ? 0 : std::min(line.find(' '), line.size());
        const Exact name(line.substr(0, space)), data(line.substr(space));
        decoder.frame(name.view(), data.view(), sink);
      }
      decoder.end(sink);
    } catch (const Error& error) {
      FUZZ_CHECK(!error.message.empty());
      return;
    }
    FUZZ_CHECK(finished_);
    for (const auto& [number, choice] : choices_)
      FUZZ_CHECK(!rules_.finishApart || choice.finished);
  }

 private:
  struct Choice {
    bool finished = false;
    std::uint32_t calls = 0;
  };

  void take(const sluice_chunk& chunk) {
    FUZZ_CHECK(started_ == (chunk.type != SLUICE_CHUNK_START));
    started_ = true;
    if (chunk.type == SLUICE_CHUNK_START) return;
    FUZZ_CHECK(rules_.choices || chunk.choice == 0);
    if (chunk.type == SLUICE_CHUNK_USAGE && rules_.usageLast) return;
    Choice& choice = choices_[chunk.choice];
    const bool finish = chunk.type == SLUICE_CHUNK_FINISH && !choice.finished;
    FUZZ_CHECK(!(rules_.finishApart ? choice.finished : finished_) || finish);
    if (finish) finished_ = choice.finished = true;
    if (chunk.type == SLUICE_CHUNK_TOOL_CALL) takeCall(chunk, choice);
  }
  void takeCall(const sluice_chunk& call, Choice& choice) const {
    FUZZ_CHECK(call.index <= choice.calls);
    const bool first = call.index == choice.calls;
    if (first) ++choice.calls;
    if (rules_.wholeCall) {
      FUZZ_CHECK(first);
      rules_.wholeCall(call);
    } else if (first) {
      FUZZ_CHECK(!rules_.identified || (call.ref.len != 0 && call.name.len != 0));
    } else {
      FUZZ_CHECK(call.ref.len == 0 && call.name.len == 0 && call.text.len != 0);
    }
  }

  const AnswerRules rules_;
  sluice_sink sink_{};
  bool started_ = false, finished_ = false;
  std::map<std::uint32_t, Choice> choices_;
};

// The whole of a target. Returns 0, as libFuzzer wants.
inline int checkAnswer(Decoder& decoder, const AnswerRules& rules, const std::uint8_t* data,
                       std::size_t size) {
  AnswerChecks(rules).run(decoder, {reinterpret_cast<const char*>(data), size});
  return 0;
}

}  // namespace sluice::fuzz
