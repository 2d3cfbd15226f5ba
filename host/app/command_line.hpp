// The parts of the command line that its verbs share.
// Threads: the main thread.
#pragma once

#include <CLI/App.hpp>

#include "app/options.hpp"

namespace sluice::app {

// What a verb runs; main() calls it when the whole line has been read. Returns the exit code.
using Verb = int (*)(const Options&);

// --config and --env-file.
void addConfig(CLI::App& verb, Options& options);

// `plugins` and the verbs below it; the one that is asked for is put into `run`.
void addPluginVerbs(CLI::App& app, Options& options, Verb& run);

// `connect`, as above.
void addConnectVerb(CLI::App& app, Options& options, Verb& run);

}  // namespace sluice::app
