// PluginCall: the time that a plugin's function has the thread. Counts and times the call, and
// names it for the line that a crash writes.
// Threads: each object belongs to one; the rest from any.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "plugins/abi.hpp"
#include "plugins/call_stats.hpp"
#include "plugins/ticks.hpp"

namespace sluice::plugins {

// Who is called. What it points to must outlive the call.
struct CallSite {
  const char* label;           // "groq (sluice.openai)", or a library's stem
  CallStats* stats = nullptr;  // null: nothing is counted
};

class PluginCall {
 public:
  PluginCall(const CallSite& site, CallKind kind, bool mayBlock = false) noexcept
      : site_(site), kind_(kind), mayBlock_(mayBlock), before_(t_thread.call) {
    if (t_thread.shard < 0) joinThread();
    t_thread.call = this;
    if (!timed()) return;
    shard_ = &site.stats->shard(static_cast<std::size_t>(t_thread.shard));
    shard_->began(kind);
    begin_ = ticks();
  }
  PluginCall(const PluginCall&) = delete;
  PluginCall& operator=(const PluginCall&) = delete;
  ~PluginCall() {
    t_thread.call = before_;
    if (shard_ == nullptr) return;
    const std::uint64_t whole = ticks() - begin_;
    const std::uint64_t own = whole > host_ ? whole - host_ : 0;
    shard_->ended(kind_, own);
    if (own > kPerhapsSlow && !mayBlock_) site_.stats->noteSlow(kind_, site_.label, own);
  }
  void failed() noexcept {
    if (shard_ != nullptr) shard_->failed(kind_);
  }

  // For a signal handler: the innermost one of this thread, or null.
  static const PluginCall* current() noexcept { return t_thread.call; }
  const char* label() const noexcept { return site_.label; }
  CallKind kind() const noexcept { return kind_; }

 private:
  friend class BackInHost;
  static constexpr std::uint64_t kPerhapsSlow = 40'000'000;  // ticks are nanoseconds or shorter

  struct Thread {
    PluginCall* call = nullptr;
    int shard = -1;  // not yet known
  };
  static void joinThread() noexcept;
  bool timed() const noexcept {
    return site_.stats != nullptr && static_cast<std::size_t>(kind_) < kTimedKinds;
  }

  static thread_local constinit Thread t_thread;

  const CallSite& site_;
  const CallKind kind_;
  const bool mayBlock_;
  PluginCall* const before_;
  CallStats::Shard* shard_ = nullptr;
  std::uint64_t begin_ = 0;
  std::uint64_t host_ = 0;  // spent in functions of the host that it called
};

// While a plugin's function calls a function of the host: that time is not the plugin's.
class BackInHost {
 public:
  BackInHost() noexcept
      : call_(std::exchange(PluginCall::t_thread.call, nullptr)),
        begin_(call_ == nullptr ? 0 : ticks()) {}
  BackInHost(const BackInHost&) = delete;
  BackInHost& operator=(const BackInHost&) = delete;
  ~BackInHost() {
    if (call_ == nullptr) return;  // a thread of the plugin's own
    call_->host_ += ticks() - begin_;
    PluginCall::t_thread.call = call_;
  }

 private:
  PluginCall* const call_;
  const std::uint64_t begin_;
};

// Calls a function of a plugin's. What it throws against the rules ends here.
template <class F>
sluice_status calling(const CallSite& site, CallKind kind, sluice_error& error, F&& function,
                      bool mayBlock = false) noexcept {
  PluginCall call(site, kind, mayBlock);
  const sluice_status status = abi::guarded(error, std::forward<F>(function));
  if (status != SLUICE_OK && status != SLUICE_CANCELLED) call.failed();
  return status;
}
// One that returns nothing.
template <class F>
void calling(const CallSite& site, CallKind kind, F&& function, bool mayBlock = false) noexcept {
  PluginCall call(site, kind, mayBlock);
  try {
    function();
  } catch (...) {  // against the rules; there is nobody to tell
    call.failed();
  }
}

}  // namespace sluice::plugins
