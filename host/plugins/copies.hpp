// Copies: the directory where the host keeps the copies of plugin files that it runs. A copy is
// named by its content's hash and is nobody's but the host's, so that what was checked is what
// runs, and replacing or truncating the original never touches running code.
// Processes may share a directory: each holds a shared lock on the copies that it uses, and what
// nobody holds may go.
// Threads: any; everything blocks.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/file_descriptor.hpp"
#include "base/result.hpp"
#include "plugins/file_content.hpp"
#include "plugins/temporary_directory.hpp"

namespace sluice::plugins {

// One copy, kept from being swept while this lives. What is mapped by then stays mapped after it.
class Copy {
 public:
  Copy(std::string file, FileDescriptor fd) noexcept : file_(std::move(file)), fd_(std::move(fd)) {}
  const std::string& file() const noexcept { return file_; }

 private:
  std::string file_;
  FileDescriptor fd_;
};

class Copies {
 public:
  // `<stateDirectory>/plugin-copies`, made where it is missing. `patience`: how long another
  // process may have it to itself. Error: one line that names state_dir.
  static Result<std::shared_ptr<const Copies>> in(
      const std::string& stateDirectory,
      std::chrono::milliseconds patience = std::chrono::seconds(10));
  // A directory of its own below the system's for temporary files, removed with this object.
  static Result<std::shared_ptr<const Copies>> temporary();
  Copies(const Copies&) = delete;
  Copies& operator=(const Copies&) = delete;

  const std::string& directory() const noexcept { return directory_; }
  // Where the `turn`th copy of that content is, counted from 1.
  std::string nameOf(const FileContent& content, unsigned turn) const;
  // Makes it there, unless what is there is ours alone and has the right bytes. Error: the reason,
  // without the plugin's name.
  Result<Copy> place(const FileContent& content, unsigned turn) const;
  // Removes the copies that no process uses, and nothing else.
  void sweep() const;

 private:
  Copies(std::string directory, std::chrono::milliseconds patience) noexcept;
  explicit Copies(TemporaryDirectory temporary) noexcept;
  Result<FileDescriptor> alone() const;
  std::optional<TemporaryDirectory> temporary_;
  std::string directory_;
  std::chrono::milliseconds patience_{0};
};

}  // namespace sluice::plugins
