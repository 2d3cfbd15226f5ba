#include "plugins/copies.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

#include "plugins/safe_path.hpp"

namespace sluice::plugins {

namespace {

namespace fs = std::filesystem;

using std::chrono::milliseconds;

constexpr std::size_t kHashDigits = 64;
constexpr milliseconds kLockPause{20};
constexpr mode_t kDirectoryMode = 0700;
constexpr mode_t kFileMode = 0500;

std::string reasonOf(int error) { return std::generic_category().message(error); }

// The name of a copy or of one in the making.
bool isCopy(std::string_view name) {
  constexpr std::string_view kMaking = ".new-";
  if (name.starts_with(kMaking)) return name.size() == kMaking.size() + 6;
  const auto takeAll = [&name](std::string_view of) {
    const std::size_t length = std::min(name.find_first_not_of(of), name.size());
    name.remove_prefix(length);
    return length;
  };
  if (takeAll("0123456789abcdef") != kHashDigits) return false;
  if (name.starts_with('-')) {
    name.remove_prefix(1);
    if (takeAll("0123456789") == 0) return false;
  }
  return name == ".so";
}

// That nobody else could have written to, or can reach by another name.
bool isOursAlone(const struct stat& status) {
  return S_ISREG(status.st_mode) && status.st_uid == ::geteuid() &&
         (status.st_mode & 07777) == kFileMode && status.st_nlink == 1;
}

bool holds(int fd, std::string_view bytes) {
  struct stat status{};
  if (::fstat(fd, &status) != 0 || !isOursAlone(status)) return false;
  if (static_cast<std::size_t>(status.st_size) != bytes.size()) return false;
  std::string block(std::size_t{256} * 1024, '\0');
  while (!bytes.empty()) {
    const ssize_t count = ::read(fd, block.data(), block.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0 || static_cast<std::size_t>(count) > bytes.size()) return false;
    const auto length = static_cast<std::size_t>(count);
    if (bytes.substr(0, length) != std::string_view(block).substr(0, length)) return false;
    bytes.remove_prefix(length);
  }
  return true;
}

// What is wrong with the directory, if anything.
std::optional<std::string> prepare(const std::string& directory) {
  if (::mkdir(directory.c_str(), kDirectoryMode) != 0 && errno != EEXIST) {
    return "cannot be made: " + reasonOf(errno);
  }
  const FileDescriptor fd(
      ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  struct stat status{};
  if (!fd || ::fstat(fd.get(), &status) != 0) {
    return "cannot be opened: " + reasonOf(errno);
  }
  if (status.st_uid != ::geteuid()) return "belongs to another user";
  if (auto fault = faultOfPath(directory)) return "is not safe: " + fault->message;
  if (::faccessat(fd.get(), ".", W_OK | X_OK, AT_EACCESS) != 0) {
    return "cannot be written: " + reasonOf(errno);
  }
  struct statvfs system{};
  if (::fstatvfs(fd.get(), &system) == 0 && (system.f_flag & ST_NOEXEC) != 0) {
    return "is on a file system that is mounted noexec; plugins run from there";
  }
  return std::nullopt;
}

}  // namespace

Copies::Copies(std::string directory, milliseconds patience) noexcept
    : directory_(std::move(directory)), patience_(patience) {}

Copies::Copies(TemporaryDirectory temporary) noexcept
    : temporary_(std::move(temporary)), directory_(temporary_->path()) {}

// One process at a time makes or removes copies; freed with the descriptor. A temporary directory
// is this process's already.
Result<FileDescriptor> Copies::alone() const {
  FileDescriptor fd;
  if (temporary_) return fd;
  fd.reset(::open(directory_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) return Error{"cannot be copied into " + directory_ + ": " + reasonOf(errno)};
  const auto deadline = std::chrono::steady_clock::now() + patience_;
  while (!lockFile(fd.get(), LOCK_EX | LOCK_NB)) {
    const std::string what = "cannot be copied: state_dir: " + directory_;
    if (errno != EWOULDBLOCK) return Error{what + " cannot be locked: " + reasonOf(errno)};
    if (std::chrono::steady_clock::now() >= deadline) {
      return Error{what + " has been locked by another process for " +
                   std::to_string(patience_.count()) + " ms"};
    }
    std::this_thread::sleep_for(kLockPause);
  }
  return fd;
}

Result<std::shared_ptr<const Copies>> Copies::in(const std::string& stateDirectory,
                                                 milliseconds patience) {
  std::error_code failure;
  const fs::path state = fs::absolute(stateDirectory, failure).lexically_normal();
  if (!failure) fs::create_directories(state, failure);
  if (failure) {
    return Error{"state_dir: " + state.string() + " cannot be made: " + failure.message()};
  }
  const std::string directory = (state / "plugin-copies").string();
  if (auto fault = prepare(directory)) return Error{"state_dir: " + directory + " " + *fault};
  return std::shared_ptr<const Copies>(new Copies(directory, patience));
}

Result<std::shared_ptr<const Copies>> Copies::temporary() {
  auto made = TemporaryDirectory::make();
  if (!made) return made.error();
  const std::string directory = made->path();
  if (auto fault = prepare(directory)) return Error{directory + " " + *fault};
  return std::shared_ptr<const Copies>(new Copies(*std::move(made)));
}

std::string Copies::nameOf(const FileContent& content, unsigned turn) const {
  std::string name = directory_ + '/' + content.sha256;
  if (turn > 1) name += '-' + std::to_string(turn);
  return name + ".so";
}

Result<Copy> Copies::place(const FileContent& content, unsigned turn) const {
  const std::string name = nameOf(content, turn);
  const auto failed = [this] {
    return Error{"cannot be copied into " + directory_ + ": " + reasonOf(errno)};
  };
  const auto lock = alone();
  if (!lock) return lock.error();
  FileDescriptor there(::open(name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (there && lockFile(there.get(), LOCK_SH) && holds(there.get(), content.bytes)) {
    return Copy(name, std::move(there));
  }
  std::string made = directory_ + "/.new-XXXXXX";
  const FileDescriptor fd(::mkostemp(made.data(), O_CLOEXEC));
  if (!fd) return failed();
  const bool written = writeAll(fd.get(), content.bytes) && ::fchmod(fd.get(), kFileMode) == 0 &&
                       ::rename(made.c_str(), name.c_str()) == 0;
  if (!written) {
    const Error error = failed();
    ::unlink(made.c_str());
    return error;
  }
  // Opened anew: a file that is open for writing could not be run.
  FileDescriptor held(::open(name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!held || !lockFile(held.get(), LOCK_SH)) return failed();
  return Copy(name, std::move(held));
}

void Copies::sweep() const {
  const auto lock = alone();
  if (!lock) return;
  std::error_code failure;
  for (fs::directory_iterator it(directory_, failure), end; !failure && it != end;
       it.increment(failure)) {
    if (!isCopy(it->path().filename().string())) continue;
    const std::string name = it->path().string();
    const FileDescriptor fd(::open(name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (fd && lockFile(fd.get(), LOCK_EX | LOCK_NB)) ::unlink(name.c_str());
  }
}

}  // namespace sluice::plugins
