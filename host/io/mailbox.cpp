#include "io/mailbox.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <utility>

#include "io/system_error.hpp"

namespace sluice::io {

Mailbox::Mailbox() : eventFd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (eventFd_ < 0) throwErrno("eventfd");
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

}  // namespace sluice::io
