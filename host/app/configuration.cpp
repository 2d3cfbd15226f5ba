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

namespace {

// Below state_dir. Where nobody chose one and the usual place cannot be used, as in a container
// whose files are read-only, a temporary directory does as well: copies can be made again.
Result<std::shared_ptr<const plugins::Copies>> copiesFor(const config::Config& config,
                                                         std::vector<std::string>& notices) {
  auto made = plugins::Copies::in(config.stateDirectory);
  if (made || config.stateDirectoryChosen) return made;
  auto temporary = plugins::Copies::temporary();
  if (!temporary) return Error{made.error().message + "; " + temporary.error().message};
  notices.push_back("notice: " + made.error().message + "; plugins run from " +
                    (*temporary)->directory());
  return temporary;
}

}  // namespace

Built buildGeneration(const Options& options, health::Lanes& lanes, std::uint64_t number,
                      const Built* before) {
  Built made;
  if (before != nullptr) made.copies = before->copies;
  config::Loaded loaded = loadConfiguration(options);
  for (const config::Notice& notice : loaded.notices)
    made.notices.push_back(config::render(notice));
  for (const config::Fault& fault : loaded.faults) made.faults.push_back(config::render(fault));
  if (!loaded.config) return made;
  const config::Lookup environment = config::processEnvironment();
  const auto proxies =
      upstream::fromEnvironment([&environment](const char* name) { return environment(name); });
  if (!proxies) {
    made.faults.push_back("error: " + proxies.error().message);
    return made;
  }
  if (made.copies == nullptr) {
    auto found = copiesFor(*loaded.config, made.notices);
    if (!found) {
      made.faults.push_back("error: " + found.error().message);
      return made;
    }
    made.copies = *std::move(found);
  }
  std::vector<calls::Generation::Fault> problems;
  const calls::Generation* old = before == nullptr ? nullptr : before->generation.get();
  const calls::Generation::Making how{
      pluginDirectory(loaded.config->plugins.directory), *proxies, lanes, number, made.copies, old};
  made.generation = calls::Generation::build(std::move(*loaded.config), how, problems);
  const config::Trust& trust = made.generation->config().plugins.trust;
  for (const std::string& notice : made.generation->registry().floorNotices(trust)) {
    made.notices.push_back("notice: " + notice);
  }
  for (const auto& problem : problems) {
    made.problems.push_back(problem.where.empty() ? problem.message
                                                  : problem.where + ": " + problem.message);
  }
  return made;
}

Built buildToLookAt(const Options& options, health::Lanes& lanes) {
  Built nothing;
  auto copies = plugins::Copies::temporary();
  if (!copies) {
    nothing.faults.push_back("error: " + copies.error().message);
    return nothing;
  }
  nothing.copies = *std::move(copies);
  return buildGeneration(options, lanes, 1, &nothing);
}

}  // namespace sluice::app
