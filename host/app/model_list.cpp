#include "app/model_list.hpp"

#include "base/json.hpp"

namespace sluice::app {

namespace {

void appendFacts(json::Writer& w, const config::Model& facts) {
  if (facts.context) w.key("context_length").number(*facts.context);
  if (facts.maxOutput) w.key("max_output_tokens").number(*facts.maxOutput);
  if (facts.input || facts.output) {
    w.key("pricing").beginObject();
    if (facts.input) w.key("input_per_million").raw(facts.input->text());
    if (facts.output) w.key("output_per_million").raw(facts.output->text());
    if (facts.cacheRead) w.key("cache_read_per_million").raw(facts.cacheRead->text());
    if (facts.cacheWrite) w.key("cache_write_per_million").raw(facts.cacheWrite->text());
    w.endObject();
  }
  w.key("capabilities").beginObject();
  if (facts.tools) w.key("tools").boolean(*facts.tools);
  if (facts.vision) w.key("vision").boolean(*facts.vision);
  if (facts.reasoning) w.key("reasoning").boolean(*facts.reasoning);
  w.endObject();
}

void appendModel(json::Writer& w, const calls::ListedModel& model) {
  w.beginObject().key("id").string(model.id).key("object").string("model");
  w.key("created").number(std::uint64_t{0}).key("owned_by").string(model.owner);
  if (model.facts != nullptr) appendFacts(w, *model.facts);
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

}  // namespace

std::string modelList(const calls::Generation& generation) {
  std::string out;
  json::Writer w(out);
  w.beginObject().key("object").string("list").key("data").beginArray();
  for (const calls::ListedModel& model : generation.models()) appendModel(w, model);
  w.endArray().endObject();
  return out;
}

std::string modelEntry(const calls::Generation& generation, std::string_view id) {
  std::string out;
  for (const calls::ListedModel& model : generation.models()) {
    if (model.id != id) continue;
    json::Writer w(out);
    appendModel(w, model);
    return out;
  }
  // Any model of a provider that is on can be asked for, listed or not.
  calls::Problem problem;
  const calls::Resolution resolution = generation.resolve(id, problem);
  if (resolution.targets().empty()) return out;
  const calls::Target& target = resolution.targets().front();
  json::Writer w(out);
  appendModel(w, {std::string(id), target.provider->config->name, target.facts, nullptr});
  return out;
}

}  // namespace sluice::app
