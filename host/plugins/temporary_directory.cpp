#include "plugins/temporary_directory.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

#include "plugins/safe_path.hpp"

namespace sluice::plugins {

namespace {

namespace fs = std::filesystem;

constexpr char kPrefix[] = "sluice-plugins-";
constexpr std::size_t kNameLength = sizeof kPrefix - 1 + 6;
constexpr int kMostTries = 16;

FileDescriptor opened(const std::string& directory) {
  return FileDescriptor(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

bool isOurs(int fd) {
  struct stat status{};
  return ::fstat(fd, &status) == 0 && status.st_uid == ::geteuid();
}

// What nobody holds any more.
void sweep(const fs::path& parent) {
  std::error_code failure;
  for (fs::directory_iterator it(parent, failure), end; !failure && it != end;
       it.increment(failure)) {
    const std::string name = it->path().filename().string();
    if (!name.starts_with(kPrefix) || name.size() != kNameLength) continue;
    const FileDescriptor fd = opened(it->path().string());
    if (!fd || !isOurs(fd.get()) || !lockFile(fd.get(), LOCK_EX | LOCK_NB)) continue;
    std::error_code ignored;
    fs::remove_all(it->path(), ignored);
  }
}

// Whether the directory that is open still stands under its name.
bool stands(int fd, const std::string& path) {
  struct stat open{};
  struct stat named{};
  return ::fstat(fd, &open) == 0 && ::lstat(path.c_str(), &named) == 0 &&
         open.st_dev == named.st_dev && open.st_ino == named.st_ino;
}

}  // namespace

TemporaryDirectory::TemporaryDirectory(TemporaryDirectory&& other) noexcept
    : path_(std::exchange(other.path_, {})), lock_(std::move(other.lock_)) {}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  if (!path_.empty()) fs::remove_all(path_, ignored);
}

Result<TemporaryDirectory> TemporaryDirectory::make() {
  std::error_code failure;
  fs::path parent = fs::temp_directory_path(failure);
  if (!failure) parent = fs::absolute(parent, failure);
  if (failure) return Error{"there is no directory for temporary files: " + failure.message()};
  sweep(parent);
  for (int i = 0; i < kMostTries; ++i) {
    std::string path = (parent / (std::string(kPrefix) + "XXXXXX")).string();
    if (::mkdtemp(path.data()) == nullptr) break;
    FileDescriptor fd = opened(path);
    // Another process may have swept it before it was locked.
    if (!fd || !lockFile(fd.get(), LOCK_EX | LOCK_NB) || !stands(fd.get(), path)) continue;
    TemporaryDirectory made(path, std::move(fd));
    if (auto fault = faultOfPath(path)) return *std::move(fault);
    return made;
  }
  return Error{parent.string() + ": no directory for copies of plugins can be made in it: " +
               std::generic_category().message(errno)};
}

}  // namespace sluice::plugins
