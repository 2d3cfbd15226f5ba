#include "runner.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <thread>

#include "bench.hpp"
#include "command.hpp"
#include "note.hpp"
#include "process.hpp"

extern char** environ;

namespace sluice::check {

namespace {

constexpr int kNoteInChild = 9;

std::string readAll(int descriptor) {
  std::string out(std::size_t{64} * 1024, '\0');
  const ssize_t size = pread(descriptor, out.data(), out.size(), 0);
  out.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  return out;
}

// Returns when the child has ended or the time is over, whichever is first.
void waitUntilEnded(pid_t child, double seconds) {
  const int handle = static_cast<int>(syscall(SYS_pidfd_open, child, 0));
  if (handle >= 0) {
    pollfd waiting = {handle, POLLIN, 0};
    poll(&waiting, 1, static_cast<int>(seconds * 1000));
    ::close(handle);
    return;
  }
  // A kernel or a sandbox without pidfd_open().
  using Clock = std::chrono::steady_clock;
  const auto until = Clock::now() + std::chrono::duration<double>(seconds);
  siginfo_t ended = {};
  while (Clock::now() < until &&
         waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOHANG | WNOWAIT) == 0 &&
         ended.si_pid == 0)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
}

// The child's status; kills it when it has begun no further step of its check for so long.
int waitFor(pid_t child, double seconds, const NotePage& page, bool& tooLong) {
  constexpr int kLooks = 10;  // within the time of a step
  siginfo_t ended = {};
  std::uint64_t steps = 0;
  for (int looks = 0; looks < kLooks && ended.si_pid == 0; ++looks) {
    waitUntilEnded(child, seconds / kLooks);
    waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOHANG | WNOWAIT);
    const std::uint64_t now = note::stepsOf(page);
    if (now != steps) looks = 0;
    steps = now;
  }
  tooLong = ended.si_pid == 0;
  if (tooLong) kill(child, SIGKILL);
  kill(-child, SIGKILL);  // and what it may have started
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  return status;
}

// What plugins have started and taken out of their process group. It was handed to this process
// when its parent ended, and there is nothing else left of this process's children.
void endOrphans() {
  for (;;) {
    const std::vector<pid_t> orphans = childrenOfThisProcess();
    if (orphans.empty()) return;
    for (const pid_t orphan : orphans) {
      kill(orphan, SIGKILL);
      while (waitpid(orphan, nullptr, 0) < 0 && errno == EINTR) continue;
    }
  }
}

pid_t spawn(const std::vector<std::string>& arguments, int note, int output) {
  std::vector<char*> list;
  for (const std::string& argument : arguments) list.push_back(const_cast<char*>(argument.c_str()));
  list.push_back(nullptr);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&files, output, STDERR_FILENO);
  posix_spawn_file_actions_adddup2(&files, note, kNoteInChild);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  posix_spawnattr_setpgroup(&attributes, 0);
  pid_t child = -1;
  const int failure =
      posix_spawn(&child, "/proc/self/exe", &files, &attributes, list.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  if (failure != 0)
    throw std::runtime_error("cannot start a process: " + std::string(std::strerror(failure)));
  return child;
}

void limit(__rlimit_resource what, rlim_t most) {
  const rlimit limits = {most, most};
  setrlimit(what, &limits);
}

std::vector<std::string> argumentsFor(const Check& check, const Options& options) {
  std::vector<std::string> out = {"sluice-plugin-check"};
  const std::vector<std::string> words = wordsOf(options);
  out.insert(out.end(), words.begin(), words.end());
  out.insert(out.end(), {"--in-process", "--only", check.id});
  return out;
}

// What to type to see it again, with the random input that it happened with.
std::string again(std::vector<std::string> arguments, std::uint64_t seed) {
  if (seed != 0) arguments.insert(arguments.end(), {"--seed", std::to_string(seed)});
  return shellLine(arguments);
}

