// Writing a file so that whoever reads it sees the old content or the new, and never a part.
// Threads: any; blocks.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace sluice::app {

// Puts a new file with that text in the place of `file`, which must not be a symbolic link. One
// that was there gives its mode and owner; else it is made as the umask has it. Error: names the
// file.
std::optional<Error> replaceFile(const std::string& file, std::string_view text);

}  // namespace sluice::app
