// Loading a configuration: YAML in, a Config or all of its faults out.
//   const config::Loaded loaded = config::loadFile("sluice.yaml");
//   if (!loaded.config) std::cerr << config::render(loaded.faults) << '\n';
// Threads: reads files and the environment; may be called from any thread that may block.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/environment.hpp"
#include "config/fault.hpp"
#include "config/model.hpp"

namespace sluice::config {

struct Options {
  Lookup environment = processEnvironment();
  std::filesystem::path dotEnv = ".env";  // read if it is there; empty: none
  bool includes = true;                   // false: an `include` is a fault
  bool dotEnvRequired = false;            // it must be there
  // By canonical path: what to take instead of what these files hold, without a byte order mark.
  std::map<std::filesystem::path, std::string> instead = {};
};

struct Loaded {
  std::optional<Config> config;  // only if there is no fault
  std::vector<Fault> faults;     // all that were found, in the order of files and lines
  std::vector<Notice> notices;
};

Loaded loadFile(const std::filesystem::path& file, const Options& options = {});

// `name` is shown in faults; relative paths and includes count from its directory.
Loaded loadText(const std::string& name, std::string_view text, const Options& options = {});

// What the program is built with: config/sluice.yaml.
Loaded loadEmbedded(const Options& options = {});
std::string_view embeddedDefaults();

}  // namespace sluice::config
