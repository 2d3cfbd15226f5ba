// TemporaryDirectory: a directory of this process's alone, below $TMPDIR or /tmp, removed with the
// object. It is locked while the process lives: what a process left behind that was killed is
// removed when the same user makes the next one.
// Threads: any; making and removing block.
#pragma once

#include <string>

#include "base/file_descriptor.hpp"
#include "base/result.hpp"

namespace sluice::plugins {

class TemporaryDirectory {
 public:
  // Error: one line that names the place.
  static Result<TemporaryDirectory> make();
  TemporaryDirectory(TemporaryDirectory&& other) noexcept;
  TemporaryDirectory& operator=(TemporaryDirectory&&) = delete;
  ~TemporaryDirectory();

  const std::string& path() const noexcept { return path_; }  // absolute

 private:
  TemporaryDirectory(std::string path, FileDescriptor lock) noexcept
      : path_(std::move(path)), lock_(std::move(lock)) {}
  std::string path_;
  FileDescriptor lock_;
};

}  // namespace sluice::plugins
