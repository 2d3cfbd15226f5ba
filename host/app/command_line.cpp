#include "app/command_line.hpp"

#include <CLI/CLI.hpp>

namespace sluice::app {

void addConfig(CLI::App& verb, Options& options) {
  verb.add_option("-c,--config", options.configFile,
                  "The configuration (else $SLUICE_CONFIG, ./sluice.yaml, /etc/sluice/sluice.yaml, "
                  "or the built-in defaults)");
  verb.add_option("--env-file", options.envFile, "Variables for the configuration")
      ->capture_default_str()
      ->each([&options](const std::string&) { options.envFileGiven = true; });
}

}  // namespace sluice::app
