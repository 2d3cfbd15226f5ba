#include "dialects/openai_completions.hpp"

#include <algorithm>
#include <array>

#include "base/json.hpp"
#include "dialects/json_view.hpp"
#include "dialects/openai_chat_answer.hpp"
#include "dialects/openai_completions_rendering.hpp"
#include "dialects/openai_request.hpp"

namespace sluice::dialects {

namespace {

using calls::Problem;
namespace dom = simdjson::dom;

// A prompt that is null is the upstream's own beginning.
bool checkMember(std::string_view name, dom::element value, OpenAiReading& reading,
                 OpenAiTexts& prompts, Problem& problem) {
  if (name != "prompt") return readOpenAiMember(name, value, reading, problem);
  if (isNull(value) || readOpenAiTexts(value, prompts)) return true;
  problem = invalidRequest("'prompt' must be " + std::string(kTexts), "prompt");
  return false;
}

plugins::Fault promptFault(std::string_view why) {
  plugins::Fault fault;
  fault.code = plugins::Code::invalidArgument;
  fault.message = "'prompt' must be " + std::string(why) + " at the provider of this model";
  fault.symbol = "unsupported_parameter";
  fault.param = "prompt";
  return fault;
}

// The one text of a prompt, as JSON; missing if it is none.
JsonView textOf(JsonView prompt) {
  if (!prompt.isArray()) return prompt.isString() ? prompt : JsonView();
  JsonElements each(prompt);
  each.next();
  const JsonView first = each.value();
  return first.isString() && !each.next() ? first : JsonView();
}

// What a chat has no place for: told, if it asks for anything.
bool hasNoPlace(std::string_view name, JsonView value, std::vector<plugins::Dropped>& dropped) {
  constexpr std::array<std::string_view, 7> meaning = {
      "suffix", "echo", "logprobs", "messages", "tools", "functions", "prompt_logprobs"};
  const bool known = std::ranges::find(meaning, name) != meaning.end();
  if (!known && name != "best_of") return false;
  const bool nothing =
      value.boolean() == false || value.says("") || (name == "best_of" && value.whole() == 1);
  if (!nothing) dropped.push_back({std::string(name), known});
  return true;
}

class OpenAiCompletionsInquiry final : public OpenAiInquiry {
 public:
  OpenAiCompletionsInquiry(const std::string& body, OpenAiReading reading, std::size_t prompts)
      : OpenAiInquiry(body, std::move(reading)), prompts_(prompts) {}

  std::string_view dialect() const noexcept override { return "openai.completions"; }

  std::optional<plugins::Fault> appendCanonical(
      std::string& out, std::string_view model, bool askForUsage,
      std::vector<plugins::Dropped>& dropped) const override {
    const JsonView root{body()};
    const JsonView prompt = textOf(root["prompt"]);
    if (prompts_ > 1) return promptFault("one text");
    if (!prompt.exists()) return promptFault("a text");
    const bool asks = askForUsage && stream();
    json::Writer w(out);
    w.beginObject().key("model").string(model).key("messages").beginArray();
    w.beginObject().key("role").string("user").key("content").raw(prompt.raw());
    w.endObject().endArray();
    JsonMembers members(root);
    while (members.next()) {
      const std::string_view name = members.name();
      if (name == "model" || name == "prompt" || !members.value().given()) continue;
      if (asks && name == "stream_options") continue;
      if (!hasNoPlace(name, members.value(), dropped)) w.key(name).raw(members.value().raw());
    }
    if (asks) {
      w.key("stream_options").beginObject().key("include_usage").boolean(true).endObject();
    }
    w.endObject();
    return std::nullopt;
  }

  std::unique_ptr<calls::Passage> passage() const override {
    return std::make_unique<OpenAiChatPassage>(reading().choices * prompts_, reading().usageWanted);
  }
  std::unique_ptr<calls::Rendering> rendering(std::string_view model,
                                              std::string_view id) const override {
    return std::make_unique<OpenAiCompletionsRendering>(model, id, reading());
  }

 private:
  const std::size_t prompts_;
};

}  // namespace

std::unique_ptr<calls::Inquiry> parseOpenAiCompletions(std::string& body, Problem& problem) {
  dom::object object;
  OpenAiReading reading;
  OpenAiTexts prompts;
  if (!parseRequest(body, {"model", "prompt"}, object, problem)) return nullptr;
  for (const dom::key_value_pair member : object) {
    if (!checkMember(member.key, member.value, reading, prompts, problem)) return nullptr;
  }
  if (!locateOpenAi(body, reading, problem)) return nullptr;
  return std::make_unique<OpenAiCompletionsInquiry>(body, std::move(reading), prompts.count);
}

}  // namespace sluice::dialects
