// OpenCode: it offers no model that its file does not name, so all of them stand there.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "app/connect/agent_files.hpp"

namespace sluice::app {

namespace {

using Value = nlohmann::ordered_json;

// It wants to know both limits or none. This much, every model can say.
constexpr std::uint64_t kOutputIfUnknown = 8192;

Value number(const Decimal& price) { return Value::parse(price.text()); }

Value modelEntry(const OfferedModel& model) {
  const calls::ModelFacts& facts = model.facts;
  Value entry = {{"name", model.id}};
  if (facts.context) {
    const std::uint64_t usual = std::min(*facts.context, kOutputIfUnknown);
    entry["limit"] = {{"context", *facts.context}, {"output", facts.maxOutput.value_or(usual)}};
  }
  if (facts.input && facts.output) {
    Value& cost =
        entry["cost"] = {{"input", number(*facts.input)}, {"output", number(*facts.output)}};
    if (facts.cacheRead) cost["cache_read"] = number(*facts.cacheRead);
    if (facts.cacheWrite) cost["cache_write"] = number(*facts.cacheWrite);
  }
  if (facts.tools) entry["tool_call"] = *facts.tools;
  if (facts.reasoning) entry["reasoning"] = *facts.reasoning;
  if (facts.vision) entry["attachment"] = *facts.vision;
  if (facts.vision == true) {
    entry["modalities"] = {{"input", {"text", "image"}}, {"output", Value::array({"text"})}};
  }
  return entry;
}

}  // namespace

std::vector<Document> opencodeFiles(const Offer& offer) {
  Value provider = {{"npm", "@ai-sdk/openai-compatible"}, {"name", "Sluice"}};
  provider["options"] = {{"baseURL", offer.v1()}};
  if (offer.needsKey) provider["options"]["apiKey"] = "{env:" + offer.keyVariable + "}";
  Value& models = provider["models"] = Value::object();
  for (const OfferedModel& model : offer.models) models[model.id] = modelEntry(model);
  Value file = {{"$schema", "https://opencode.ai/config.json"}};
  file["model"] = "sluice/" + offer.chosen.id;
  file["provider"]["sluice"] = std::move(provider);
  return {{.place = {"XDG_CONFIG_HOME", "~/.config", "opencode/opencode.json"},
           .form = Form::json,
           .text = file.dump(2) + "\n",
           .owned = {"/provider/sluice"}}};
}

}  // namespace sluice::app
