// The verbs that look without serving: check, models, plugins, version.
#include <iomanip>
#include <iostream>

#include "app/commands.hpp"
#include "app/configuration.hpp"
#include "app/installation.hpp"
#include "app/model_list.hpp"
#include "app/version.hpp"
#include "base/json.hpp"
#include "http/server.hpp"
#include "http/settings.hpp"
#include "plugins/registry.hpp"

namespace sluice::app {

namespace {

void printLines(const std::vector<std::string>& lines, const char* before) {
  for (const std::string& line : lines) std::cerr << before << line << '\n';
}

// What a plugin file is to this configuration.
std::string stateOf(const config::Plugins& wanted, const std::string& stem) {
  for (const config::PluginFile& file : wanted.enable) {
    if (file.stem == stem) return "enabled";
  }
  return "off";
}

std::string componentsOf(const plugins::LibraryInfo& info) {
  std::string names;
  for (const plugins::ComponentInfo& one : info.components) {
    if (!names.empty()) names += ", ";
    names += one.id + " (" + std::string(plugins::toString(one.kind)) + ")";
  }
  return names;
}

std::string stemOf(const std::string& file) {
  const std::size_t start = file.rfind('/') == file.npos ? 0 : file.rfind('/') + 1;
  return file.substr(start, file.rfind('.') - start);
}

void printPlugin(const config::Plugins& wanted, const std::string& file,
                 const Result<plugins::LibraryInfo>& info) {
  const std::string stem = stemOf(file);
  std::cout << std::left << std::setw(16) << stem << std::setw(9) << stateOf(wanted, stem);
  if (!info) {
    std::cout << "unusable: " << info.error().message << '\n';
    return;
  }
  std::cout << std::setw(10) << info->version << "ABI " << info->abiMajor << '.' << std::setw(5)
            << info->abiMinor << componentsOf(*info) << '\n';
}

void printPluginJson(json::Writer& w, const config::Plugins& wanted, const std::string& file,
                     const Result<plugins::LibraryInfo>& info) {
  const std::string stem = stemOf(file);
  w.beginObject().key("stem").string(stem).key("file").string(file);
  w.key("enabled").boolean(stateOf(wanted, stem) == "enabled");
  if (info) w.key("library").raw(plugins::toJson(*info));
  else w.key("error").string(info.error().message);
  w.endObject();
}

}  // namespace

int check(const Options& options) {
  health::Lanes lanes;
  Built built = buildGeneration(options, lanes, 1);
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
    std::cerr << wrong << (wrong == 1 ? " fault\n" : " faults\n");
    return 1;
  }
  const calls::Generation& generation = *built.generation;
  std::size_t on = 0;
  for (const auto& provider : generation.providers()) on += provider->instance ? 1 : 0;
  std::cout << "ok: " << generation.config().source << ": "
            << generation.registry().libraries().size() << " plugins, " << on << " of "
            << generation.providers().size() << " providers on, "
            << generation.virtualModels().size() << " virtual models\n";
  for (const auto& provider : generation.providers()) {
    if (!provider->instance) {
      std::cout << "off: " << provider->config->name << ": " << provider->offBecause << '\n';
    }
  }
  return 0;
}

int listModels(const Options& options) {
  health::Lanes lanes;
  const Built built = buildGeneration(options, lanes, 1);
  printLines(built.faults, "");
  printLines(built.problems, "error: ");
  if (!built.generation) return 1;
  if (options.json) {
    std::cout << modelList(*built.generation) << '\n';
    return 0;
  }
  for (const calls::ListedModel& model : built.generation->models()) {
    std::cout << std::left << std::setw(48) << model.id;
    if (model.virtualModel != nullptr) {
      const char* before = "-> ";
      for (const calls::Target& target : model.virtualModel->targets) {
        std::cout << before << target.provider->config->name << '/' << target.model;
        before = ", ";
      }
    } else if (model.facts != nullptr && model.facts->context) {
      std::cout << *model.facts->context << " tokens";
    }
    std::cout << '\n';
  }
  return 0;
}

int listPlugins(const Options& options) {
  const config::Loaded loaded = loadConfiguration(options);
  if (!loaded.config) {
    std::cerr << config::render(loaded.faults) << '\n';
    return 1;
  }
  const config::Plugins& wanted = loaded.config->plugins;
  const std::string directory = pluginDirectory(wanted.directory);
  const std::vector<std::string> files = plugins::filesIn(directory);
  if (files.empty()) std::cerr << "no plugins in " << directory << '\n';
  std::string text;
  json::Writer w(text);
  w.beginArray();
  for (const std::string& file : files) {
    const auto info = plugins::inspectInChild(programFile(), file);
    if (options.json) printPluginJson(w, wanted, file, info);
    else printPlugin(wanted, file, info);
  }
  w.endArray();
  if (options.json) std::cout << text << '\n';
  return 0;
}

int pluginInfo(const Options& options) {
  if (options.json) return plugins::printInfo(options.pluginFile);
  const auto info = plugins::inspectInChild(programFile(), options.pluginFile);
  if (!info) {
    std::cerr << options.pluginFile << ": " << info.error().message << '\n';
    return 1;
  }
  std::cout << "file     " << info->file << "\nsha256   " << info->sha256 << "\nvendor   "
            << info->vendor << "\nversion  " << info->version << "\nlicense  " << info->license
            << "\nABI      " << info->abiMajor << '.' << info->abiMinor << '\n';
  for (const plugins::ComponentInfo& one : info->components) {
    std::cout << plugins::toString(one.kind) << "  " << one.id << ": " << one.description << '\n';
    for (const std::string& dialect : one.dialects) std::cout << "  speaks " << dialect << '\n';
    if (!one.settingsSchema.empty()) std::cout << "  settings " << one.settingsSchema << '\n';
  }
  return 0;
}

int version(const Options& options) {
  if (options.json) std::cout << "{\"version\":\"" << kVersion << "\"}\n";
  else std::cout << "sluice " << kVersion << '\n';
  return 0;
}

}  // namespace sluice::app
