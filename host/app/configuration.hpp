// Finding and loading the configuration, and building a generation from it.
// Threads: any that may block.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/options.hpp"
#include "calls/generation.hpp"
#include "config/load.hpp"
#include "health/lanes.hpp"
#include "plugins/copies.hpp"

namespace sluice::app {

// --config, then $SLUICE_CONFIG, then ./sluice.yaml, then /etc/sluice/sluice.yaml. Empty: none of
// them, so that the defaults hold that are built in.
std::string configurationFile(const Options& options);
config::Options howToLoad(const Options& options);
config::Loaded loadConfiguration(const Options& options);

struct Built {
  std::shared_ptr<calls::Generation> generation;  // null: the configuration has faults
  std::vector<std::string> faults;    // of the configuration, each rendered with its place
  std::vector<std::string> problems;  // plugins, providers and virtual models that cannot be used
  std::vector<std::string> notices;
  std::shared_ptr<const plugins::Copies> copies;  // where its plugins run from
};
// `before`: what it is to replace; null: nothing, and plugins run from below state_dir.
Built buildGeneration(const Options& options, health::Lanes& lanes, std::uint64_t number,
                      const Built* before);
// For who only looks: nothing is kept, and no state directory is needed.
Built buildToLookAt(const Options& options, health::Lanes& lanes);

}  // namespace sluice::app
