#include "plugins/plugin_call.hpp"

#include <atomic>

#include "plugins/crash_line.hpp"

namespace sluice::plugins {

thread_local constinit PluginCall::Thread PluginCall::t_thread;

void PluginCall::joinThread() noexcept {
  static std::atomic<unsigned> next{0};
  t_thread.shard = static_cast<int>(next.fetch_add(1) % CallStats::kShards);
  prepareThreadForCrash();
}

}  // namespace sluice::plugins
