#include "io/loop.hpp"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <system_error>

namespace sluice::io {

namespace {

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

}  // namespace

Clock& steadyClock() {
  struct Steady : Clock {
    TimePoint now() override { return std::chrono::steady_clock::now(); }
  };
  static Steady clock;
  return clock;
}

void Slot::set() noexcept {
  ready = true;
  if (waiter != nullptr) waiter->complete(Wake::ready);
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
    assert(slot->waiter == nullptr && "one wait a slot");
    slot->waiter = this;
  }
  until_.cancel.attach(*this);
  if (until_.deadline != kNever) loop_.wheel_.insert(*this, loop_.tickOf(until_.deadline, true));
}

void Wait::disarm() noexcept {
  if (!armed_) return;
  armed_ = false;
  for (Slot* slot : slots_) {
    if (slot != nullptr) slot->waiter = nullptr;
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

Descriptor::Descriptor(Loop& loop, int fd, bool connecting)
    : readable(!connecting), writable(!connecting), loop_(loop), fd_(fd) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.ptr = this;
  if (::epoll_ctl(loop.epoll_, EPOLL_CTL_ADD, fd, &event) != 0) fail("epoll_ctl");
}

Descriptor::~Descriptor() {
  // Explicit, for close() alone keeps the registration as long as a duplicate lives in a child.
  ::epoll_ctl(loop_.epoll_, EPOLL_CTL_DEL, fd_, nullptr);
  if (readable.waiter != nullptr) readable.waiter->complete(Wake::cancelled);
  if (writable.waiter != nullptr) writable.waiter->complete(Wake::cancelled);
}

Mailbox::Mailbox() : eventFd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (eventFd_ < 0) fail("eventfd");
}

Mailbox::~Mailbox() { ::close(eventFd_); }

bool Mailbox::post(std::function<void()> work) {
  const std::lock_guard lock(mutex_);
  if (closed_) return false;
  letters_.push_back(std::move(work));
  if (letters_.size() == 1) ::eventfd_write(eventFd_, 1);
  return true;
}

void Mailbox::drain(std::vector<std::function<void()>>& into) {
  eventfd_t count = 0;
  ::eventfd_read(eventFd_, &count);
  const std::lock_guard lock(mutex_);
  into.swap(letters_);
}

void Mailbox::close() {
  std::vector<std::function<void()>> dropped;
  const std::lock_guard lock(mutex_);
  closed_ = true;
  dropped.swap(letters_);
}

Loop::Loop(Clock& clock)
    : clock_(clock),
      start_(clock.now()),
      now_(start_),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      mailbox_(std::make_shared<Mailbox>()),
      scratch_(64 * 1024) {
  if (epoll_ < 0) fail("epoll_create1");
  epoll_event event{};
  event.events = EPOLLIN | EPOLLET;
  event.data.ptr = nullptr;
  if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, mailbox_->eventFd_, &event) != 0) fail("epoll_ctl");
}

Loop::~Loop() {
  assert(ready_.empty());
  mailbox_->close();
  ::close(epoll_);
}

void Loop::run() {
  while (!stopped_.load(std::memory_order_acquire)) turn(true);
}

void Loop::stop() {
  stopped_.store(true, std::memory_order_release);
  mailbox_->post([] {});
}

bool Loop::turn(bool block) {
  epoll_event events[256];
  const int timeout = block && ready_.empty() ? timeoutMs() : 0;
  const int count = ::epoll_wait(epoll_, events, 256, timeout);
  if (count < 0 && errno != EINTR) fail("epoll_wait");
  now_ = clock_.now();

  for (int i = 0; i < count; ++i) {
    auto* descriptor = static_cast<Descriptor*>(events[i].data.ptr);
    if (descriptor == nullptr) {
      mailbox_->drain(letters_);
      continue;
    }
    const std::uint32_t what = events[i].events;
    if (what & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) descriptor->hungUp = true;
    if (what & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) descriptor->readable.set();
    if (what & (EPOLLOUT | EPOLLHUP | EPOLLERR)) descriptor->writable.set();
  }
  wheel_.advance(tickOf(now_, false),
                 [](Timer& timer) { static_cast<Wait&>(timer).complete(Wake::timeout); });

  const bool due = count > 0 || !ready_.empty();
  // Only now does anything run. What becomes due while it runs has its turn after the next look at
  // epoll, so that no coroutine can keep the sockets waiting.
  List<Wait, ReadyTag> batch;
  batch.splice(ready_);
  for (const auto& letter : letters_) letter();
  letters_.clear();
  while (Wait* wait = batch.popFront()) wait->handle_.resume();
  return due;
}

std::uint64_t Loop::tickOf(TimePoint time, bool up) const noexcept {
  const auto since = time - start_;
  const auto ms = up ? std::chrono::ceil<std::chrono::milliseconds>(since)
                     : std::chrono::floor<std::chrono::milliseconds>(since);
  return static_cast<std::uint64_t>(std::max<std::int64_t>(ms.count(), 0));
}

int Loop::timeoutMs() const noexcept {
  const std::uint64_t next = wheel_.next();
  if (next == TimerWheel::kNever) return -1;
  const auto wait = start_ + std::chrono::milliseconds(next) - clock_.now();
  const auto ms = std::chrono::ceil<std::chrono::milliseconds>(wait).count();
  return static_cast<int>(std::clamp<std::int64_t>(ms, 0, 60'000));
}

Scope::~Scope() {
  while (Child::promise_type* child = children_.front()) {
    std::coroutine_handle<Child::promise_type>::from_promise(*child).destroy();
  }
}

}  // namespace sluice::io
