// sluice plugins enable and disable: `plugins.enable` of the operator's file, changed in place.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

#include "app/commands.hpp"
#include "app/configuration.hpp"
#include "app/inspection.hpp"
#include "app/installation.hpp"
#include "app/new_file.hpp"
#include "base/text.hpp"
#include "config/plugin_edit.hpp"
#include "config/rules.hpp"
#include "plugins/registry.hpp"

namespace sluice::app {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

// A place as messages tell it: "dir/sluice.yaml:14:7".
struct Place {
  std::string file;
  unsigned line = 0;
  unsigned column = 0;
};

Place parsePlace(const std::string& where) {
  const std::size_t second = where.rfind(':');
  const std::size_t first = where.rfind(':', second - 1);
  const auto number = [&](std::size_t begin, std::size_t end) {
    return static_cast<unsigned>(
        text::parseUnsigned(std::string_view(where).substr(begin, end - begin)).value_or(0));
  };
  return {where.substr(0, first), number(first + 1, second), number(second + 1, where.size())};
}

std::vector<std::string> stemsOf(const config::Config& config) {
  std::vector<std::string> stems;
  stems.reserve(config.plugins.enable.size());
  for (const config::PluginFile& file : config.plugins.enable) stems.push_back(file.stem);
  return stems;
}

bool means(const std::string& written, const std::string& id) {
  return written == id || written == plugins::shortId(id);
}

class Change {
 public:
  Change(const Options& options, std::string name) : options_(options), name_(std::move(name)) {}

  int enable() {
    if (!load()) return 1;
    if (const config::PluginFile* file = enabled()) return nothingToDo("enabled already", file);
    auto stem = name_;
    if (const auto complaint = config::rules::pluginStem(stem)) {
      return failed("a plugin's name " + *complaint);
    }
    const Inspection seen = inspect(stem);
    const std::string said = pluginFile(stem) + ": " + seen.fault;
    if (!seen.info && !seen.refused) return failed(said + suggestion());
    if (seen.refused) std::cerr << "warning: it will not be opened: " << said << '\n';
    if (!seen.info) std::cerr << "warning: what it offers was not looked at\n";
    else if (clashes(*seen.info)) return 1;
    auto expected = stemsOf(config_);
    expected.push_back(stem);
    const std::string file = fileForAdding();
    const auto before = textOf(file);
    if (!before) return failed(before.error().message);
    return write(file, config::withPlugin(*before, stem), expected, "enabled");
  }

  int disable() {
    if (!load()) return 1;
    const config::PluginFile* plugin = enabled();
    if (plugin == nullptr) return nothingToDo("not enabled", nullptr);
    if (isNeeded(*plugin)) return 1;
    auto expected = stemsOf(config_);
    std::erase(expected, plugin->stem);
    const Place place = parsePlace(plugin->where);
    const auto before = textOf(place.file);
    if (!before) return failed(before.error().message);
    return write(place.file, config::withoutPlugin(*before, place.line, place.column), expected,
                 "disabled");
  }

 private:
  static int failed(const std::string& message) {
    std::cerr << "error: " << message << '\n';
    return 1;
  }

  bool load() {
    main_ = configurationFile(options_);
    if (main_.empty()) {
      failed(
          "there is no configuration file to change: the built-in defaults hold. Put a copy of "
          "them, config/sluice.yaml of the sources, into ./sluice.yaml or /etc/sluice/sluice.yaml, "
          "or name another file with --config");
      return false;
    }
    config::Loaded loaded = config::loadFile(main_, howToLoad(options_));
    if (loaded.config) {
      config_ = *std::move(loaded.config);
      return true;
    }
    std::cerr << config::render(loaded.faults) << '\n';
    failed("the configuration has faults; nothing was changed");
    return false;
  }

  const config::PluginFile* enabled() const { return enabledIn(config_.plugins, name_); }

  int nothingToDo(const char* state, const config::PluginFile* file) const {
    std::cout << name_ << " is " << state;
    if (file != nullptr) std::cout << " (" << file->where << ')';
    std::cout << '\n';
    if (file == nullptr) {
      const auto stems = stemsOf(config_);
      const auto near = text::nearest(name_, {stems.begin(), stems.end()});
      if (!near.empty()) std::cerr << "did you mean '" << near << "'?\n";
    }
    return 0;
  }

  std::string directory() const { return pluginDirectory(config_.plugins.directory); }
  std::string pluginFile(const std::string& stem) const {
    return (fs::path(directory()) / (stem + ".so")).string();
  }

  Inspection inspect(const std::string& stem) const {
    return inspectAsAllowed(config_.plugins, directory(), pluginFile(stem));
  }

  std::string suggestion() const {
    std::vector<std::string> stems;
    for (const std::string& file : plugins::filesIn(directory())) {
      stems.push_back(fs::path(file).stem().string());
    }
    if (std::ranges::find(stems, name_) != stems.end()) return {};
    const auto near = text::nearest(name_, {stems.begin(), stems.end()});
    return near.empty() ? std::string() : "; did you mean '" + std::string(near) + "'?";
  }

