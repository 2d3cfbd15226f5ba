// Codex: a provider of its own, which must speak the Responses API.
#include "app/connect/agent_files.hpp"

namespace sluice::app {

std::vector<Document> codexFiles(const Offer& offer) {
  std::string text = "model = @MODEL@\nmodel_provider = \"sluice\"\n";
  if (const auto context = offer.chosen.facts.context) {
    text += "model_context_window = " + std::to_string(*context) + "\n";
  }
  // Codex would ask for its own service's search, which only that has.
  text += "web_search = \"disabled\"\n";
  text +=
      "\n[model_providers.sluice]\nname = \"Sluice\"\nbase_url = \"@V1@\"\nwire_api = "
      "\"responses\"\n";
  // With it, Codex does not start while the variable is not set.
  if (offer.needsKey) text += "env_key = \"" + offer.keyVariable + "\"\n";
  return {{.place = {"CODEX_HOME", "~/.codex", "config.toml"},
           .form = Form::toml,
           .text = filled(Form::toml, text, offer)}};
}

}  // namespace sluice::app
