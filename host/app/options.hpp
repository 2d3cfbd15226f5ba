// What the command line asks for.
// Threads: a plain value.
#pragma once

#include <string>

namespace sluice::app {

struct Options {
  std::string configFile;  // empty: looked for, see configuration.hpp
  std::string envFile = ".env";
  bool strict = false;  // any plugin that cannot be used fails the start
  bool json = false;
  std::string pluginFile;  // of `plugins info`
  struct NewPlugin {       // of `plugins new`
    std::string name;
    std::string kind = "provider";
    std::string language = "cpp";
    std::string directory;  // empty: the name
  } newPlugin;
};

}  // namespace sluice::app
