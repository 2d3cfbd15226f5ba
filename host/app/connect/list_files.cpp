// LibreChat and Continue: YAML with a list of models.
#include "app/connect/agent_files.hpp"

namespace sluice::app {

namespace {

std::string joinedNames(const std::vector<OfferedModel>& models) {
  std::string all;
  for (const OfferedModel& model : models) {
    all += (all.empty() ? "" : ", ") + quotedIn(Form::yaml, model.id);
  }
  return all;
}

std::string continueModel(const OfferedModel& model, const Offer& offer) {
  const std::string name = quotedIn(Form::yaml, model.id);
  const std::string key = offer.needsKey ? "${{ secrets." + offer.keyVariable + " }}" : "none";
  std::string text = "  - name: " + name + "\n    provider: openai\n    model: " + name +
                     "\n    apiBase: \"" + offer.v1() +
                     "\"\n    apiKey: " + quotedIn(Form::yaml, key) +
                     "\n    roles: [chat, edit, apply]\n";
  const calls::ModelFacts& facts = model.facts;
  std::string able;
  if (facts.tools == true) able = "tool_use";
  if (facts.vision == true) able += able.empty() ? "image_input" : ", image_input";
  if (!able.empty()) text += "    capabilities: [" + able + "]\n";
  if (facts.context || facts.maxOutput) text += "    defaultCompletionOptions:\n";
  if (facts.context) text += "      contextLength: " + std::to_string(*facts.context) + "\n";
  if (facts.maxOutput) text += "      maxTokens: " + std::to_string(*facts.maxOutput) + "\n";
  return text;
}

}  // namespace

std::vector<Document> libreChatFiles(const Offer& offer) {
  const std::string text =
      "version: 1.3.17\n"
      "endpoints:\n"
      "  custom:\n"
      "    - name: Sluice\n"
      "      baseURL: \"@V1@\"\n"
      "      apiKey: @KEY@\n"
      "      models:\n"
      "        default: [" +
      joinedNames(offer.models) +
      "]\n"
      "        fetch: true\n"
      "      titleConvo: true\n"
      "      titleModel: @MODEL@\n"
      "      modelDisplayLabel: Sluice\n";
  return {{.place = {"", ".", "librechat.yaml"},
           .form = Form::yaml,
           .text = filled(Form::yaml, text, offer)}};
}

std::vector<Document> continueFiles(const Offer& offer) {
  std::string text =
      "name: Sluice\nversion: 1.0.0\nschema: v1\nmodels:\n" + continueModel(offer.chosen, offer);
  for (const OfferedModel& model : offer.models) {
    if (model.id != offer.chosen.id) text += continueModel(model, offer);
  }
  return {
      {.place = {"", "~/.continue", "config.yaml"}, .form = Form::yaml, .text = std::move(text)}};
}

}  // namespace sluice::app
