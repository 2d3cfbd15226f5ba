// Answers in the dialect "openai.embeddings": one that an upstream of the same dialect gives, and
// one that is written from a chunk. Never streamed. Threads: one loop.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "calls/dialect.hpp"

namespace sluice::dialects {

// Goes on as it came. But where base64 was asked for and an upstream that does not know it gives
// numbers, these are written anew: clients read whatever comes as base64.
class OpenAiEmbeddingsPassage final : public calls::Passage {
 public:
  OpenAiEmbeddingsPassage(std::size_t inputs, bool base64) noexcept
      : inputs_(inputs), base64_(base64) {}

  void block(const wire::SseBlock& block, std::string& out) override;  // never streamed: a fault
  void close(std::string&) override {}
  void whole(std::string_view body) override;
  std::string_view restated() const noexcept override { return restated_; }

 private:
  const std::size_t inputs_;
  const bool base64_;
  std::string restated_;
};

class OpenAiEmbeddingsRendering final : public calls::Rendering {
 public:
  struct Asked {
    std::size_t inputs = 0;
    bool base64 = false;
    std::uint64_t tokens = 0;  // an estimate, for an upstream that does not count
  };
  OpenAiEmbeddingsRendering(std::string_view model, Asked asked) : model_(model), asked_(asked) {}

  void writeTo(std::string&) noexcept override {}
  void close(std::string& out) override;

 private:
  void take(const plugins::Chunk& chunk) override;
  void takeVectors(std::string_view json);

  std::string model_;
  const Asked asked_;
  std::string data_;  // the inside of an array
};

}  // namespace sluice::dialects
