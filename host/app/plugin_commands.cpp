// sluice plugins list and info.
#include <algorithm>
#include <iostream>

#include "app/commands.hpp"
#include "app/configuration.hpp"
#include "app/inspection.hpp"
#include "app/installation.hpp"
#include "app/settings_table.hpp"
#include "app/text_table.hpp"
#include "base/json.hpp"
#include "plugins/registry.hpp"

namespace sluice::app {

namespace {

constexpr std::size_t kShortHash = 12;

// A file of the plugins' directory, or one that the configuration wants to be there.
struct Listed {
  std::string stem, file;
  bool enabled = false;
  Inspection inspection;
};

std::string stemOf(const std::string& file) {
  const std::size_t start = file.rfind('/') == file.npos ? 0 : file.rfind('/') + 1;
  return file.substr(start, file.rfind('.') - start);
}

Listed look(const config::Plugins& wanted, const std::string& directory, const std::string& file) {
  Listed made;
  made.stem = stemOf(file);
  made.file = file;
  made.enabled = enabledIn(wanted, made.stem) != nullptr;
  made.inspection = inspectAsAllowed(wanted, directory, file);
  return made;
}

std::vector<Listed> listedIn(const config::Plugins& wanted, const std::string& directory) {
  std::vector<std::string> files = plugins::filesIn(directory);
  for (const config::PluginFile& file : wanted.enable) {
    const std::string place = directory + '/' + file.stem + ".so";
    if (std::find(files.begin(), files.end(), place) == files.end()) files.push_back(place);
  }
  std::vector<Listed> all;
  all.reserve(files.size());
  for (const std::string& file : files) all.push_back(look(wanted, directory, file));
  return all;
}

std::string stateOf(const Listed& plugin) {
  if (!plugin.inspection.fault.empty()) return "unusable: " + plugin.inspection.fault;
  return plugin.enabled ? "enabled" : "off";
}

std::string abiOf(const plugins::LibraryInfo& info) {
  return std::to_string(info.abiMajor) + '.' + std::to_string(info.abiMinor);
}

void addRows(TextTable& table, const Listed& plugin) {
  const std::string& hash = plugin.inspection.sha256;
  if (!plugin.inspection.info) {
    table.add({plugin.stem, "-", "-", "-", "-", "-", "-",
               hash.empty() ? "-" : hash.substr(0, kShortHash), stateOf(plugin)});
    return;
  }
  const plugins::LibraryInfo& info = *plugin.inspection.info;
  for (const plugins::ComponentInfo& one : info.components) {
    table.add({plugin.stem, one.id, std::string(plugins::toString(one.kind)), info.version,
               info.vendor, info.license, abiOf(info), hash.substr(0, kShortHash),
               stateOf(plugin)});
  }
}

void appendListed(json::Writer& w, const Listed& plugin) {
  w.beginObject().key("stem").string(plugin.stem).key("file").string(plugin.file);
  w.key("enabled").boolean(plugin.enabled);
  const Inspection& seen = plugin.inspection;
  if (!seen.sha256.empty()) w.key("sha256").string(seen.sha256);
  if (seen.info) w.key("library").raw(plugins::toJson(*seen.info));
  if (!seen.fault.empty()) w.key("error").string(seen.fault);
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
  const std::vector<Listed> all = listedIn(wanted, directory);
  if (all.empty()) std::cerr << "no plugins in " << directory << '\n';
  if (options.json) {
    std::string text;
    json::Writer w(text);
    w.beginArray();
    for (const Listed& plugin : all) appendListed(w, plugin);
    w.endArray();
    std::cout << text << '\n';
    return 0;
  }
  TextTable table;
  table.add({"PLUGIN", "ID", "KIND", "VERSION", "VENDOR", "LICENSE", "ABI", "SHA256", "STATE"});
  for (const Listed& plugin : all) addRows(table, plugin);
  std::cout << table.text();
  return 0;
}

int pluginInfo(const Options& options) {
  if (options.json) return plugins::printInfo(options.pluginFile);
  const auto info = plugins::inspectInChild(programFile(), options.pluginFile);
  if (!info) {
    std::cerr << info.error().message << '\n';
    return 1;
  }
  TextTable library;
  library.add({"file", info->file});
  library.add({"sha256", info->sha256});
  library.add({"vendor", info->vendor});
  library.add({"version", info->version});
  library.add({"license", info->license});
  library.add({"ABI", abiOf(*info)});
  std::cout << library.text();
  for (const plugins::ComponentInfo& one : info->components) {
    std::cout << '\n'
              << plugins::toString(one.kind) << ' ' << one.id << ": " << one.description << '\n';
    for (const std::string& dialect : one.dialects) std::cout << "  speaks " << dialect << '\n';
    if (one.settingsSchema.empty()) std::cout << "  settings: any\n";
    else std::cout << settingsTable(one.settingsSchema).text("  ");
  }
  return 0;
}

}  // namespace sluice::app
