// Aider: its settings, and what it is to know of models that it has never heard of.
#include <nlohmann/json.hpp>

#include "app/connect/agent_files.hpp"

namespace sluice::app {

namespace {

using Value = nlohmann::ordered_json;

constexpr int kToOneToken = -6;  // powers of ten from the price of a million

Value forOne(const Decimal& million) {
  return Value::parse(million.timesTenTo(kToOneToken).text());
}

Value metadataOf(const calls::ModelFacts& facts) {
  Value entry = Value::object();
  if (facts.context) entry["max_input_tokens"] = *facts.context;
  if (facts.maxOutput) entry["max_output_tokens"] = *facts.maxOutput;
  if (facts.maxOutput) entry["max_tokens"] = *facts.maxOutput;
  if (facts.input) entry["input_cost_per_token"] = forOne(*facts.input);
  if (facts.output) entry["output_cost_per_token"] = forOne(*facts.output);
  if (facts.vision) entry["supports_vision"] = *facts.vision;
  entry["litellm_provider"] = "openai";
  entry["mode"] = "chat";
  return entry;
}

}  // namespace

std::vector<Document> aiderFiles(const Offer& offer) {
  const std::string model = quotedIn(Form::yaml, "openai/" + offer.chosen.id);
  Value metadata;
  std::vector<std::string> owned;
  for (const OfferedModel& offered : offer.models) {
    const std::string name = "openai/" + offered.id;
    metadata[name] = metadataOf(offered.facts);
    owned.push_back((Value::json_pointer() / name).to_string());
  }
  return {{.place = {"", "~", ".aider.conf.yml"},
           .form = Form::yaml,
           .text = "model: " + model + "\nopenai-api-base: \"" + offer.v1() + "\"\n"},
          {.place = {"", "~", ".aider.model.metadata.json"},
           .form = Form::json,
           .text = metadata.dump(2) + "\n",
           .owned = std::move(owned)}};
}

}  // namespace sluice::app
