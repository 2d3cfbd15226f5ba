// Answers in the dialect "openai.chat": one that an upstream of the same dialect gives and that
// goes on as it came, and one that is written from chunks. Streamed and not. Threads: one loop.
#pragma once

#include <bitset>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "calls/dialect.hpp"
#include "dialects/chunk_extra.hpp"

namespace sluice::dialects {

// Which choices have begun and which have their finish reason.
class Choices {
 public:
  explicit Choices(std::uint64_t wanted) noexcept : wanted_(wanted) {}
  void begin(std::uint64_t index) noexcept {
    if (index < kMost) begun_.set(index);
  }
  void finish(std::uint64_t index) noexcept {
    begin(index);
    if (index < kMost) finished_.set(index);
  }
  // Each that has begun; an upstream may give fewer than were asked for.
  bool settled() const noexcept { return begun_.any() && begun_ == finished_; }
  bool allFinished() const noexcept { return settled() && begun_.count() >= wanted_; }

 private:
  static constexpr std::size_t kMost = 128;  // OpenAI's own limit of n
  std::uint64_t wanted_;
  std::bitset<kMost> begun_, finished_;
};

// Serves "openai.completions" too, whose choices have a text.
class OpenAiChatPassage final : public calls::Passage {
 public:
  OpenAiChatPassage(std::uint64_t choices, bool usageWanted) noexcept
      : choices_(choices), usageWanted_(usageWanted) {}

  void block(const wire::SseBlock& block, std::string& out) override;
  void close(std::string& out) override;
  void whole(std::string_view body) override;

 private:
  struct Seen;
  struct Choice;
  void read(std::string_view json, Seen& seen, std::string_view event);
  void readChoice(const Choice& choice);

  Choices choices_;
  bool usageWanted_;
};

class OpenAiChatRendering final : public calls::Rendering {
 public:
  OpenAiChatRendering(std::string_view model, std::string_view id, bool stream,
                      std::uint64_t choices, bool usageWanted);

  void writeTo(std::string& out) noexcept override { out_ = &out; }
  void close(std::string& out) override;

 private:
  struct ToolCall {
    std::string id, name, arguments;
    std::string extra;    // extra_content, as JSON; empty: none
    bool argued = false;  // any arguments have been sent
  };
  // What stands beside a text: the insides of arrays.
  struct Beside {
    std::string annotations, logprobs, details;
    bool empty() const noexcept {
      return annotations.empty() && logprobs.empty() && details.empty();
    }
  };
  struct Choice {
    std::string text, reasoning, refusal, finish;
    bool refused = false;
    bool roleSent = false;
    std::uint64_t characters = 0;                   // of the text
    std::map<std::uint32_t, std::string> thoughts;  // by the number of their block
    Beside beside;
    std::map<std::uint32_t, ToolCall> calls;
  };
  void take(const plugins::Chunk& chunk) override;
  void takePiece(const plugins::Chunk& chunk, Choice& choice);
  static Beside besideOf(const plugins::Chunk& chunk, Choice& choice);
  void takeToolCall(const plugins::Chunk& chunk, Choice& choice);
  void finish(const plugins::Chunk& chunk, Choice& choice);
  void sendDelta(const plugins::Chunk& chunk, std::string_view name, const Beside& beside);
  void openChunk(std::uint32_t index);
  void closeChunk(std::string_view finish, std::string_view logprobs = {});
  void sendRole(std::uint32_t index, Choice& choice);
  void appendWhole(std::string& out) const;
  void appendMessage(std::string& out, const Choice& choice) const;

  std::string id_, model_;
  std::uint64_t created_;
  bool stream_;
  bool usageWanted_;
  Choices finished_;
  std::map<std::uint32_t, Choice> choices_;
  std::string* out_ = nullptr;
};

}  // namespace sluice::dialects