  // What the plugin offers must not be offered by another, nor make a short id mean two things.
  bool clashes(const plugins::LibraryInfo& added) const {
    bool found = false;
    for (const config::PluginFile& other : config_.plugins.enable) {
      const auto info = inspect(other.stem).info;
      if (!info) continue;
      for (const plugins::ComponentInfo& mine : added.components) {
        for (const plugins::ComponentInfo& theirs : info->components) {
          found = clash(mine, theirs, other.stem) || found;
        }
      }
    }
    return found;
  }

  bool clash(const plugins::ComponentInfo& mine, const plugins::ComponentInfo& theirs,
             const std::string& other) const {
    if (mine.id == theirs.id) {
      failed(name_ + " offers " + mine.id + ", which " + other + " offers already");
      return true;
    }
    const std::string_view alias = plugins::shortId(mine.id);
    if (mine.kind != theirs.kind || alias != plugins::shortId(theirs.id)) return false;
    bool found = false;
    for (const std::string& user :
         users(mine.kind, [&](const std::string& written) { return written == alias; })) {
      failed(user + " says " + std::string(alias) + ", which would mean " + theirs.id + " and " +
             mine.id + "; write the full id there first");
      found = true;
    }
    return found;
  }

  // Who names a component that `named` holds for: "provider groq (sluice.yaml:9:3)".
  template <class F>
  std::vector<std::string> users(plugins::Kind kind, F named) const {
    std::vector<std::string> found;
    for (const config::Provider& one : config_.providers) {
      const bool switchedOff = !one.on && one.offBecause == "enabled is false";
      if (kind == plugins::Kind::provider && !switchedOff && named(one.component)) {
        found.push_back("provider " + one.name + " (" + one.where + ')');
      }
    }
    for (const config::VirtualModel& one : config_.virtualModels) {
      if (kind == plugins::Kind::strategy && named(one.strategy)) {
        found.push_back("virtual model " + one.name + " (" + one.where + ')');
      }
    }
    return found;
  }

  // A file that cannot or may not be opened offers nothing that could be needed.
  bool isNeeded(const config::PluginFile& plugin) const {
    const auto info = inspect(plugin.stem).info;
    if (!info) return false;
    bool needed = false;
    for (const plugins::ComponentInfo& offered : info->components) {
      for (const std::string& user : users(offered.kind, [&](const std::string& written) {
             return means(written, offered.id);
           })) {
        failed(user + " needs " + offered.id + ", which only " + plugin.stem + " offers");
        needed = true;
      }
    }
    if (needed) std::cerr << "nothing was changed\n";
    return needed;
  }

  // The file that has the list: the one that was named, or else the included one that has the last
  // of its elements.
  std::string fileForAdding() const {
    const auto text = textOf(main_);
    const auto& files = config_.plugins.enable;
    if (!text || config::listsPlugins(*text) || files.empty()) return main_;
    return parsePlace(files.back().where).file;
  }

  static Result<std::string> textOf(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    if (!in) return Error{file + ": cannot be read"};
    return std::string(std::istreambuf_iterator<char>(in), {});
  }

  // Nothing is written that would not load, or would change more than was asked for.
  int write(const std::string& file, const Result<std::string>& text,
            const std::vector<std::string>& expected, const char* done) const {
    if (!text) return failed(file + ": " + text.error().message);
    std::error_code failure;
    const fs::path target = fs::canonical(file, failure);
    if (failure) return failed(file + ": " + failure.message());
    config::Options how = howToLoad(options_);
    const bool marked = text->starts_with(kByteOrderMark);
    how.instead[target] = marked ? text->substr(kByteOrderMark.size()) : *text;
    const config::Loaded loaded = config::loadFile(main_, how);
    if (!loaded.config) {
      std::cerr << config::render(loaded.faults) << '\n';
      return failed("the configuration would have these faults; nothing was changed");
    }
    auto now = stemsOf(*loaded.config);
    auto wanted = expected;
    std::ranges::sort(now);
    std::ranges::sort(wanted);
    if (now != wanted) return failed(file + ": must be changed by hand; nothing was changed");
    if (const auto fault = replaceFile(target.string(), *text)) return failed(fault->message);
    std::cout << done << ' ' << name_ << " in " << file << '\n';
    std::cerr << "a gateway that runs takes it with SIGHUP or POST /admin/reload\n";
    return 0;
  }

  const Options& options_;
  const std::string name_;  // of the plugin
  std::string main_;
  config::Config config_;
};

}  // namespace

// One after the other; what cannot be enabled keeps nobody else from it.
int enablePlugin(const Options& options) {
  int worst = 0;
  for (const std::string& name : options.pluginNames) {
    worst = std::max(worst, Change(options, name).enable());
  }
  return worst;
}

int disablePlugin(const Options& options) { return Change(options, options.pluginName).disable(); }

}  // namespace sluice::app
