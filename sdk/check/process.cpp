#include "process.hpp"

#include <dirent.h>
#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <thread>

#include "bench.hpp"

namespace sluice::check {

namespace {

// Threads end a moment after they were joined, or are detached: they are waited for.
std::size_t settledThreads(std::size_t wanted) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(300 * slowness());
  std::size_t count = threadCount();
  while (count > wanted && std::chrono::steady_clock::now() < until) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    count = threadCount();
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
  const auto round = [&] {
    for (std::size_t i = 0; i < each; ++i) work();
  };
  const std::size_t threadsAtFirst = threadCount();
  round();  // what is kept from the first time on is no leak
  const std::size_t threads = settledThreads(0), files = openFiles().size();
  // A leak grows in every round; what is cached, or kept in a table that doubles, does not.
  constexpr int kRounds = 3;
  std::size_t grown = 0;
  bool always = !isSanitized();
  std::size_t before = heapInUse();
  for (int i = 0; i < kRounds; ++i) {
    round();
    const std::size_t now = heapInUse();
    always = always && now >= before + each * 8;
    if (now > before) grown += now - before;
    before = now;
  }
  const std::size_t times = each * kRounds;
  const auto told = [&](std::size_t count, const std::string& what) {
    return std::to_string(count) + " " + what + " after " + std::to_string(times) + " times";
  };
  const std::size_t threadsNow = settledThreads(threads), filesNow = openFiles().size();
  if (threadsNow >= threads + times / 2) return told(threadsNow - threads, "more threads");
  // So many that no more could be made.
  if (threadsNow >= threadsAtFirst + std::max<std::size_t>(each, 100))
    return told(threadsNow - threadsAtFirst, "more threads");
  if (filesNow >= files + times / 2) return told(filesNow - files, "more open descriptors");
  if (always) return told(grown, "more bytes of memory in use");
  return {};
}

}  // namespace sluice::check
