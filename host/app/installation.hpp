// Where the parts of an installation lie, seen from the program's own file: beside it as built
// (build/sluice, build/plugins), or as installed (bin/sluice, lib/sluice/plugins).
// Threads: pure functions of the file system.
#pragma once

#include <string>

namespace sluice::app {

std::string programFile();  // absolute; empty if the system does not tell
// The directory that `plugins.directory` names: an absolute one as it is, a relative one in the
// installation.
std::string pluginDirectory(const std::string& configured);

// The SDK that came with this program.
struct Sdk {
  std::string prefix;     // of the installation, or the directory of the build
  std::string templates;  // of `plugins new`; perhaps missing
  bool built = false;     // it is that of a build, not installed
};
Sdk installedSdk();

}  // namespace sluice::app
