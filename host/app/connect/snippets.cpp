#include "app/connect/snippets.hpp"

#include <nlohmann/json.hpp>

#include "app/words.hpp"

namespace sluice::app {

std::vector<Document> editorSettings(const Offer& offer) {
  std::string text =
      "API Provider:    OpenAI Compatible\n"
      "Base URL:        @V1@\n"
      "API Key:         @KEY@\n"
      "Model:           @MODEL@\n";
  const calls::ModelFacts& facts = offer.chosen.facts;
  const auto line = [&text](const char* name, const std::string& value) {
    text += std::string(name) + value + "\n";
  };
  if (facts.context) line("Context Window:  ", std::to_string(*facts.context));
  if (facts.maxOutput) line("Max Output:      ", std::to_string(*facts.maxOutput));
  if (facts.vision) line("Image Support:   ", *facts.vision ? "yes" : "no");
  text +=
      "\n"
      "or, with the sizes and prices of every model:\n"
      "\n"
      "API Provider:    LiteLLM\n"
      "Base URL:        @URL@\n"
      "API Key:         @KEY@\n"
      "Model:           @MODEL@\n";
  return {{.form = Form::words, .text = filled(Form::words, text, offer)}};
}

std::vector<Document> curlCall(const Offer& offer) {
  const nlohmann::ordered_json body = {
      {"model", offer.chosen.id},
      {"messages", {{{"role", "user"}, {"content", "Say hello"}}}},
  };
  std::string text = "curl \"" + offer.v1() + "/chat/completions\" \\\n";
  if (offer.needsKey) text += "  -H \"Authorization: Bearer $" + offer.keyVariable + "\" \\\n";
  text += "  -H 'Content-Type: application/json' \\\n  -d " + shellWord(body.dump()) + "\n";
  return {{.form = Form::shell, .text = std::move(text)}};
}

}  // namespace sluice::app
