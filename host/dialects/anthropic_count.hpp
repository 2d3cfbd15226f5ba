// How many tokens a request is, as the Messages API answers: {"input_tokens": n}. Passed on from an
// upstream of the dialect, or written from a chunk.
// Threads: one loop.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "calls/dialect.hpp"

namespace sluice::dialects {

void appendCount(std::string& out, std::uint64_t tokens);

class AnthropicCountPassage final : public calls::Passage {
 public:
  void block(const wire::SseBlock& block, std::string& out) override;  // never streamed: a fault
  void close(std::string&) override {}
  void whole(std::string_view body) override;
};

class AnthropicCountRendering final : public calls::Rendering {
 public:
  void writeTo(std::string&) noexcept override {}
  void close(std::string& out) override;

 private:
  void take(const plugins::Chunk& chunk) override;

  std::uint64_t tokens_ = 0;
};

}  // namespace sluice::dialects
