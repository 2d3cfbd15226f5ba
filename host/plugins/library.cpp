#include "plugins/library.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <utility>

#include "base/text.hpp"
#include "plugins/abi.hpp"
#include "plugins/component.hpp"
#include "plugins/control.hpp"
#include "plugins/trust.hpp"

namespace sluice::plugins {

namespace {

constexpr std::uint32_t kLargestTable = 64 * 1024;  // of any struct; more is not a size
constexpr std::uint32_t kMostComponents = 256;

bool speaksOurAbi(std::uint32_t version) {
  const bool sameMajor = version >> 16 == SLUICE_ABI_MAJOR;
  return sameMajor && (SLUICE_ABI_MAJOR > 0 || (version & 0xffff) == SLUICE_ABI_MINOR);
}

std::optional<Error> check(const sluice_library* table) {
  const std::string ours = abi::versionText(SLUICE_ABI_VERSION);
  if (table == nullptr) return Error{"does not serve plugin ABI " + ours};
  const std::string size = std::to_string(table->struct_size) + " bytes";
  if (!SLUICE_HAS(sluice_library, table, abi_version) || table->struct_size > kLargestTable) {
    return Error{"is broken: it says that its library table has " + size};
  }
  if (!speaksOurAbi(table->abi_version)) {
    return Error{"was built for plugin ABI " + abi::versionText(table->abi_version) +
                 "; this host speaks " + ours};
  }
  if (!SLUICE_HAS(sluice_library, table, components)) {
    return Error{"is broken: its library table is too short (" + size + ")"};
  }
  if (table->n_components == 0 || table->components == nullptr) {
    return Error{"offers no components"};
  }
  if (table->n_components > kMostComponents) {
    return Error{"is broken: it says that it has " + std::to_string(table->n_components) +
                 " components"};
  }
  return std::nullopt;
}

// The libraries that are open, by path and content.
struct Shared {
  std::mutex mutex;
  std::map<std::pair<std::string, std::string>, std::weak_ptr<Library>> open;
};

Shared& shared() {
  static auto* const only = new Shared;  // never destroyed: libraries may outlive main()
  return *only;
}

// What the library says of itself, against who vouches for it and the floors.
std::optional<Error> faultOfLibrary(const config::Trust& trust, const Vouch& vouch,
                                    const LibraryImage& image) {
  const LibraryInfo info = describe(image.content().path, image.content(), image.table()).info;
  std::vector<std::string> ids;
  for (const ComponentInfo& component : info.components) ids.push_back(component.id);
  return faultOfOpened(trust, vouch, info.version, ids);
}

}  // namespace

Result<LibraryImage> LibraryImage::open(FileContent content, const std::string& copiesUnder) {
  auto mapped = MappedFile::open(content, copiesUnder);
  if (!mapped) return mapped.error();
  LibraryImage image(std::move(content), *std::move(mapped));
  void* const symbol = image.mapped_->symbol("sluice_plugin_entry");
  if (symbol == nullptr) return Error{"is not a plugin: it exports no sluice_plugin_entry"};
  const auto entry = reinterpret_cast<decltype(&sluice_plugin_entry)>(symbol);
  const sluice_library* table = nullptr;
  sluice_error error = abi::emptyError();
  const auto ask = [&] {
    table = entry(SLUICE_ABI_VERSION);
    return sluice_status{SLUICE_OK};
  };
  if (abi::guarded(error, ask) != SLUICE_OK) return Error{error.message};
  if (auto fault = check(table)) return *std::move(fault);
  image.table_ = table;
  return image;
}

LibraryImage::~LibraryImage() {
  if (mapped_ != nullptr && !mayUnload()) keepForGood(std::move(mapped_));
}

bool LibraryImage::mayUnload() const noexcept {
  return table_ != nullptr && (table_->flags & SLUICE_LIB_MAY_UNLOAD) != 0;
}

Result<std::shared_ptr<Library>> Library::open(const std::string& file, const std::string& sha256,
                                               const config::Trust& trust,
                                               const std::string& copiesUnder) {
  auto content = readContent(file);
  if (!content) return content.error();
  if (!sha256.empty() && !text::equalsIgnoringCase(sha256, content->sha256)) {
    return Error{"has the SHA-256 " + content->sha256 + ", but the configuration wants " + sha256};
  }
  const auto vouch = vouchFor(trust, content->path, content->sha256, !sha256.empty());
  if (!vouch) return vouch.error();
  const auto key = std::pair(content->path, content->sha256);
  const std::lock_guard lock(shared().mutex);
  std::weak_ptr<Library>& place = shared().open[key];
  if (auto library = place.lock()) {
    if (auto fault = faultOfLibrary(trust, *vouch, library->image_)) return *std::move(fault);
    return library;
  }
  // One that is just being ended must have ended: the code may be the same.
  waitForRetired();
  auto image = LibraryImage::open(*std::move(content), copiesUnder);
  if (!image) return image.error();
  if (auto fault = faultOfLibrary(trust, *vouch, *image)) return *std::move(fault);
  auto library = ownedByControlThread(std::unique_ptr<Library>(new Library(*std::move(image))));
  if (auto fault = library->initialise()) return *std::move(fault);
  place = library;
  std::erase_if(shared().open, [](const auto& entry) { return entry.second.expired(); });
  return library;
}

Library::Library(LibraryImage image)
    : image_(std::move(image)),
      host_(std::make_shared<HostTable>(std::filesystem::path(content().path).stem().string())) {}

std::optional<Error> Library::initialise() {
  const std::lock_guard lock(control_);
  const sluice_library* library = &table();
  if (SLUICE_HAS(sluice_library, library, init) && library->init != nullptr) {
    sluice_error error = abi::emptyError();
    const auto status = abi::guarded(
        error, [&] { return library->init(host_->get(), content().path.c_str(), &error); });
    if (status != SLUICE_OK) {
      return Error{"failed to initialise: " + abi::fromC(status, error, host_->label()).message};
    }
  }
  initialised_ = true;
  return std::nullopt;
}

Library::~Library() {
  const sluice_library* library = &table();
  if (initialised_ && SLUICE_HAS(sluice_library, library, deinit) && library->deinit != nullptr) {
    const std::lock_guard lock(control_);
    sluice_error error = abi::emptyError();
    abi::guarded(error, [&] {
      library->deinit();
      return sluice_status{SLUICE_OK};
    });
  }
  // init() and deinit() come once for an image, also where it stays mapped.
  image_.markSpent();
  if (!image_.mayUnload()) keepForGood(host_);  // its code stays, and may still log
}

}  // namespace sluice::plugins
