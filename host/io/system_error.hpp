// What stops the program's start or a loop: a system call that must not fail has failed.
// Threads: any.
#pragma once

#include <cerrno>
#include <system_error>

namespace sluice::io {

[[noreturn]] inline void throwErrno(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

}  // namespace sluice::io
