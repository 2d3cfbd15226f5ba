// MappedFile: a plugin's content mapped into this process, from a copy, and unmapped with its
// owner. The dynamic linker knows libraries by name and inode and would answer with what it has
// already; so each mapping has a copy of its own, and a copy that is still mapped is never opened
// again: code that has ended does not begin a second time.
// Threads: opening and destroying from any thread; they block.
#pragma once

#include <memory>

#include "base/result.hpp"
#include "plugins/copies.hpp"
#include "plugins/file_content.hpp"

namespace sluice::plugins {

class MappedFile {
 public:
  // Error: the reason alone, without the file's name.
  static Result<std::shared_ptr<MappedFile>> open(const FileContent& content, const Copies& copies);
  virtual ~MappedFile() = default;

  // Null if it exports none of that name.
  virtual void* symbol(const char* name) const noexcept = 0;
};

// Keeps something until the process ends: what belongs to code that may never be unmapped.
void keepForGood(std::shared_ptr<const void> object);

}  // namespace sluice::plugins
