#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>

#include "exchange.hpp"
#include "modes.hpp"

namespace sluice::bench {

namespace {

using namespace std::chrono_literals;

// Asks on fresh connections until the answer is 200 or the deadline has passed.
io::Task<void> pollFor200(io::Loop& loop, std::uint16_t port, std::string request,
                          io::Deadline deadline, bool& answered) {
  while (!answered && loop.now() < deadline) {
    const io::Until until{deadline, {}};
    io::Opened opened = co_await io::connect(loop, loopback(port), until);
    if (opened.connection) {
      const Answer answer = co_await ask(*opened.connection, request, until);
      answered = answer.whole && answer.status == 200;
    }
    const io::Until pause{loop.after(1ms), {}};
    if (!answered) co_await loop.sleep(pause);
  }
}

bool waitFor200(std::uint16_t port, std::string request, std::chrono::milliseconds limit) {
  bool answered = false;
  io::Loop loop;
  io::Scope scope(loop);
  scope.spawn(pollFor200(loop, port, std::move(request), loop.after(limit), answered));
  while (!scope.empty()) loop.turn(true);
  return answered;
}

// In the child, after fork: no way back. It must not outlive its parent, whatever ends that.
[[noreturn]] void become(const std::vector<char*>& command) {
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  const int nowhere = ::open("/dev/null", O_WRONLY);
  ::dup2(nowhere, STDOUT_FILENO);
  ::dup2(nowhere, STDERR_FILENO);
  ::execvp(command.front(), command.data());
  ::_exit(127);
}

// Asks the process to end, and after five seconds makes it.
void endProcess(pid_t process) {
  ::kill(process, SIGTERM);
  for (int tries = 0; tries < 500; ++tries) {
    if (::waitpid(process, nullptr, WNOHANG) == process) return;
    ::usleep(10'000);
  }
  ::kill(process, SIGKILL);
  ::waitpid(process, nullptr, 0);
}

}  // namespace

int runStart(Arguments& arguments) {
  const std::uint16_t port = arguments.port("port");
  arguments.finish();
  if (arguments.command().front() == nullptr) failUsage("a command is missing after --");
  const auto began = std::chrono::steady_clock::now();
  const pid_t child = ::fork();
  if (child < 0) return 1;
  if (child == 0) become(arguments.command());
  const auto elapsed = [began] {
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - began)
        .count();
  };
  const bool alive = waitFor200(port, getRequest("/health"), 10s);
  const double health = elapsed();
  const bool served = alive && waitFor200(port, chatRequest(false), 10s);
  const double chat = elapsed();
  endProcess(child);
  if (!served) {
    std::fprintf(stderr, "no 200 from %s within 10 s\n", alive ? "a chat request" : "/health");
    return 1;
  }
  std::printf("{\"health_ms\":%.1f,\"chat_ms\":%.1f}\n", health, chat);
  return 0;
}

int runWait(Arguments& arguments) {
  const std::uint16_t port = arguments.port("port");
  const std::chrono::milliseconds limit(arguments.number("limit-ms", 10'000));
  arguments.finish();
  if (waitFor200(port, getRequest("/health"), limit)) return 0;
  std::fprintf(stderr, "no 200 from /health on port %u\n", static_cast<unsigned>(port));
  return 1;
}

}  // namespace sluice::bench
