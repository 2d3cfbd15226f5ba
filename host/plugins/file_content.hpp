// FileContent: the bytes of a plugin file, read once. What is checked, copied and run is this, and
// never again what may stand under the path by then.
// Threads: plain values; reading blocks.
#pragma once

#include <string>

#include "base/result.hpp"

namespace sluice::plugins {

struct FileContent {
  std::string path;    // canonical
  std::string sha256;  // lower-case hex
  std::string bytes;   // empty once they are no longer needed
};

// Error: the reason alone, without the file's name ("no such file").
Result<FileContent> readContent(const std::string& file);

}  // namespace sluice::plugins
