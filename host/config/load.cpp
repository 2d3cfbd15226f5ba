#include "config/load.hpp"

#include <system_error>
#include <utility>

#include "config/checks.hpp"
#include "config/include.hpp"
#include "config/reader.hpp"

namespace sluice::config {

namespace {

namespace fs = std::filesystem;

Loaded result(Report& report, std::optional<Config> config) {
  Loaded loaded;
  loaded.faults = report.faults();
  loaded.notices = report.notices();
  if (loaded.faults.empty()) loaded.config = std::move(config);
  return loaded;
}

Lookup withDotEnv(const Options& options, Report& report) {
  std::error_code failure;
  const bool there = fs::exists(options.dotEnv, failure);
  if (options.dotEnv.empty() || (!there && !options.dotEnvRequired)) return options.environment;
  Result<std::string> text = readText(options.dotEnv);
  if (!text) {
    report.fault({report.addFile(options.dotEnv.string()), 0, 0},
                 "cannot be read: " + text.error().message);
    return options.environment;
  }
  const std::uint32_t file = report.addFile(options.dotEnv.string(), *std::move(text));
  return orElse(options.environment, parseDotEnv(report, file));
}

std::string stateDirectory(const Lookup& lookup) {
  const auto absolute = [&](const char* variable) -> fs::path {
    const std::optional<std::string> value = lookup ? lookup(variable) : std::nullopt;
    return value && fs::path(*value).is_absolute() ? fs::path(*value) : fs::path();
  };
  const fs::path state = absolute("XDG_STATE_HOME");
  if (!state.empty()) return (state / "sluice").string();
  const fs::path home = absolute("HOME");
  if (!home.empty()) return (home / ".local/state/sluice").string();
  return "./state";
}

Loaded load(Report& report, std::uint32_t file, const fs::path& path, const Options& options) {
  const Lookup lookup = withDotEnv(options, report);
  const Assembled assembled =
      assemble(file, path, options.includes, options.instead, lookup, report);
  Config config;
  config.source = report.fileName(file);
  Places places;
  readConfig(assembled.root, config, places, report);
  if (!places.contains("auth.mode")) {
    config.auth.mode = config.auth.clientKeys.empty() ? AuthMode::open : AuthMode::keys;
  }
  for (Provider& provider : config.providers) {
    if (places.contains("providers." + provider.name + ".unsupported")) continue;
    provider.unsupported = config.attempts.unsupported;
  }
  config.stateDirectoryChosen = !config.stateDirectory.empty();
  if (!config.stateDirectoryChosen) config.stateDirectory = stateDirectory(lookup);
  if (assembled.whole) checkConfig(config, places, report);
  return result(report, std::move(config));
}

}  // namespace

Loaded loadFile(const fs::path& file, const Options& options) {
  Report report;
  Result<std::string> text = readText(file, options.instead);
  if (!text) {
    report.fault({report.addFile(file.string()), 0, 0}, "cannot be read: " + text.error().message);
    return result(report, std::nullopt);
  }
  return load(report, report.addFile(file.string(), *std::move(text)), file, options);
}

Loaded loadText(const std::string& name, std::string_view text, const Options& options) {
  Report report;
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  return load(report, report.addFile(name, std::string(text)), {}, options);
}

Loaded loadEmbedded(const Options& options) {
  return loadText("embedded defaults", embeddedDefaults(), options);
}

}  // namespace sluice::config
