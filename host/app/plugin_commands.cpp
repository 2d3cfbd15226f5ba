// sluice plugins list and info.
#include <algorithm>
#include <iostream>
#include <optional>

#include "app/commands.hpp"
#include "app/configuration.hpp"
#include "app/installation.hpp"
#include "app/settings_table.hpp"
#include "app/text_table.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "plugins/registry.hpp"
#include "plugins/safe_path.hpp"
#include "plugins/trust.hpp"

namespace sluice::app {

namespace {

constexpr std::size_t kShortHash = 12;

// A file of the plugins' directory, or one that the configuration wants to be there.
struct Listed {
  std::string stem, file;
  bool enabled = false;
  std::optional<plugins::LibraryInfo> info;
  std::string unusable;  // why; empty: it can be used
};

const config::PluginFile* enabledIn(const config::Plugins& wanted, const std::string& stem) {
  for (const config::PluginFile& file : wanted.enable) {
    if (file.stem == stem) return &file;
  }
  return nullptr;
}

std::string stemOf(const std::string& file) {
  const std::size_t start = file.rfind('/') == file.npos ? 0 : file.rfind('/') + 1;
  return file.substr(start, file.rfind('.') - start);
}

// The reason alone: the file stands beside it.
std::string without(const std::string& file, const std::string& message) {
  return message.starts_with(file + ": ") ? message.substr(file.size() + 2) : message;
}

// Why this configuration would not open a file that is sound in itself; empty: it would.
std::string refusalOf(const config::Plugins& wanted, const config::PluginFile& file,
                      const plugins::LibraryInfo& info) {
  if (!file.sha256.empty() && !text::equalsIgnoringCase(file.sha256, info.sha256)) {
    return "the configuration wants another SHA-256";
  }
  const auto vouch = plugins::vouchFor(wanted.trust, info.file, info.sha256, !file.sha256.empty());
  if (!vouch) return vouch.error().message;
  const auto fault = plugins::faultOfOpened(wanted.trust, *vouch, info);
  return fault ? fault->message : std::string();
}

Listed look(const config::Plugins& wanted, const std::string& file) {
  Listed made;
  made.stem = stemOf(file);
  made.file = file;
  const config::PluginFile* const enabled = enabledIn(wanted, made.stem);
  made.enabled = enabled != nullptr;
  // Not opened where others may have put something else in its place.
  if (const auto fault = plugins::faultOfPath(file)) {
    made.unusable = fault->message;
    return made;
  }
  auto info = plugins::inspectInChild(programFile(), file);
  if (!info) {
    made.unusable = without(file, info.error().message);
    return made;
  }
  if (enabled != nullptr) made.unusable = refusalOf(wanted, *enabled, *info);
  made.info = *std::move(info);
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
  for (const std::string& file : files) all.push_back(look(wanted, file));
  return all;
}

std::string stateOf(const Listed& plugin) {
  if (!plugin.unusable.empty()) return "unusable: " + plugin.unusable;
  return plugin.enabled ? "enabled" : "off";
}

std::string abiOf(const plugins::LibraryInfo& info) {
  return std::to_string(info.abiMajor) + '.' + std::to_string(info.abiMinor);
}

void addRows(TextTable& table, const Listed& plugin) {
  if (!plugin.info) {
    table.add({plugin.stem, "-", "-", "-", "-", "-", "-", "-", stateOf(plugin)});
    return;
  }
  const plugins::LibraryInfo& info = *plugin.info;
  for (const plugins::ComponentInfo& one : info.components) {
    table.add({plugin.stem, one.id, std::string(plugins::toString(one.kind)), info.version,
               info.vendor, info.license, abiOf(info), info.sha256.substr(0, kShortHash),
               stateOf(plugin)});
  }
}

void appendListed(json::Writer& w, const Listed& plugin) {
  w.beginObject().key("stem").string(plugin.stem).key("file").string(plugin.file);
  w.key("enabled").boolean(plugin.enabled);
  if (plugin.info) w.key("library").raw(plugins::toJson(*plugin.info));
  if (!plugin.unusable.empty()) w.key("error").string(plugin.unusable);
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
