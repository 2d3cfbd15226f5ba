#include "app/connect/document.hpp"

#include <nlohmann/json.hpp>

#include "app/words.hpp"

namespace sluice::app {

std::string quotedIn(Form form, const std::string& text) {
  if (form == Form::words) return text;
  if (form == Form::shell) return shellWord(text);
  return nlohmann::json(text).dump();  // a string in all the other forms, too
}

std::string keyIn(Form form, const Offer& offer) {
  const std::string& name = offer.keyVariable;
  if (!offer.needsKey) return form == Form::words ? "anything" : quotedIn(form, "none");
  switch (form) {
    case Form::shell: return "\"$" + name + "\"";
    case Form::python: return "os.environ[\"" + name + "\"]";
    case Form::javascript: return "process.env." + name;
    case Form::words: return "the value of " + name;
    case Form::json:
    case Form::toml:
    case Form::yaml: return quotedIn(form, "${" + name + "}");
  }
  return {};
}

std::string filled(Form form, std::string_view text, const Offer& offer) {
  return replaced(text, {{"@URL@", offer.url},
                         {"@V1@", offer.v1()},
                         {"@MODEL@", quotedIn(form, offer.chosen.id)},
                         {"@KEY@", keyIn(form, offer)},
                         {"@OS@", offer.needsKey ? "import os\n\n" : ""}});
}

}  // namespace sluice::app
