// sluice plugins list and info.
#include <iomanip>
#include <iostream>

#include "app/commands.hpp"
#include "app/configuration.hpp"
#include "app/installation.hpp"
#include "base/json.hpp"
#include "plugins/registry.hpp"

namespace sluice::app {

namespace {

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

}  // namespace sluice::app
