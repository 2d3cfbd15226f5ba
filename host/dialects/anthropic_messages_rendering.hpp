// An answer that comes in chunks, written in the dialect "anthropic.messages": a list of blocks,
// one after the other. Streamed, a block is closed before the next is opened; what comes for a
// later one meanwhile is kept until then. Threads: one loop.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "calls/dialect.hpp"
#include "dialects/json_end.hpp"

namespace sluice::dialects {

// A content block of an answer under way.
struct AnthropicBlock {
  enum class Kind : std::uint8_t { text, thinking, redacted, tool };
  Kind kind = Kind::text;
  std::uint32_t number = 0;  // of the reasoning block or the tool call, as its chunks count
  std::string text;          // what has come and was not sent: text, thoughts or arguments
  std::string proof;         // of thoughts; what a redacted block holds
  std::string id, name;      // of a tool call
  std::vector<std::string> citations;
  JsonEnd arguments;
  bool begun = false;  // in the stream
  bool said = false;   // any arguments have been sent
};

class AnthropicMessagesRendering final : public calls::Rendering {
 public:
  AnthropicMessagesRendering(std::string_view model, std::string_view id, bool stream);

  void writeTo(std::string& out) noexcept override { out_ = &out; }
  void close(std::string& out) override;
  std::string_view ping() const noexcept override;

 private:
  using Kind = AnthropicBlock::Kind;
  void take(const plugins::Chunk& chunk) override;
  void takeText(const plugins::Chunk& chunk);
  void takeReasoning(const plugins::Chunk& chunk);
  void takeToolCall(const plugins::Chunk& chunk);
  void takeAnnotations(std::string_view extra);
  void takeCallExtra(std::string_view extra, const std::string& id);
  void finish(const plugins::Chunk& chunk);
  bool argumentsAreObjects() const;
  AnthropicBlock* find(Kind kind, std::uint32_t number) noexcept;
  AnthropicBlock& add(Kind kind, std::uint32_t number);

  // The stream.
  void advance(bool toTheEnd);
  void beginMessage();
  void beginBlock(const AnthropicBlock& block);
  void sendPending(AnthropicBlock& block);
  void sendDelta(std::string_view type, std::string_view member, std::string_view value,
                 bool isJson = false);
  void endBlock(AnthropicBlock& block);
  void endMessage();

  void appendWhole(std::string& out) const;
  void appendStopReason(std::string& out) const;  // both members

  std::string id_, model_;
  bool stream_;
  std::vector<AnthropicBlock> blocks_;
  std::size_t current_ = 0;  // of the stream: the first block that is not closed
  bool begun_ = false;       // of the stream
  bool called_ = false;      // a tool
  bool refused_ = false;
  std::string stopReason_, stopSequence_;
  std::string* out_ = nullptr;
};

// A block as a whole answer has it.
void appendAnthropicBlock(std::string& out, const AnthropicBlock& block);

}  // namespace sluice::dialects
