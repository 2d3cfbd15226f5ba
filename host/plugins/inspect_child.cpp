#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

#include "base/file_descriptor.hpp"
#include "plugins/registry.hpp"
#include "plugins/temporary_directory.hpp"

extern "C" {
#include <sys/pidfd.h>  // has no such guard of its own in glibc 2.36
extern char** environ;
}

namespace sluice::plugins {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kMostOutput = 1 << 20;

// A child that is certain to have ended, by SIGKILL if need be, when this is gone.
class Child {
 public:
  explicit Child(pid_t pid) : pid_(pid), alive_(::pidfd_open(pid, 0)) {}
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (pid_ > 0) kill();
  }
  int endFd() const noexcept { return alive_.get(); }  // readable when it has ended
  void kill() {
    ::kill(pid_, SIGKILL);
    wait();
  }
  int wait() {
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    return status;
  }

 private:
  pid_t pid_;
  FileDescriptor alive_;
};

// This process's, but for where temporary files go.
std::vector<std::string> environmentWith(const std::string& temporary) {
  std::vector<std::string> all{"TMPDIR=" + temporary};
  for (char** one = environ; *one != nullptr; ++one) {
    if (!std::string_view(*one).starts_with("TMPDIR=")) all.emplace_back(*one);
  }
  return all;
}

// What posix_spawn() wants. Points into the strings.
std::vector<char*> pointersTo(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  pointers.reserve(strings.size() + 1);
  for (std::string& one : strings) pointers.push_back(one.data());
  pointers.push_back(nullptr);
  return pointers;
}

int start(const std::string& self, const std::string& file, const std::string& temporary, int out,
          pid_t& pid) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigset_t all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  std::vector<std::string> words{self, "plugins", "info", "--json", file};
  std::vector<std::string> environment = environmentWith(temporary);
  const int failure = ::posix_spawn(&pid, self.c_str(), &actions, &attributes,
                                    pointersTo(words).data(), pointersTo(environment).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return failure;
}

// Reads what is there. False: the end has come.
bool readSome(int fd, std::string& into) {
  std::array<char, std::size_t{16} * 1024> block;
  for (;;) {
    const ssize_t count = ::read(fd, block.data(), block.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno == EAGAIN;
    if (count == 0) return false;
    into.append(block.data(), static_cast<std::size_t>(count));
    if (into.size() > kMostOutput) return false;
  }
}

// Collects the output until the child has ended. Says why if that did not come about.
std::optional<std::string> collect(const Child& child, int fd, Clock::time_point deadline,
                                   std::string& output) {
  bool open = true;
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    if (left <= 0) return "did not answer in time";
    pollfd waits[] = {{child.endFd(), POLLIN, 0}, {open ? fd : -1, POLLIN, 0}};
    if (::poll(waits, 2, static_cast<int>(left)) < 0 && errno != EINTR) return "cannot be watched";
    if (open && waits[1].revents != 0) open = readSome(fd, output);
    if (output.size() > kMostOutput) return "says too much";
    if (waits[0].revents == 0) continue;
    if (open) readSome(fd, output);
    return std::nullopt;
  }
}

std::string signalName(int signal) {
  const char* name = ::sigabbrev_np(signal);
  return name == nullptr ? std::to_string(signal) : std::string("SIG") + name;
}

}  // namespace

Result<LibraryInfo> inspectInChild(const std::string& self, const std::string& file,
                                   std::chrono::milliseconds deadline) {
  std::error_code ignored;
  const std::string path = std::filesystem::absolute(file, ignored).lexically_normal().string();
  const auto failed = [&](const std::string& what) { return Error{path + ": " + what}; };
  // The child's copy is in here, so that it goes even if the child crashes.
  const auto temporary = TemporaryDirectory::make();
  if (!temporary) return failed(temporary.error().message);
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) return failed("no pipe could be made for it");
  const FileDescriptor in(ends[0]);
  FileDescriptor out(ends[1]);
  ::fcntl(out.get(), F_SETFL, 0);  // the child's end blocks as usual
  pid_t pid = -1;
  if (const int failure = start(self, path, temporary->path(), out.get(), pid); failure != 0) {
    return failed("could not be looked at: " + self + ": " +
                  std::generic_category().message(failure));
  }
  out.reset();
  Child child(pid);
  std::string output;
  if (const auto why = collect(child, in.get(), Clock::now() + deadline, output))
    return failed(*why);
  const int status = child.wait();
  if (WIFSIGNALED(status)) return failed("crashed: " + signalName(WTERMSIG(status)));
  auto info = fromJson(output);
  if (info || output.starts_with("{\"error\"")) return info;
  if (WEXITSTATUS(status) != 0) {
    return failed("ended with exit code " + std::to_string(WEXITSTATUS(status)) +
                  " when it was opened");
  }
  return failed(info.error().message);
}

}  // namespace sluice::plugins
