// The verbs that look without serving: check, models, version.
#include <iostream>

#include "app/commands.hpp"
#include "app/configuration.hpp"
#include "app/installation.hpp"
#include "app/model_list.hpp"
#include "app/text_table.hpp"
#include "app/version.hpp"
#include "app/words.hpp"
#include "base/json.hpp"
#include "http/server.hpp"
#include "http/settings.hpp"
#include "plugins/registry.hpp"

namespace sluice::app {

namespace {

void printLines(const std::vector<std::string>& lines, const char* before) {
  for (const std::string& line : lines) std::cerr << before << line << '\n';
}

}  // namespace

int check(const Options& options) {
  health::Lanes lanes;
  Built built = buildToLookAt(options, lanes);
  printLines(built.notices, "");
  printLines(built.faults, "");
  printLines(built.problems, "error: ");
  std::size_t wrong = built.faults.size() + built.problems.size();
  if (built.generation) {
    const config::Config& config = built.generation->config();
    if (auto settings = http::makeSettings(config.server, config.auth); !settings) {
      std::cerr << "error: " << settings.error().message << '\n';
      ++wrong;
    }
    if (auto addresses = http::listenAddresses(config.server); !addresses) {
      std::cerr << "error: " << addresses.error().message << '\n';
      ++wrong;
    }
  }
  if (wrong != 0) {
    std::cerr << counted(wrong, "fault") << '\n';
    return 1;
  }
  const calls::Generation& generation = *built.generation;
  std::size_t on = 0;
  for (const auto& provider : generation.providers()) on += provider->instance ? 1 : 0;
  std::cout << "ok: " << generation.config().source << ": "
            << counted(generation.registry().libraries().size(), "plugin") << ", " << on << " of "
            << counted(generation.providers().size(), "provider") << " on, "
            << counted(generation.virtualModels().size(), "virtual model") << '\n';
  for (const auto& provider : generation.providers()) {
    if (!provider->instance) {
      std::cout << "off: " << provider->config->name << ": " << provider->offBecause << '\n';
    }
  }
  return 0;
}

int listModels(const Options& options) {
  health::Lanes lanes;
  const Built built = buildToLookAt(options, lanes);
  printLines(built.faults, "");
  printLines(built.problems, "error: ");
  if (!built.generation) return 1;
  if (options.json) {
    std::cout << modelList(*built.generation) << '\n';
    return 0;
  }
  TextTable table;
  for (const calls::ListedModel& model : built.generation->models()) {
    std::string about;
    if (model.virtualModel != nullptr) {
      for (const calls::Target& target : model.virtualModel->targets) {
        about += about.empty() ? "-> " : ", ";
        about += target.provider->config->name + "/" + target.model;
      }
    } else if (model.facts != nullptr && model.facts->context) {
      about = std::to_string(*model.facts->context) + " tokens";
    }
    table.add({model.id, about});
  }
  std::cout << table.text();
  return 0;
}

int version(const Options& options) {
  if (options.json) std::cout << "{\"version\":\"" << kVersion << "\"}\n";
  else std::cout << "sluice " << kVersion << '\n';
  return 0;
}

}  // namespace sluice::app
