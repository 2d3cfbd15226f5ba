// The verbs of the command line. Each prints its data to standard output and its messages to
// standard error, and returns the exit code: 0, 1 where something is wrong, or kUsage.
// Threads: the main thread.
#pragma once

#include "app/options.hpp"

namespace sluice::app {

// The exit code for a command line that cannot be done.
inline constexpr int kUsage = 2;

int serve(const Options& options);
int check(const Options& options);
int listModels(const Options& options);
int listPlugins(const Options& options);
int pluginInfo(const Options& options);
int checkPlugin(const Options& options);
int enablePlugin(const Options& options);
int disablePlugin(const Options& options);
int makeKey(const Options& options);
int signPlugin(const Options& options);
int verifyPlugin(const Options& options);
int newPlugin(const Options& options);
int connectClient(const Options& options);
int version(const Options& options);

}  // namespace sluice::app
