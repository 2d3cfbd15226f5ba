// sluice serve: starts the loops, listens, and lives until it is told to end.
#include <pthread.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <iostream>
#include <iterator>
#include <mutex>

#include "app/banner.hpp"
#include "app/commands.hpp"
#include "app/configuration.hpp"
#include "app/loop_unit.hpp"
#include "app/shared.hpp"
#include "plugins/control.hpp"
#include "plugins/log.hpp"
#include "telemetry/log.hpp"

namespace sluice::app {

namespace {

using telemetry::Log;
using telemetry::LogLevel;

// A gateway holds two descriptors a stream: as many as the system allows.
void raiseDescriptorLimit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

// SIGPIPE is ignored; the others are read from a descriptor, and by no thread otherwise.
sigset_t takeSignals() {
  std::signal(SIGPIPE, SIG_IGN);
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set, signal);
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  return set;
}

std::string readFile(const std::string& name) {
  std::ifstream file(name, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// What a reload cannot change.
std::vector<std::string> needsRestart(const config::Config& before, const config::Config& after) {
  std::vector<std::string> names;
  const auto note = [&names](bool changed, const char* name) {
    if (changed) names.emplace_back(name);
  };
  note(before.server.host != after.server.host || before.server.port != after.server.port,
       "server.listen");
  note(before.server.loops != after.server.loops, "server.loops");
