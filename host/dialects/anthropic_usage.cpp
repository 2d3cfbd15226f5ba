#include "dialects/anthropic_usage.hpp"

#include <algorithm>

#include "base/json.hpp"

namespace sluice::dialects {

namespace {

using simdjson::dom::element;

// A count that is not known is null, missing or 0.
void set(std::uint64_t& total, simdjson::simdjson_result<element> told) {
  std::uint64_t value = 0;
  if (told.get(value) == simdjson::SUCCESS && value != 0) total = value;
}

}  // namespace

void AnthropicUsage::takePrompt(element usage) {
  set(input_, usage["input_tokens"]);
  set(cacheRead_, usage["cache_read_input_tokens"]);
  set(cacheWrite_, usage["cache_creation_input_tokens"]);
  simdjson::dom::object byAge;
  if (usage["cache_creation"].get(byAge) != simdjson::SUCCESS) return;
  std::uint64_t written = 0;
  for (const simdjson::dom::key_value_pair part : byAge) {
    std::uint64_t tokens = 0;
    set(tokens, simdjson::simdjson_result<element>(element(part.value)));
    written += tokens;
  }
  cacheWrite_ = std::max(cacheWrite_, written);
}

void AnthropicUsage::take(element usage) {
  takePrompt(usage);
  set(output_, usage["output_tokens"]);
  set(thinking_, usage["output_tokens_details"]["thinking_tokens"]);
}

plugins::Usage AnthropicUsage::buckets() const noexcept {
  plugins::Usage made;
  made.input = input_;
  made.cacheRead = cacheRead_;
  made.cacheWrite = cacheWrite_;
  made.reasoning = std::min(thinking_, output_);
  made.output = output_ - made.reasoning;
  return made;
}

void appendAnthropicUsage(std::string& out, const plugins::Usage& usage) {
  json::Writer w(out);
  w.beginObject();
  w.key("input_tokens").number(usage.input);
  w.key("cache_creation_input_tokens").number(usage.cacheWrite);
  w.key("cache_read_input_tokens").number(usage.cacheRead);
  w.key("output_tokens").number(usage.output + usage.reasoning);
  if (usage.reasoning != 0) {
    w.key("output_tokens_details").beginObject();
    w.key("thinking_tokens").number(usage.reasoning).endObject();
  }
  w.endObject();
}

}  // namespace sluice::dialects
