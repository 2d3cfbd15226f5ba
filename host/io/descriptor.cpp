#include "io/descriptor.hpp"

#include <sys/epoll.h>

#include "io/loop.hpp"
#include "io/system_error.hpp"

namespace sluice::io {

Descriptor::Descriptor(Loop& loop, int fd, bool connecting)
    : readable(!connecting), writable(!connecting), loop_(loop), fd_(fd) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.ptr = this;
  if (::epoll_ctl(loop.epoll_, EPOLL_CTL_ADD, fd, &event) != 0) throwErrno("epoll_ctl");
}

Descriptor::~Descriptor() {
  // Explicit, for close() alone keeps the registration as long as a duplicate lives in a child.
  ::epoll_ctl(loop_.epoll_, EPOLL_CTL_DEL, fd_, nullptr);
  readable.wake(Wake::cancelled);
  writable.wake(Wake::cancelled);
}

}  // namespace sluice::io