Result runOne(const Check& check, const Options& options) {
  const auto begin = std::chrono::steady_clock::now();
  const std::vector<std::string> arguments = argumentsFor(check, options);
  const Child child = runChild(arguments, options.timeout);
  Result out;
  out.check = &check;
  out.ms = static_cast<long>(std::chrono::duration_cast<std::chrono::milliseconds>(
                                 std::chrono::steady_clock::now() - begin)
                                 .count());
  const std::string said = lastWords(child);
  const auto result = nlohmann::json::parse(child.result, nullptr, false);
  bool ended = !child.tooLong && !result.is_discarded() && WIFEXITED(child.status);
  try {
    if (ended) out.outcome = outcomeFrom(result);
  } catch (const nlohmann::json::exception&) {
    ended = false;  // the plugin has written over it
    out.outcome = {};
  }
  const bool sanitizer =
      said.find("Sanitizer") != said.npos || said.find("runtime error") != said.npos;
  if (ended && !sanitizer) return out;
  out.outcome.verdict = Verdict::failed;
  if (!ended) out.crashedIn = child.calling;
  Failure failure;
  failure.component = child.component;
  failure.expected = "the plugin goes on, and comes back";
  failure.came = endOf(child, options.timeout);
  if (!child.where.empty()) failure.came += " " + child.where;
  failure.did = check.title;
  if (!child.memory.empty()) failure.came += "\n" + child.memory;
  if (ended) failure.came = "a sanitizer found a fault";
  if (!said.empty()) failure.came += "\n" + said;
  failure.fix = !child.memory.empty()
                    ? "copy what you need before you return, and read no further than len or "
                      "struct_size says"
                    : "run it in a debugger: gdb --args " + again(arguments, child.seed);
  out.outcome.failures.push_back(std::move(failure));
  return out;
}

// A library that crashes as soon as it is looked at crashes in every check: one tells it.
void tellOnce(std::vector<Result>& results, const char* function, std::string_view owner) {
  const auto isOwner = [&](const Result& result) {
    return result.check->id == owner && result.crashedIn == function;
  };
  if (std::ranges::none_of(results, isOwner)) return;
  for (Result& result : results) {
    if (result.crashedIn != function || isOwner(result)) continue;
    result.outcome = {
        Verdict::skipped,
        "the library does not survive " + std::string(function) + ": see " + std::string(owner),
        {}};
  }
}

}  // namespace

Child runChild(std::vector<std::string> arguments, double seconds) {
  arguments.insert(arguments.end(), {"--note", std::to_string(kNoteInChild)});
  Child out;
  const int note = note::create();
  const int output = memfd_create("output", 0);
  if (note < 0 || output < 0) throw std::runtime_error("there is no shared memory for a check");
  fcntl(note, F_SETFD, FD_CLOEXEC);
  fcntl(output, F_SETFD, FD_CLOEXEC);
  const pid_t child = spawn(arguments, note, output);
  const NotePage* const left = note::map(note);
  out.status = waitFor(child, seconds, *left, out.tooLong);
  // The plugin may have written anything there.
  const auto page = std::make_unique<NotePage>(*left);
  note::unmap(left);
  for (char* const last : {std::end(page->component), std::end(page->calling),
                           std::end(page->during), std::end(page->memory)})
    last[-1] = '\0';
  out.component = page->component;
  out.calling = page->calling;
  out.where = note::where(*page);
  out.memory = page->memory;
  out.seed = page->seed;
  if (page->size > 0) out.result.assign(page->result, std::min(page->size, sizeof page->result));
  out.output = readAll(output);
  ::close(note);
  ::close(output);
  return out;
}

std::string endOf(const Child& child, double seconds) {
  if (child.tooLong) {
    std::string time = std::to_string(seconds);
    time.erase(time.find_last_not_of('0') + 1);
    if (time.ends_with('.')) time.pop_back();
    return "did not come back within " + time + " s";
  }
  if (WIFSIGNALED(child.status)) {
    const char* const name = sigabbrev_np(WTERMSIG(child.status));
    return "crashed (" + (name != nullptr ? "SIG" + std::string(name) : std::string("a signal")) +
           ")";
  }
  return "ended the process (exit status " + std::to_string(WEXITSTATUS(child.status)) + ")";
}

