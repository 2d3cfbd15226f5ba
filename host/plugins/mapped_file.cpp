#include "plugins/mapped_file.hpp"

#include <dlfcn.h>
#include <sys/stat.h>

#include <algorithm>
#include <boost/dll/shared_library.hpp>
#include <filesystem>
#include <mutex>
#include <system_error>
#include <utility>
#include <vector>

namespace sluice::plugins {

namespace {

namespace fs = std::filesystem;
namespace load_mode = boost::dll::load_mode;

// One name that the dynamic linker knows, and what it stands for.
struct Known {
  std::string name;  // as given to dlopen
  dev_t device;
  ino_t inode;
  std::string origin, sha256;
  bool spent = false;
};

struct Table {
  std::mutex mutex;
  std::vector<Known> known;
  std::vector<std::shared_ptr<const void>> kept;
};

// Never destroyed: what is kept must outlive all that runs at the end of the process.
Table& table() {
  static auto* const only = new Table;
  return *only;
}

// Whether opening that file would give code that it must not be: older, another's, or spent.
bool wouldGiveOtherCode(const Known& known, const FileContent& content) {
  const bool same = known.origin == content.path && known.sha256 == content.sha256 && !known.spent;
  const bool clash = known.name == content.path ||
                     (known.device == content.device && known.inode == content.inode);
  return clash && !same;
}

// A copy named by its content in a directory of its own, removed with it. What is mapped needs no
// name, so it is gone before anything can leave it behind.
class PrivateCopy {
 public:
  static Result<std::unique_ptr<PrivateCopy>> make(const FileContent& content,
                                                   const std::string& under) {
    std::error_code failure;
    const fs::path parent = under.empty() ? fs::temp_directory_path(failure) : fs::path(under);
    std::string pattern = (parent / "sluice-plugin-XXXXXX").string();
    if (failure || ::mkdtemp(pattern.data()) == nullptr) {
      return Error{"cannot be copied into " + parent.string()};
    }
    std::unique_ptr<PrivateCopy> copy(new PrivateCopy(pattern, content.sha256));
    fs::copy_file(content.path, copy->file_, failure);
    if (failure) return Error{"cannot be copied to " + copy->file_ + ": " + failure.message()};
    return copy;
  }
  ~PrivateCopy() {
    std::error_code ignored;
    fs::remove_all(directory_, ignored);
  }
  const std::string& file() const noexcept { return file_; }

 private:
  PrivateCopy(std::string directory, const std::string& sha256)
      : directory_(std::move(directory)), file_(directory_ + '/' + sha256 + ".so") {}
  std::string directory_, file_;
};

// What the linker said, without the file's name in front.
std::string linkerSays(const std::string& name) {
  const char* text = ::dlerror();
  std::string reason = text == nullptr ? "the dynamic linker gave no reason" : text;
  const std::string prefix = name + ": ";
  if (reason.starts_with(prefix)) reason.erase(0, prefix.size());
  return reason;
}

class Mapping final : public MappedFile {
 public:
  Mapping(boost::dll::shared_library library, std::string name)
      : library_(std::move(library)), name_(std::move(name)) {}
  ~Mapping() override {
    const std::lock_guard lock(table().mutex);
    library_.unload();
    // Others may still have it open, and a library may refuse to go.
    if (void* handle = ::dlopen(name_.c_str(), RTLD_LAZY | RTLD_NOLOAD); handle != nullptr) {
      ::dlclose(handle);
      return;
    }
    std::erase_if(table().known, [this](const Known& known) { return known.name == name_; });
  }
  void* symbol(const char* name) const noexcept override {
    return ::dlsym(library_.native(), name);
  }
  void markSpent() noexcept override {
    const std::lock_guard lock(table().mutex);
    for (Known& known : table().known) known.spent = known.spent || known.name == name_;
  }

 private:
  boost::dll::shared_library library_;
  std::string name_;
};

}  // namespace

Result<std::shared_ptr<MappedFile>> MappedFile::open(const FileContent& content,
                                                     const std::string& copiesUnder) {
  const std::lock_guard lock(table().mutex);
  const bool copied = std::ranges::any_of(
      table().known, [&](const Known& known) { return wouldGiveOtherCode(known, content); });
  std::unique_ptr<PrivateCopy> copy;
  if (copied) {
    auto made = PrivateCopy::make(content, copiesUnder);
    if (!made) return made.error();
    copy = *std::move(made);
  }
  const std::string name = copied ? copy->file() : content.path;
  std::error_code failure;
  boost::dll::shared_library library(name, failure, load_mode::rtld_now | load_mode::rtld_local);
  if (failure) return Error{"cannot be opened: " + linkerSays(name)};
  auto now = readContent(name);
  if (!now || now->sha256 != content.sha256) {
    return Error{"was replaced while it was being opened"};
  }
  const auto isOurs = [&](const Known& known) { return known.name == name; };
  if (std::ranges::none_of(table().known, isOurs)) {
    table().known.push_back({name, now->device, now->inode, content.path, content.sha256, false});
  }
  return std::shared_ptr<MappedFile>(std::make_shared<Mapping>(std::move(library), name));
}

void keepForGood(std::shared_ptr<const void> object) {
  const std::lock_guard lock(table().mutex);
  table().kept.push_back(std::move(object));
}

}  // namespace sluice::plugins
