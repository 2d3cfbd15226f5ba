#include "app/configuration.hpp"

#include <cstdlib>
#include <filesystem>

#include "app/installation.hpp"
#include "upstream/proxy.hpp"

namespace sluice::app {

namespace fs = std::filesystem;

std::string configurationFile(const Options& options) {
  if (!options.configFile.empty()) return options.configFile;
  const auto named = config::processEnvironment()("SLUICE_CONFIG");
  if (named && !named->empty()) return *named;
  std::error_code error;
  for (const char* const usual : {"sluice.yaml", "/etc/sluice/sluice.yaml"}) {
    if (fs::exists(usual, error)) return usual;
  }
  return {};
}

config::Options howToLoad(const Options& options) {
  config::Options how;
  how.dotEnv = options.envFile;
  how.dotEnvRequired = options.envFileGiven;
  return how;
}

config::Loaded loadConfiguration(const Options& options) {
  const std::string file = configurationFile(options);
  if (file.empty()) return config::loadEmbedded(howToLoad(options));
  return config::loadFile(file, howToLoad(options));
}

Built buildGeneration(const Options& options, health::Lanes& lanes, std::uint64_t number) {
  Built made;
  config::Loaded loaded = loadConfiguration(options);
  for (const config::Notice& notice : loaded.notices)
    made.notices.push_back(config::render(notice));
  for (const config::Fault& fault : loaded.faults) made.faults.push_back(config::render(fault));
  if (!loaded.config) return made;
  const std::string directory = pluginDirectory(loaded.config->plugins.directory);
  std::vector<calls::Generation::Fault> problems;
  const config::Lookup environment = config::processEnvironment();
  const auto proxies =
      upstream::fromEnvironment([&environment](const char* name) { return environment(name); });
  if (!proxies) {
    made.faults.push_back("error: " + proxies.error().message);
    return made;
  }
  made.generation = calls::Generation::build(std::move(*loaded.config), directory, *proxies, lanes,
                                             number, problems);
  for (const auto& problem : problems) {
    made.problems.push_back(problem.where.empty() ? problem.message
                                                  : problem.where + ": " + problem.message);
  }
  return made;
}

}  // namespace sluice::app
