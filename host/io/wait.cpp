#include "io/wait.hpp"

#include <algorithm>
#include <cstdlib>

#include "io/loop.hpp"

namespace sluice::io {

namespace {

constexpr Wait* kNobody = nullptr;

}  // namespace

void Slot::wake(Wake wake) noexcept {
  for (Wait* const waiter : waiters) {
    if (waiter != nullptr) waiter->complete(wake);
  }
}

bool Wait::await_ready() noexcept {
  if (until_.cancel.cancelled()) {
    wake_ = Wake::cancelled;
  } else if (until_.deadline <= loop_.now_) {
    wake_ = Wake::timeout;
  } else {
    for (Slot* slot : slots_) {
      if (slot != nullptr && slot->ready) return true;
    }
    return false;
  }
  return true;
}

void Wait::arm(std::coroutine_handle<> handle) noexcept {
  handle_ = handle;
  armed_ = true;
  for (Slot* slot : slots_) {
    if (slot == nullptr) continue;
    const auto place = std::find(slot->waiters.begin(), slot->waiters.end(), nullptr);
    if (place == slot->waiters.end()) std::abort();  // a reader and a writer; never a third
    *place = this;
  }
  until_.cancel.attach(*this);
  if (until_.deadline != kNever) loop_.wheel_.insert(*this, loop_.tickOf(until_.deadline, true));
}

void Wait::disarm() noexcept {
  if (!armed_) return;
  armed_ = false;
  for (Slot* slot : slots_) {
    if (slot != nullptr) std::replace(slot->waiters.begin(), slot->waiters.end(), this, kNobody);
  }
  CancelHook::unlink();
  loop_.wheel_.remove(*this);
}

void Wait::complete(Wake wake) noexcept {
  if (!armed_) return;
  disarm();
  wake_ = wake;
  loop_.ready_.pushBack(*this);
}

}  // namespace sluice::io
