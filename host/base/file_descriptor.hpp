// FileDescriptor: owns a file descriptor and closes it. And what is done with one in many places.
// Threads: plain values; writing and waiting for a lock block.
#pragma once

#include <string_view>
#include <utility>

namespace sluice {

class FileDescriptor {
 public:
  FileDescriptor() noexcept = default;
  explicit FileDescriptor(int fd) noexcept : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(other.release()) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    reset(other.release());
    return *this;
  }
  ~FileDescriptor() { reset(); }

  explicit operator bool() const noexcept { return fd_ >= 0; }
  int get() const noexcept { return fd_; }  // below 0: none
  int release() noexcept { return std::exchange(fd_, -1); }
  void reset(int fd = -1) noexcept;

 private:
  int fd_ = -1;
};

// False: errno says why; a part may have been written.
bool writeAll(int fd, std::string_view bytes) noexcept;
// flock(2), begun anew where a signal ended it. False: errno says why.
bool lockFile(int fd, int operation) noexcept;

}  // namespace sluice
