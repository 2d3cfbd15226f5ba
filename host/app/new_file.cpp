#include "app/new_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "base/file_descriptor.hpp"

namespace sluice::app {

namespace {

namespace fs = std::filesystem;

// Mode and owner of the file that is there, or what a new one gets.
bool dress(int fd, const std::string& file) {
  struct stat before{};
  struct stat now{};
  if (::stat(file.c_str(), &before) != 0) {
    const mode_t mask = ::umask(0);
    ::umask(mask);
    return errno == ENOENT && ::fchmod(fd, 0666 & ~mask) == 0;
  }
  if (::fstat(fd, &now) != 0) return false;
  const bool other = now.st_uid != before.st_uid || now.st_gid != before.st_gid;
  if (other && ::fchown(fd, before.st_uid, before.st_gid) != 0) return false;
  return ::fchmod(fd, before.st_mode & 07777) == 0;
}

// So that the new name outlives a crash of the machine.
void syncDirectory(const fs::path& directory) {
  const FileDescriptor fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd) ::fsync(fd.get());
}

}  // namespace

std::optional<Error> replaceFile(const std::string& file, std::string_view text) {
  const auto failed = [&](int error) {
    return Error{file + ": cannot be written: " + std::generic_category().message(error)};
  };
  fs::path directory = fs::path(file).parent_path();
  if (directory.empty()) directory = ".";
  std::string fresh = (directory / ("." + fs::path(file).filename().string() + ".XXXXXX")).string();
  const int fd = ::mkostemp(fresh.data(), O_CLOEXEC);
  if (fd < 0) return failed(errno);
  bool done = writeAll(fd, text) && ::fsync(fd) == 0 && dress(fd, file);
  int error = errno;
  if (::close(fd) != 0 && done) {
    done = false;
    error = errno;
  }
  if (done && ::rename(fresh.c_str(), file.c_str()) != 0) {
    done = false;
    error = errno;
  }
  if (!done) {
    ::unlink(fresh.c_str());
    return failed(error);
  }
  syncDirectory(directory);
  return std::nullopt;
}

}  // namespace sluice::app
