#include "plugins/plugin_call.hpp"

#include <atomic>

#include "plugins/crash_line.hpp"

namespace sluice::plugins {

thread_local constinit PluginCall::Thread PluginCall::t_thread;

void PluginCall::joinThread() noexcept {
  constexpr int kLast = CallStats::kShards - 1;
  static std::atomic<int> next{0};
  int mine = next.load();
  while (mine < kLast && !next.compare_exchange_weak(mine, mine + 1)) {
  }
  t_thread.shard = mine;
  prepareThreadForCrash();
}

}  // namespace sluice::plugins
