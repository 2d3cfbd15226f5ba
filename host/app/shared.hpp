// What the loops of the process share, and how the outside asks for a reload.
// Threads: any.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "health/lanes.hpp"
#include "http/server.hpp"
#include "io/offload.hpp"
#include "storage/responses.hpp"
#include "upstream/resolver.hpp"

namespace sluice::app {

// What became of a reload.
struct Reloaded {
  bool done = false;
  std::uint64_t generation = 0;     // that serves now
  std::vector<std::string> faults;  // why not
  std::vector<std::string> warnings;
  std::vector<std::string> plugins;       // what changed of them, one line a library
  std::vector<std::string> needsRestart;  // settings that changed and only a restart applies
};

struct Shared {
  io::WorkerPool workers{4, 1024};    // for host names and files
  io::WorkerPool blocking{64, 1024};  // for plugins' operations that may block
  // Each for itself, so that neither plugins nor the other keeps them waiting.
  io::WorkerPool reloads{1, 16};
  io::WorkerPool reports{1, 64};
  upstream::Resolver resolver;
  health::Lanes lanes;
  http::Fleet fleet;
  std::unique_ptr<storage::Responses> responses;  // null: nothing is kept
  std::string caPem;                              // trusted for upstreams; empty: the system's
  std::atomic<bool> draining{false};
  std::function<Reloaded()> reload;      // blocks
  std::function<std::string()> plugins;  // what runs and what drains, as JSON
};

}  // namespace sluice::app
