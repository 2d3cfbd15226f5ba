#include "app/connect/merge.hpp"

namespace sluice::app {

Result<Merged> merge(const Document& document, std::string_view before) {
  if (before.find_first_not_of(" \t\r\n") == before.npos) return Merged{document.text, {}, {}, {}};
  switch (document.form) {
    case Form::json: return mergeJson(document, before);
    case Form::toml: return mergeToml(document, before);
    case Form::yaml: return mergeYaml(document, before);
    default: return Error{"is there already"};
  }
}

}  // namespace sluice::app
