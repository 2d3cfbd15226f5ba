#include "dialects/openai_usage.hpp"

#include <algorithm>
#include <initializer_list>

#include "base/json.hpp"

namespace sluice::dialects {

namespace {

using simdjson::dom::element;

// A count at a path of member names; none if it is not there or not a count.
std::optional<std::uint64_t> count(element at, std::initializer_list<const char*> path = {}) {
  for (const char* name : path) {
    if (at[name].get(at) != simdjson::SUCCESS) return std::nullopt;
  }
  std::uint64_t value = 0;
  if (at.get(value) != simdjson::SUCCESS) return std::nullopt;
  return value;
}

}  // namespace

std::optional<plugins::Usage> readOpenAiUsage(element usage) {
  simdjson::dom::object members;
  if (usage.get(members) != simdjson::SUCCESS) return std::nullopt;
  std::optional<std::uint64_t> prompt, completion, cached, otherCached, written, thought;
  std::uint64_t total = 0;
  for (const auto& [name, value] : members) {
    if (name == "prompt_tokens") prompt = count(value);
    else if (name == "completion_tokens") completion = count(value);
    else if (name == "total_tokens") total = count(value).value_or(0);
    else if (name == "prompt_cache_hit_tokens" || name == "cached_tokens")
      otherCached = count(value);  // DeepSeek; Together
    else if (name == "prompt_tokens_details") {
      cached = count(value, {"cached_tokens"});
      written = count(value, {"cache_write_tokens"});
    } else if (name == "completion_tokens_details") thought = count(value, {"reasoning_tokens"});
  }
  if (!prompt && !completion) return std::nullopt;
  if (!cached) cached = otherCached;
  const std::uint64_t said = completion.value_or(0);

  plugins::Usage made;
  made.cacheRead = std::min(cached.value_or(0), prompt.value_or(0));
  made.cacheWrite = std::min(written.value_or(0), prompt.value_or(0) - made.cacheRead);
  made.input = prompt.value_or(0) - made.cacheRead - made.cacheWrite;
  // Most count the reasoning as part of the completion; xAI adds it, and Gemini tells of it by the
  // total alone.
  const std::uint64_t named = prompt.value_or(0) + said;
  made.reasoning = thought.value_or(0);
  if (made.reasoning == 0 && total > named) made.reasoning = total - named;
  const bool beside = made.reasoning > said || total == named + made.reasoning;
  if (!beside) made.reasoning = std::min(said, made.reasoning);
  made.output = beside ? said : said - made.reasoning;
  return made;
}

void appendOpenAiUsage(std::string& out, const plugins::Usage& usage) {
  const std::uint64_t prompt = usage.input + usage.cacheRead + usage.cacheWrite;
  const std::uint64_t completion = usage.output + usage.reasoning;
  json::Writer w(out);
  w.beginObject();
  w.key("prompt_tokens").number(prompt);
  w.key("completion_tokens").number(completion);
  w.key("total_tokens").number(prompt + completion);
  w.key("prompt_tokens_details")
      .beginObject()
      .key("cached_tokens")
      .number(usage.cacheRead)
      .endObject();
  w.key("completion_tokens_details").beginObject();
  w.key("reasoning_tokens").number(usage.reasoning).endObject();
  w.endObject();
}

std::optional<plugins::Usage> readResponsesUsage(element usage) {
  const auto input = count(usage, {"input_tokens"});
  const auto output = count(usage, {"output_tokens"});
  if (!input && !output) return std::nullopt;
  const std::uint64_t cached = count(usage, {"input_tokens_details", "cached_tokens"}).value_or(0);
  const std::uint64_t written =
      count(usage, {"input_tokens_details", "cache_write_tokens"}).value_or(0);
  const std::uint64_t thought =
      count(usage, {"output_tokens_details", "reasoning_tokens"}).value_or(0);
  plugins::Usage made;
  made.cacheRead = std::min(cached, input.value_or(0));
  made.cacheWrite = std::min(written, input.value_or(0) - made.cacheRead);
  made.input = input.value_or(0) - made.cacheRead - made.cacheWrite;
  made.reasoning = std::min(thought, output.value_or(0));
  made.output = output.value_or(0) - made.reasoning;
  return made;
}

void appendResponsesUsage(std::string& out, const plugins::Usage& usage) {
  const std::uint64_t input = usage.input + usage.cacheRead + usage.cacheWrite;
  const std::uint64_t output = usage.output + usage.reasoning;
  json::Writer w(out);
  w.beginObject().key("input_tokens").number(input);
  w.key("input_tokens_details").beginObject();
  w.key("cached_tokens").number(usage.cacheRead).endObject();
  w.key("output_tokens").number(output);
  w.key("output_tokens_details").beginObject();
  w.key("reasoning_tokens").number(usage.reasoning).endObject();
  w.key("total_tokens").number(input + output);
  w.endObject();
}

}  // namespace sluice::dialects
