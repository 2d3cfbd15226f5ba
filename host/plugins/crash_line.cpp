#include "plugins/crash_line.hpp"

#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstring>
#include <memory>

#include "plugins/plugin_call.hpp"

namespace sluice::plugins {

namespace {

struct Known {
  int signal;
  const char* name;
};
constexpr std::array<Known, 5> kSignals = {{{SIGSEGV, "SIGSEGV"},
                                            {SIGBUS, "SIGBUS"},
                                            {SIGFPE, "SIGFPE"},
                                            {SIGILL, "SIGILL"},
                                            {SIGABRT, "SIGABRT"}}};
constexpr std::size_t kStackBytes = std::size_t{64} * 1024;

std::array<struct sigaction, kSignals.size()> g_before;
std::atomic<bool> g_installed{false};
std::atomic_flag g_told = ATOMIC_FLAG_INIT;

// Only what a signal handler may do.
class Line {
 public:
  void add(const char* text) noexcept {
    const std::size_t length = std::strlen(text);
    const std::size_t room = sizeof text_ - length_;
    const std::size_t count = length < room ? length : room;
    std::memcpy(text_ + length_, text, count);
    length_ += count;
  }
  void write() noexcept {
    text_[length_ < sizeof text_ ? length_++ : sizeof text_ - 1] = '\n';
    [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, text_, length_);
  }

 private:
  char text_[512];
  std::size_t length_ = 0;
};

void onCrash(int signal, siginfo_t* info, void*) noexcept {
  std::size_t which = 0;
  while (which < kSignals.size() && kSignals[which].signal != signal) ++which;
  if (which == kSignals.size()) return;
  if (!g_told.test_and_set()) {
    Line line;
    line.add("sluice: crashed by ");
    line.add(kSignals[which].name);
    if (const PluginCall* call = PluginCall::current()) {
      line.add(" in plugin ");
      line.add(call->label());
      line.add(", call ");
      line.add(toString(call->kind()));
    }
    line.write();
  }
  // Whoever was there before, or the system: the fault comes again when this returns. One that was
  // sent does not, and is sent again. Another runtime may have put its own handler before this one,
  // hence not SA_RESETHAND.
  ::sigaction(signal, &g_before[which], nullptr);
  if (info->si_code <= 0) ::raise(signal);
}

// Takes the stack from the thread before its memory goes.
struct Stack {
  Stack() = default;
  Stack(const Stack&) = delete;
  Stack& operator=(const Stack&) = delete;
  ~Stack() {
    if (memory == nullptr) return;
    stack_t none{};
    none.ss_flags = SS_DISABLE;
    ::sigaltstack(&none, nullptr);
  }
  std::unique_ptr<char[]> memory;
};

}  // namespace

void installCrashLine() {
  struct sigaction action{};
  action.sa_sigaction = onCrash;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigemptyset(&action.sa_mask);
  for (std::size_t i = 0; i < kSignals.size(); ++i) {
    ::sigaction(kSignals[i].signal, &action, &g_before[i]);
  }
  g_installed = true;
}

void prepareThreadForCrash() noexcept {
  if (!g_installed) return;
  stack_t known{};
  if (::sigaltstack(nullptr, &known) != 0 || (known.ss_flags & SS_DISABLE) == 0) return;
  thread_local Stack stack;
  stack.memory = std::make_unique<char[]>(kStackBytes);
  stack_t made{};
  made.ss_sp = stack.memory.get();
  made.ss_size = kStackBytes;
  ::sigaltstack(&made, nullptr);
}

}  // namespace sluice::plugins
