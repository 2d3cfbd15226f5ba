#include "given.hpp"

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <sluice/transcripts.hpp>
#include <stdexcept>
#include <utility>

#include "bench.hpp"
#include "command.hpp"
#include "note.hpp"
#include "runner.hpp"

namespace sluice::check {

namespace {

// Asked in a process of its own: it may crash there.
std::optional<std::vector<std::string>> componentsOf(const Options& options) {
  const Child child =
      runChild({"sluice-plugin-check", options.file, "--tell-components"}, options.timeout);
  const auto told = nlohmann::json::parse(child.result, nullptr, false);
  if (!told.is_array()) return std::nullopt;
  return told.get<std::vector<std::string>>();
}

std::string joined(const std::vector<std::string>& ids, const char* between) {
  std::string out;
  for (const std::string& id : ids) out += (out.empty() ? "" : between) + id;
  return out;
}

// As configurations name components: by the whole id or by its last part.
std::string wholeId(const std::string& given, const std::vector<std::string>& ids) {
  std::vector<std::string> found;
  for (const std::string& id : ids) {
    if (id == given) return id;
    if (id.substr(id.rfind('.') + 1) == given) found.push_back(id);
  }
  if (found.size() == 1) return found.front();
  if (found.empty())
    throw Usage{"--settings: the plugin has no component '" + given + "'; it has " +
                joined(ids, ", ")};
  throw Usage{"--settings: '" + given + "' would mean " + joined(found, " and ")};
}

}  // namespace

void readSettings(const std::string& given, Options& into) {
  const std::size_t equals = given.find('=');
  if (equals != given.npos && !std::filesystem::exists(given)) {
    const std::string json = given.substr(equals + 1);
    if (!nlohmann::json::accept(json)) throw Usage{"--settings: this is no JSON: " + json};
    into.settings[given.substr(0, equals)] = json;
    return;
  }
  std::ifstream in(given);
  const auto all = nlohmann::json::parse(in, nullptr, false);
  if (!in || !all.is_object())
    throw Usage{"--settings " + given +
                ": neither COMPONENT={...} nor a file that holds {\"COMPONENT\": {...}}"};
  for (const auto& [component, settings] : all.items()) into.settings[component] = settings.dump();
}

void nameComponents(Options& options) {
  if (options.settings.empty()) return;
  const auto ids = componentsOf(options);
  if (!ids || ids->empty()) return;
  std::map<std::string, std::string> named;
  for (const auto& [given, settings] : options.settings) named[wholeId(given, *ids)] = settings;
  options.settings = std::move(named);
}

void requireTranscripts(const Options& options) {
  if (options.transcripts.empty()) return;
  try {
    testing::loadTranscripts(options.transcripts);
  } catch (const std::runtime_error& fault) {
    throw Usage{fault.what()};
  }
}

void tellComponents(const Options& options) {
  nlohmann::json ids = nlohmann::json::array();
  try {
    const Library library(options.file);
    for (const sluice_component* component : library.components()) ids.push_back(component->id);
  } catch (const Failure&) {
    return;
  } catch (const Skip&) {
    return;
  }
  note::result(ids.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

}  // namespace sluice::check