std::string lastWords(const Child& child) {
  std::string_view text = child.output;
  const std::size_t report = std::min(text.find("ERROR: "), text.find("WARNING: ThreadSanitizer"));
  if (report != text.npos) text.remove_prefix(report);
  else if (text.size() > 600) text.remove_prefix(text.size() - 600);
  std::string out;
  for (const char c : text.substr(0, 1500))
    out += (static_cast<unsigned char>(c) < 0x20 && c != '\n') || c == '\x7f' ? ' ' : c;
  while (!out.empty() && (out.back() == '\n' || out.back() == ' ')) out.pop_back();
  return isUtf8(out) ? out : shown(out, 1500);
}

namespace {

constexpr std::string_view kOpens = "library.opens", kEntry = "library.entry-twice";

Result skipped(const Check& check, std::string why) {
  Result out;
  out.check = &check;
  out.outcome = {Verdict::skipped, std::move(why), {}};
  return out;
}

// Several at a time; at least two, since many checks wait more than they work.
void runSeveral(const std::vector<const Check*>& checks, const std::vector<std::size_t>& which,
                const Options& options, std::vector<Result>& out) {
  std::atomic<std::size_t> next = 0;
  std::atomic<bool> broken = false;
  std::vector<std::thread> workers;
  const std::size_t most = std::clamp<std::size_t>(std::thread::hardware_concurrency(), 2, 16);
  for (std::size_t i = 0; i < std::min(most, which.size()); ++i)
    workers.emplace_back([&] {
      for (std::size_t at = next++; at < which.size(); at = next++) try {
          out[which[at]] = runOne(*checks[which[at]], options);
        } catch (const std::exception&) {
          broken = true;
        }
    });
  for (std::thread& worker : workers) worker.join();
  endOrphans();
  if (broken) throw std::runtime_error("a check could not be started");
}

}  // namespace

std::vector<Result> runApart(const std::vector<const Check*>& checks, const Options& options) {
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  std::vector<Result> out(checks.size());
  std::vector<std::size_t> loading, first, decoding;
  for (std::size_t i = 0; i < checks.size(); ++i) {
    const std::string_view id = checks[i]->id;
    const bool loads = id == kOpens || id == kEntry;
    (loads ? loading : checks[i]->decodes ? decoding : first).push_back(i);
  }
  runSeveral(checks, loading, options, out);
  for (const std::size_t i : loading) {
    if (out[i].crashedIn != "dlopen()" && out[i].crashedIn != "sluice_plugin_entry") continue;
    const std::string why = "the library does not survive " + out[i].crashedIn + ": see ";
    for (std::size_t other = 0; other < checks.size(); ++other)
      if (out[other].check == nullptr) out[other] = skipped(*checks[other], why + checks[i]->id);
    return out;
  }
  runSeveral(checks, first, options, out);
  // What does not survive a recorded answer survives it in no other check.
  constexpr std::string_view kWhole = "codec.whole";
  const bool fatal = std::ranges::any_of(out, [&](const Result& result) {
    return result.check != nullptr && result.check->id == kWhole &&
           result.crashedIn.starts_with("codec.");
  });
  if (!fatal) runSeveral(checks, decoding, options, out);
  for (const std::size_t i : fatal ? decoding : std::vector<std::size_t>())
    out[i] = skipped(*checks[i], "it does not survive a transcript: see " + std::string(kWhole));
  tellOnce(out, "dlopen()", kOpens);
  tellOnce(out, "sluice_plugin_entry", kEntry);
  return out;
}

void becomeChild(int noteDescriptor, double seconds) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  note::open(noteDescriptor);
  ::close(noteDescriptor);
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_FSIZE, 64 << 20);
  limit(RLIMIT_CPU, static_cast<rlim_t>(seconds * 8) + 2);
  if (!isSanitized()) limit(RLIMIT_DATA, rlim_t{16} << 30);
  rlimit files = {};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = std::min<rlim_t>(files.rlim_max, 4096);
  setrlimit(RLIMIT_NOFILE, &files);
}

}  // namespace sluice::check
