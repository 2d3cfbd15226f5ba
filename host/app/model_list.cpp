#include "app/model_list.hpp"

#include "app/codex_card.hpp"
#include "base/json.hpp"
#include "calls/model_facts.hpp"

namespace sluice::app {

namespace {

using calls::ListedModel;
using calls::ModelFacts;
using json::Writer;

constexpr int kToOneToken = -6;  // powers of ten from the price of a million

void appendPrice(Writer& w, const char* name, const std::optional<Decimal>& ofMillion) {
  if (ofMillion) w.key(name).string(ofMillion->timesTenTo(kToOneToken).text());
}

void appendPricing(Writer& w, const ModelFacts& facts) {
  if (!facts.input && !facts.output && !facts.cacheRead && !facts.cacheWrite) return;
  w.key("pricing").beginObject();
  appendPrice(w, "prompt", facts.input);
  appendPrice(w, "completion", facts.output);
  appendPrice(w, "input_cache_read", facts.cacheRead);
  appendPrice(w, "input_cache_write", facts.cacheWrite);
  w.endObject();
}

// What the gateway takes for every model, and what the model is known to be able to.
void appendParameters(Writer& w, const ModelFacts& facts) {
  w.key("supported_parameters").beginArray();
  for (const char* name : {"max_tokens", "temperature", "top_p", "stop"}) w.string(name);
  if (facts.tools == true) w.string("tools").string("tool_choice").string("parallel_tool_calls");
  if (facts.reasoning == true) w.string("reasoning").string("reasoning_effort");
  w.endArray();
}

void appendFacts(Writer& w, const ModelFacts& facts) {
  if (facts.context) {
    w.key("context_length").number(*facts.context);
    w.key("max_input_tokens").number(*facts.context);
  }
  if (facts.maxOutput) w.key("max_output_tokens").number(*facts.maxOutput);
  appendParameters(w, facts);
  appendPricing(w, facts);
  w.key("capabilities").beginObject();
  if (facts.tools) w.key("tools").boolean(*facts.tools);
  if (facts.vision) w.key("vision").boolean(*facts.vision);
  if (facts.reasoning) w.key("reasoning").boolean(*facts.reasoning);
  w.endObject();
}

void appendModel(Writer& w, const ListedModel& model) {
  w.beginObject().key("id").string(model.id).key("object").string("model");
  w.key("created").number(std::uint64_t{0}).key("owned_by").string(model.owner);
  w.key("name").string(model.id);
  appendFacts(w, calls::factsOf(model));
  if (model.virtualModel != nullptr) {
    const std::string& description = model.virtualModel->config->description;
    if (!description.empty()) w.key("description").string(description);
    w.key("targets").beginArray();
    for (const calls::Target& target : model.virtualModel->targets) {
      w.string(target.provider->config->name + "/" + target.model);
    }
    w.endArray();
  }
  w.endObject();
}

void appendSize(Writer& w, const char* name, const std::optional<std::uint64_t>& size) {
  w.key(name);
  if (size) w.number(*size);
  else w.null();
}

void appendAbility(Writer& w, const char* name, const std::optional<bool>& ability) {
  w.key(name);
  if (ability) w.boolean(*ability);
  else w.null();
}

void appendCost(Writer& w, const char* name, const std::optional<Decimal>& ofMillion) {
  w.key(name);
  if (ofMillion) w.raw(ofMillion->timesTenTo(kToOneToken).text());
  else w.null();
}

void appendInfo(Writer& w, const ListedModel& model) {
  const ModelFacts facts = calls::factsOf(model);
  std::string asked = model.id;
  if (model.virtualModel != nullptr) {
    const calls::Target& first = model.virtualModel->targets.front();
    asked = first.provider->config->name + "/" + first.model;
  }
  w.beginObject().key("model_name").string(model.id);
  w.key("litellm_params").beginObject().key("model").string(asked).endObject();
  w.key("model_info").beginObject().key("id").string(model.id);
  appendSize(w, "max_tokens", facts.maxOutput);
  appendSize(w, "max_input_tokens", facts.context);
  appendSize(w, "max_output_tokens", facts.maxOutput);
  appendAbility(w, "supports_vision", facts.vision);
  appendAbility(w, "supports_function_calling", facts.tools);
  appendAbility(w, "supports_reasoning", facts.reasoning);
  // A provider that has no price for it has no cache to speak of.
  w.key("supports_prompt_caching").boolean(facts.cacheRead.has_value());
  appendCost(w, "input_cost_per_token", facts.input);
  appendCost(w, "output_cost_per_token", facts.output);
  appendCost(w, "cache_creation_input_token_cost", facts.cacheWrite);
  appendCost(w, "cache_read_input_token_cost", facts.cacheRead);
  w.endObject().endObject();
}

}  // namespace

std::string modelList(const calls::Generation& generation) {
  const std::vector<ListedModel> models = generation.models();
  std::string out;
  Writer w(out);
  w.beginObject().key("object").string("list").key("data").beginArray();
  for (const ListedModel& model : models) appendModel(w, model);
  w.endArray().key("models").beginArray();
  std::uint64_t place = 0;
  for (const ListedModel& model : models) {
    appendCodexCard(w, model, calls::factsOf(model), ++place);
  }
  w.endArray().endObject();
  return out;
}

std::string modelInfo(const calls::Generation& generation) {
  std::string out;
  Writer w(out);
  w.beginObject().key("data").beginArray();
  for (const ListedModel& model : generation.models()) appendInfo(w, model);
  w.endArray().endObject();
  return out;
}

std::optional<ListedModel> listedModel(const calls::Generation& generation, std::string_view id) {
  for (ListedModel& model : generation.models()) {
    if (model.id == id) return std::move(model);
  }
  // Any model of a provider that is on can be asked for, listed or not.
  calls::Problem problem;
  const calls::Resolution resolution = generation.resolve(id, problem);
  if (resolution.targets().empty()) return std::nullopt;
  const calls::Target& target = resolution.targets().front();
  return ListedModel{std::string(id), target.provider->config->name, target.facts, nullptr};
}

std::string modelEntry(const calls::Generation& generation, std::string_view id) {
  std::string out;
  const auto model = listedModel(generation, id);
  if (!model) return out;
  Writer w(out);
  appendModel(w, *model);
  return out;
}

}  // namespace sluice::app
