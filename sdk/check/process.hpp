// What this process holds: threads, files, memory.
// Threads: pure functions.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <functional>
#include <set>
#include <string>
#include <vector>

namespace sluice::check {

std::size_t threadCount();
// Also those that it was handed when their parent ended.
std::vector<pid_t> childrenOfThisProcess();
// "4 -> /dev/zero", one a descriptor; without the one that is needed to look.
std::set<std::string> openFiles();
// Bytes that malloc() has given out.
std::size_t heapInUse();

// What a piece of work, done `each` times in a row, leaves behind each time; empty: nothing that
// grows. Memory is told only where malloc() is the system's own.
std::string leakOf(std::size_t each, const std::function<void()>& work);

}  // namespace sluice::check
