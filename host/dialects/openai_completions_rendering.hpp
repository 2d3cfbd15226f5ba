// An answer in the dialect "openai.completions" that is written from the chunks of a chat, streamed
// and not. Thoughts and calls of tools have no place in it. Threads: one loop.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "dialects/openai_chat_answer.hpp"
#include "dialects/openai_request.hpp"

namespace sluice::dialects {

class OpenAiCompletionsRendering final : public calls::Rendering {
 public:
  OpenAiCompletionsRendering(std::string_view model, std::string_view id,
                             const OpenAiReading& asked);

  void writeTo(std::string& out) noexcept override { out_ = &out; }
  void close(std::string& out) override;

 private:
  struct Choice {
    std::string text, finish;
    bool begun = false;  // something of it has been sent
  };
  void take(const plugins::Chunk& chunk) override;
  void takeText(const plugins::Chunk& chunk, Choice& choice);
  void takeFinish(const plugins::Chunk& chunk, Choice& choice);
  void send(std::uint32_t index, std::string_view text, std::string_view finish);
  void appendHead(std::string& out) const;
  void appendUsage(std::string& out) const;

  std::string id_, model_;
  std::uint64_t created_;
  bool stream_;
  bool usageWanted_;
  Choices finished_;
  std::map<std::uint32_t, Choice> choices_;
  std::string* out_ = nullptr;
};

}  // namespace sluice::dialects
