#include "plugins/mapped_file.hpp"

#include <dlfcn.h>

#include <boost/dll/shared_library.hpp>
#include <mutex>
#include <set>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace sluice::plugins {

namespace {

namespace load_mode = boost::dll::load_mode;

struct Table {
  std::mutex mutex;
  std::set<std::string> mapped;  // names that the dynamic linker knows
  std::vector<std::shared_ptr<const void>> kept;
};

// Never destroyed: what is kept must outlive all that runs at the end of the process.
Table& table() {
  static auto* const only = new Table;
  return *only;
}

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
  Mapping(boost::dll::shared_library library, Copy copy)
      : library_(std::move(library)), copy_(std::move(copy)) {}
  ~Mapping() override {
    const std::lock_guard lock(table().mutex);
    library_.unload();
    // A library may refuse to go. Then its name stays known.
    if (void* handle = ::dlopen(copy_.file().c_str(), RTLD_LAZY | RTLD_NOLOAD)) ::dlclose(handle);
    else table().mapped.erase(copy_.file());
  }
  void* symbol(const char* name) const noexcept override {
    return ::dlsym(library_.native(), name);
  }

 private:
  boost::dll::shared_library library_;
  Copy copy_;
};

}  // namespace

Result<std::shared_ptr<MappedFile>> MappedFile::open(const FileContent& content,
                                                     const Copies& copies) {
  const std::lock_guard lock(table().mutex);
  unsigned turn = 1;
  while (table().mapped.contains(copies.nameOf(content, turn))) ++turn;
  auto copy = copies.place(content, turn);
  if (!copy) return copy.error();
  std::error_code failure;
  boost::dll::shared_library library(copy->file(), failure,
                                     load_mode::rtld_now | load_mode::rtld_local);
  if (failure) return Error{"cannot be opened: " + linkerSays(copy->file())};
  table().mapped.insert(copy->file());
  return std::shared_ptr<MappedFile>(
      std::make_shared<Mapping>(std::move(library), *std::move(copy)));
}

void keepForGood(std::shared_ptr<const void> object) {
  const std::lock_guard lock(table().mutex);
  table().kept.push_back(std::move(object));
}

}  // namespace sluice::plugins
