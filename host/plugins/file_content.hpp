// FileContent: which file a path means at this moment, and a hash of what is in it.
// Threads: plain values; reading blocks.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

#include "base/result.hpp"

namespace sluice::plugins {

struct FileContent {
  std::string path;    // canonical
  std::string sha256;  // lower-case hex
  dev_t device = 0;
  ino_t inode = 0;
};

// Error: the reason alone, without the file's name ("no such file").
Result<FileContent> readContent(const std::string& file);

}  // namespace sluice::plugins
