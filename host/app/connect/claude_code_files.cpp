// Claude Code: variables, in a shell or in `env` of its settings.
#include <nlohmann/json.hpp>

#include "app/connect/agent_files.hpp"
#include "app/words.hpp"

namespace sluice::app {

namespace {

// What it asks for at most of a model that it does not know.
constexpr std::uint64_t kSupposedOutput = 32'000;

// Without the key. Its names for models, which subagents and its background work use, all stand for
// the chosen one.
Words variablesOf(const Offer& offer) {
  Words variables = {{"ANTHROPIC_BASE_URL", offer.url}};
  for (const char* const name :
       {"ANTHROPIC_MODEL", "ANTHROPIC_DEFAULT_FABLE_MODEL", "ANTHROPIC_DEFAULT_OPUS_MODEL",
        "ANTHROPIC_DEFAULT_SONNET_MODEL", "ANTHROPIC_DEFAULT_HAIKU_MODEL"})
    variables.emplace_back(name, offer.chosen.id);
  const calls::ModelFacts& facts = offer.chosen.facts;
  // It knows the models of its maker.
  if (facts.context && !offer.chosen.id.starts_with("claude")) {
    variables.emplace_back("CLAUDE_CODE_MAX_CONTEXT_TOKENS", std::to_string(*facts.context));
  }
  if (facts.maxOutput && *facts.maxOutput < kSupposedOutput) {
    variables.emplace_back("CLAUDE_CODE_MAX_OUTPUT_TOKENS", std::to_string(*facts.maxOutput));
  }
  return variables;
}

}  // namespace

std::vector<Document> claudeCodeVariables(const Offer& offer) {
  std::string text;
  for (const auto& [name, value] : variablesOf(offer)) {
    text += "export " + name + "=" + shellWord(value) + "\n";
  }
  text +=
      "export ANTHROPIC_AUTH_TOKEN=" + keyIn(Form::shell, offer) + "\nunset ANTHROPIC_API_KEY\n";
  return {{.form = Form::shell, .text = std::move(text)}};
}

std::vector<Document> claudeCodeFiles(const Offer& offer) {
  nlohmann::ordered_json file;
  std::vector<std::string> owned = {"/apiKeyHelper"};
  for (const auto& [name, value] : variablesOf(offer)) {
    file["env"][name] = value;
    owned.push_back("/env/" + name);
  }
  // So that the key itself does not stand in the file.
  file["apiKeyHelper"] = offer.needsKey ? "printenv " + offer.keyVariable : "echo none";
  return {{.place = {"CLAUDE_CONFIG_DIR", "~/.claude", "settings.json"},
           .form = Form::json,
           .text = file.dump(2) + "\n",
           .owned = std::move(owned),
           .rivals = {"/env/ANTHROPIC_AUTH_TOKEN", "/env/ANTHROPIC_API_KEY"}}};
}

}  // namespace sluice::app
