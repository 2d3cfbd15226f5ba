#include "io/loop.hpp"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <cerrno>

#include "io/system_error.hpp"

namespace sluice::io {

Loop::Loop(Clock& clock)
    : clock_(clock),
      start_(clock.now()),
      now_(start_),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      mailbox_(std::make_shared<Mailbox>()),
      scratch_(65'536) {
  if (epoll_ < 0) throwErrno("epoll_create1");
  epoll_event event{};
  event.events = EPOLLIN | EPOLLET;
  event.data.ptr = nullptr;
  if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, mailbox_->eventFd_, &event) != 0) throwErrno("epoll_ctl");
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
  if (count < 0 && errno != EINTR) throwErrno("epoll_wait");
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

}  // namespace sluice::io
