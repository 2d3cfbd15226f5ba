// Descriptor: a file descriptor on a loop.
// Threads: the loop's.
#pragma once

#include "io/wait.hpp"

namespace sluice::io {

class Loop;

// A file descriptor's registration with a loop, in both directions, edge-triggered, for its life.
// Takes itself out of epoll before the owner closes the descriptor; whoever still waits is
// cancelled.
class Descriptor {
 public:
  Descriptor(Loop& loop, int fd, bool connecting = false);
  ~Descriptor();
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  Loop& loop() const noexcept { return loop_; }
  int fd() const noexcept { return fd_; }

  Slot readable;
  Slot writable;
  bool hungUp = false;  // the peer closed or reset, seen or not yet read

 private:
  Loop& loop_;
  int fd_;
};

}  // namespace sluice::io
