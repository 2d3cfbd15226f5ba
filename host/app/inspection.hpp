// Inspection: what the commands learn of a plugin file. Its code runs, in a process of its own,
// only where the configuration would let the gateway open it.
// Threads: any; it blocks.
#pragma once

#include <optional>
#include <string>

#include "base/result.hpp"
#include "config/model.hpp"
#include "plugins/file_content.hpp"
#include "plugins/registry.hpp"
#include "plugins/trust.hpp"

namespace sluice::app {

struct Inspection {
  std::string sha256;                        // empty: it was not read
  std::optional<plugins::LibraryInfo> info;  // none: it was not opened, or could not be
  std::string fault;  // why the gateway would not use it, without the file's name; empty: it would
  bool refused = false;  // the fault is that the configuration does not let it be opened
};

// The element of plugins.enable that names the file; null if there is none.
const config::PluginFile* enabledIn(const config::Plugins& wanted, const std::string& stem);

// By the rights of `file` and of `directory` that it is in, its pin, signature and version, in the
// gateway's order.
Inspection inspectAsAllowed(const config::Plugins& wanted, const std::string& directory,
                            const std::string& file);

// Opens what is vouched for, and nothing else: an answer for another content is none. Error: the
// reason alone.
Result<plugins::LibraryInfo> inspectContent(const std::string& file,
                                            const plugins::FileContent& content);

}  // namespace sluice::app
