#include "dialects/anthropic_names.hpp"

#include <array>
#include <optional>

#include "dialects/anthropic_turns.hpp"
#include "dialects/json_view.hpp"
#include "dialects/own_names.hpp"

namespace sluice::dialects {

namespace {

constexpr std::array<OwnName, 6> kNames{{
    {"stop", "stop_sequences"},
    {"reasoning_budget", "thinking.budget_tokens"},
    {"reasoning_effort", "output_config.effort"},
    {"response_format", "output_config.format"},
    {"parallel_tool_calls", "tool_choice.disable_parallel_tool_use"},
    {"user", "metadata.user_id"},
}};

std::string at(std::string name, std::size_t place) {
  return std::move(name) + "[" + std::to_string(place) + "]";
}

bool saysMore(JsonView string) {
  const std::string text = string.text();
  if (!text.starts_with(kBillingMark)) return !text.empty();
  const std::size_t end = text.find('\n');
  return end != text.npos && end + 1 < text.size();
}

// Whether a system text becomes a message.
bool saysAnything(JsonView content) {
  if (content.isString()) return saysMore(content);
  JsonElements parts(content);
  while (parts.next()) {
    if (saysMore(parts.value()["text"])) return true;
  }
  return false;
}

bool isResult(JsonView block) { return block["type"].says("tool_result"); }
bool isCall(JsonView block) { return block["type"].says("tool_use"); }
bool isSaid(JsonView block) {
  const JsonView type = block["type"];
  return !type.says("tool_result") && !type.says("tool_use") && !type.says("thinking") &&
         !type.says("redacted_thinking");
}

// Where the block stands that is number `wanted` of those that are such.
std::optional<std::size_t> placeOf(JsonView blocks, bool (*such)(JsonView), std::size_t wanted) {
  JsonElements each(blocks);
  for (std::size_t place = 0, found = 0; each.next(); ++place) {
    if (such(each.value()) && found++ == wanted) return place;
  }
  return std::nullopt;
}

std::size_t countOf(JsonView blocks, bool (*such)(JsonView)) {
  std::size_t count = 0;
  while (placeOf(blocks, such, count)) ++count;
  return count;
}

// A part's content has one name here.
std::string partOf(std::string name, std::string_view rest) {
  const bool source = rest.starts_with(".image_url") || rest.starts_with(".file");
  return std::move(name) + (source ? ".source" : std::string(rest));
}

// Within the turn whose content is `content`; `result`: the message is that of a tool.
std::string inTurn(const InMessage& what, const std::string& turn, JsonView content,
                   std::optional<std::size_t> result) {
  std::string all = turn + ".content";
  if (result) {
    std::string block = at(all, *result);
    if (what.member == "tool_call_id") return block + ".tool_use_id";
    if (what.member != "content" || !what.place) return block;
    return partOf(at(block + ".content", *what.place), what.rest);
  }
  if (!what.place) return what.member == "role" ? turn + ".role" : all;
  const auto place = placeOf(content, what.member == "tool_calls" ? isCall : isSaid, *what.place);
  if (!place) return all;
  if (what.member == "tool_calls") {
    return at(all, *place) + (what.rest == ".function.arguments" ? ".input" : "");
  }
  return partOf(at(all, *place), what.rest);
}

}  // namespace

std::string anthropicNameOf(std::string_view canonical, std::string_view body) {
  const auto what = inMessage(canonical);
  if (!what) return ownNameOf(kNames, canonical);
  const JsonView request(body);
  std::size_t left = what->message;
  if (saysAnything(request["system"])) {
    if (left == 0) return "system";
    --left;
  }
  JsonElements turns(request["messages"]);
  for (std::size_t place = 0; turns.next(); ++place) {
    const JsonView turn = turns.value(), content = turn["content"];
    const std::string name = at("messages", place);
    if (turn["role"].says("system") && !saysAnything(content)) continue;
    const std::size_t results = turn["role"].says("user") ? countOf(content, isResult) : 0;
    if (left < results) return inTurn(*what, name, content, placeOf(content, isResult, left));
    left -= results;
    const bool alone = results != 0 && countOf(content, isSaid) == 0;
    if (alone) continue;
    if (left == 0) return inTurn(*what, name, content, std::nullopt);
    --left;
  }
  return "messages";
}

}  // namespace sluice::dialects
