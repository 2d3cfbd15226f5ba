// Codex: a provider of its own, which must speak the Responses API.
#include "app/connect/agent_files.hpp"

namespace sluice::app {

std::vector<Document> codexFiles(const Offer& offer) {
  std::string text = "model = @MODEL@\nmodel_provider = \"sluice\"\n";
  // Codex would ask for its own service's search, which only that has.
  text += "web_search = \"disabled\"\n";
  text +=
      "\n[model_providers.sluice]\nname = \"Sluice\"\nbase_url = \"@V1@\"\nwire_api = "
      "\"responses\"\n";
  // Codex asks a provider for its models, with their sizes, only where a command tells the key;
  // with env_key it takes every model for one that it does not know. A gateway without keys takes
  // any.
  const std::string told = offer.needsKey ? "\"printenv\", args = [\"" + offer.keyVariable + "\"]"
                                          : "\"echo\", args = [\"none\"]";
  text += "auth = { command = " + told + " }\n";
  return {{.place = {"CODEX_HOME", "~/.codex", "config.toml"},
           .form = Form::toml,
           .text = filled(Form::toml, text, offer)}};
}

}  // namespace sluice::app
