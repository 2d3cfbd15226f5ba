#include "process.hpp"

#include <dirent.h>
#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "bench.hpp"

namespace sluice::check {

namespace {

// Threads end a moment after they were joined, or are detached: they are waited for, until there
// are no more than wanted, or their number no longer changes.
std::size_t settledThreads(std::size_t wanted) {
  using std::chrono::milliseconds;
  std::size_t count = threadCount();
  for (int same = 0; same < 10 && count > wanted; ++same) {
    std::this_thread::sleep_for(milliseconds(2 * slowness()));
    const std::size_t now = threadCount();
    if (now != count) same = 0;
    count = now;
  }
  return count;
}

}  // namespace

std::size_t threadCount() {
  std::size_t count = 0;
  std::error_code failure;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/task", failure)) {
    (void)entry;
    ++count;
  }
  return count;
}

std::vector<pid_t> childrenOfThisProcess() {
  std::vector<pid_t> out;
  std::error_code failure;
  for (const auto& thread : std::filesystem::directory_iterator("/proc/self/task", failure)) {
    std::ifstream list(thread.path() / "children");
    for (pid_t child = 0; list >> child;) out.push_back(child);
  }
  return out;
}

std::set<std::string> openFiles() {
  std::set<std::string> out;
  DIR* const directory = opendir("/proc/self/fd");
  if (directory == nullptr) return out;
  const std::string own = std::to_string(dirfd(directory));
  while (const dirent* const entry = readdir(directory)) {
    const std::string name = entry->d_name;
    if (name == own || name[0] == '.') continue;
    std::array<char, 512> target{};
    const ssize_t size =
        readlink(("/proc/self/fd/" + name).c_str(), target.data(), target.size() - 1);
    out.insert(name + " -> " + std::string(target.data(), size > 0 ? std::size_t(size) : 0));
  }
  closedir(directory);
  return out;
}

std::size_t heapInUse() {
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

std::string leakOf(std::size_t each, const std::function<void()>& work) {
  mallopt(M_MXFAST, 0);  // with its fast bins glibc tells of growth where all was freed
  const auto round = [&] {
    for (std::size_t i = 0; i < each; ++i) work();
  };
  const std::size_t threadsAtFirst = threadCount();
  round();  // what is kept from the first time on is no leak
  // A leak grows in every round; what is cached, or kept in a table that doubles, does not.
  constexpr int kRounds = 3;
  bool memory = !isSanitized(), threads = true, files = true;
  std::size_t heap = heapInUse(), running = settledThreads(threadsAtFirst),
              open = openFiles().size();
  const std::size_t heapBefore = heap, runningBefore = running;
  const std::set<std::string> filesBefore = openFiles();
  for (int i = 0; i < kRounds && (i == 0 || memory || threads || files); ++i) {
    round();
    memory = memory && heapInUse() >= heap + each * 8;
    threads = threads && settledThreads(running) >= running + (each + 1) / 2;
    files = files && openFiles().size() >= open + (each + 1) / 2;
    heap = heapInUse();
    running = threadCount();
    open = openFiles().size();
  }
  const auto told = [&](std::size_t count, const std::string& what) {
    return std::to_string(count) + " " + what + " after " + std::to_string(each * kRounds) +
           " times";
  };
  if (threads) return told(running - runningBefore, "more threads");
  for (const std::string& file : files ? openFiles() : std::set<std::string>())
    if (!filesBefore.contains(file))
      return told(open - filesBefore.size(), "more open descriptors") + ", such as " + file;
  if (memory) return told(heap - heapBefore, "more bytes of memory in use");
  return {};
}

}  // namespace sluice::check
