// What a shared library's file says that it exports.
// Threads: pure functions.
#pragma once

#include <string>
#include <vector>

namespace sluice::check {

// The names of the dynamic symbols that the file defines for others, without those that a linker
// adds. Throws std::runtime_error if the file is no shared library of this machine.
std::vector<std::string> exportsOf(const std::string& file);

// Whether it was made by Go, whose runtime starts threads as soon as the library is opened.
bool isGo(const std::string& file);

}  // namespace sluice::check
