#include "plugins/copies.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

namespace sluice::plugins {

namespace {

namespace fs = std::filesystem;

constexpr mode_t kDirectoryMode = 0700;
constexpr mode_t kFileMode = 0500;

std::string reasonOf(int error) { return std::generic_category().message(error); }

class Fd {
 public:
  explicit Fd(int fd) noexcept : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(other.release()) {}
  Fd& operator=(Fd&&) = delete;
  ~Fd() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const noexcept { return fd_; }
  int release() noexcept { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

bool lock(int fd, int how) {
  while (::flock(fd, how) != 0) {
    if (errno != EINTR) return false;
  }
  return true;
}

// One process at a time makes or removes copies. Freed with the descriptor.
Fd lockedDirectory(const std::string& directory) {
  Fd fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.get() >= 0) lock(fd.get(), LOCK_EX);
  return fd;
}

bool writeAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

bool holds(int fd, std::string_view bytes) {
  struct stat status{};
  if (::fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) return false;
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
  const Fd fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  struct stat status{};
  if (fd.get() < 0 || ::fstat(fd.get(), &status) != 0) {
    return "cannot be opened: " + reasonOf(errno);
  }
  if (status.st_uid != ::geteuid()) return "belongs to another user";
  if ((status.st_mode & 0777) != kDirectoryMode && ::fchmod(fd.get(), kDirectoryMode) != 0) {
    return "cannot be made private: " + reasonOf(errno);
  }
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

Copy::Copy(std::string file, int fd) noexcept : file_(std::move(file)), fd_(fd) {}
Copy::Copy(Copy&& other) noexcept
    : file_(std::move(other.file_)), fd_(std::exchange(other.fd_, -1)) {}
Copy::~Copy() {
  if (fd_ >= 0) ::close(fd_);
}

Copies::Copies(std::string directory, bool temporary) noexcept
    : directory_(std::move(directory)), temporary_(temporary) {}

Copies::~Copies() {
  std::error_code ignored;
  if (temporary_) fs::remove_all(directory_, ignored);
}

Result<std::shared_ptr<const Copies>> Copies::in(const std::string& stateDirectory) {
  std::error_code failure;
  const fs::path state = fs::absolute(stateDirectory, failure).lexically_normal();
  if (!failure) fs::create_directories(state, failure);
  if (failure) {
    return Error{"state_dir: " + state.string() + " cannot be made: " + failure.message()};
  }
  const std::string directory = (state / "plugins").string();
  if (auto fault = prepare(directory)) return Error{"state_dir: " + directory + " " + *fault};
  return std::shared_ptr<const Copies>(new Copies(directory, false));
}

Result<std::shared_ptr<const Copies>> Copies::temporary() {
  std::error_code failure;
  const fs::path parent = fs::temp_directory_path(failure);
  if (failure) return Error{"there is no directory for temporary files: " + failure.message()};
  std::string pattern = (parent / "sluice-plugins-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) {
    return Error{parent.string() +
                 ": no directory for copies of plugins can be made in it: " + reasonOf(errno)};
  }
  std::shared_ptr<const Copies> made(new Copies(pattern, true));
  if (auto fault = prepare(pattern)) return Error{pattern + " " + *fault};
  return made;
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
  const Fd alone = lockedDirectory(directory_);
  if (alone.get() < 0) return failed();
  Fd there(::open(name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (there.get() >= 0 && lock(there.get(), LOCK_SH) && holds(there.get(), content.bytes)) {
    return Copy(name, there.release());
  }
  std::string made = directory_ + "/.new-XXXXXX";
  Fd fd(::mkostemp(made.data(), O_CLOEXEC));
  if (fd.get() < 0) return failed();
  const bool written = writeAll(fd.get(), content.bytes) && ::fchmod(fd.get(), kFileMode) == 0 &&
                       ::rename(made.c_str(), name.c_str()) == 0;
  if (!written) {
    const Error error = failed();
    ::unlink(made.c_str());
    return error;
  }
  // Opened anew: a file that is open for writing could not be run.
  Fd held(::open(name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (held.get() < 0 || !lock(held.get(), LOCK_SH)) return failed();
  return Copy(name, held.release());
}

void Copies::sweep() const {
  const Fd alone = lockedDirectory(directory_);
  if (alone.get() < 0) return;
  std::error_code failure;
  for (fs::directory_iterator it(directory_, failure), end; !failure && it != end;
       it.increment(failure)) {
    const std::string name = it->path().string();
    const Fd fd(::open(name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (fd.get() >= 0 && lock(fd.get(), LOCK_EX | LOCK_NB)) ::unlink(name.c_str());
  }
}

}  // namespace sluice::plugins
