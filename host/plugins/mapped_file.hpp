// MappedFile: a shared library mapped into this process, and unmapped with its owner.
// The dynamic linker knows libraries by name and inode and would answer with old code where a file
// has been replaced; so a file whose path or inode is in use by other content is opened from a
// private copy. Replace plugin files by renaming: writing into one that is open changes code that
// runs. Threads: opening and destroying from any thread; they block.
#pragma once

#include <memory>
#include <string>

#include "base/result.hpp"
#include "plugins/file_content.hpp"

namespace sluice::plugins {

class MappedFile {
 public:
  // `copiesUnder`: an existing directory for private copies; empty: the system's for temporary
  // files. Error: the reason alone, without the file's name.
  static Result<std::shared_ptr<MappedFile>> open(const FileContent& content,
                                                  const std::string& copiesUnder);
  virtual ~MappedFile() = default;

  // Null if it exports none of that name.
  virtual void* symbol(const char* name) const noexcept = 0;
  // Its code has ended and must not begin again: who opens the same content later, while this is
  // still mapped, gets a private copy.
  virtual void markSpent() noexcept = 0;
};

// Keeps something until the process ends: what belongs to code that may never be unmapped.
void keepForGood(std::shared_ptr<const void> object);

}  // namespace sluice::plugins
