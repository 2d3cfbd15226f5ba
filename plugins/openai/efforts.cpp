#include "efforts.hpp"

#include <algorithm>
#include <array>

namespace openai {
namespace {

namespace json = sluice::json;

constexpr std::string_view kEffort = "reasoning_effort", kQuoted = "\"reasoning_effort\"";

// Those that do not reason, and those that reason as they like.
bool refusesEffort(std::string_view model) {
  std::string name(model.substr(model.rfind('/') + 1));
  for (char& c : name)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  constexpr std::array<std::string_view, 16> families = {
      "gpt-3",   "gpt-4",      "chatgpt-4o",       "llama",   "meta-llama", "codellama",
      "gemma-2", "gemma-3",    "mixtral",          "qwen2",   "codestral",  "grok-4-",
      "grok-3",  "grok-4.20-", "kimi-k2-instruct", "moonshot"};
  const auto isOf = [&](std::string_view family) { return name.rfind(family, 0) == 0; };
  if (isOf("grok-3-mini")) return false;
  return name == "grok-4" || std::any_of(families.begin(), families.end(), isOf);
}

}  // namespace

std::optional<std::string> withoutEffort(std::string_view model, std::string_view body) {
  json::Document document;
  if (body.find(kQuoted) == std::string_view::npos || !refusesEffort(model) ||
      !document.parse(body) || !document.root()[kEffort].exists())
    return std::nullopt;
  std::string out;
  json::Writer writer(out);
  writer.beginObject();
  const json::Value root = document.root();
  for (auto at = root.begin(); at != root.end(); ++at)
    if (at.key() != kEffort) writer.member(at.key(), *at);
  writer.endObject();
  return out;
}

std::string_view effortMember(const sluice::Request& request) {
  const bool effort = request.body().find(kQuoted) != std::string_view::npos;
  return effort ? kEffort : std::string_view("reasoning_budget");
}

}  // namespace openai
