// An answer in the dialect "anthropic.messages" that an upstream of the same dialect gives: it goes
// on as it came, and is watched for content, usage, its end and errors. Streamed and not.
// Threads: one loop.
#pragma once

#include <string>
#include <string_view>

#include "calls/dialect.hpp"
#include "dialects/anthropic_usage.hpp"

namespace sluice::dialects {

class AnthropicMessagesPassage final : public calls::Passage {
 public:
  void block(const wire::SseBlock& block, std::string& out) override;
  void close(std::string& out) override;
  void whole(std::string_view body) override;

 private:
  void read(simdjson::dom::element event, std::string_view name);
  void readDelta(simdjson::dom::element delta);
  void readEnd(simdjson::dom::element delta);
  void readUsage(simdjson::dom::element holder, bool beginning);
  void said(std::string_view text);

  AnthropicUsage usage_;
};

}  // namespace sluice::dialects
