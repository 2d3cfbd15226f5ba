#include "plugins/library.hpp"

#include <algorithm>
#include <filesystem>
#include <list>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "plugins/abi.hpp"
#include "plugins/admission.hpp"
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

// A content at a path.
using Place = std::pair<std::string, std::string>;
Place placeOf(const FileContent& content) { return {content.path, content.sha256}; }

// What is known of libraries from one registry to the next.
struct Shared {
  std::mutex opening;              // one is opened at a time
  std::list<LibraryImage> judged;  // refused by the trust of a while; guarded by `opening`
  std::mutex mutex;                // guards what follows
  std::vector<std::weak_ptr<Library>> open;  // those included that only drain
  std::map<Place, std::string> refused;      // why, where the code stays mapped
};

Shared& shared() {
  static auto* const only = new Shared;  // never destroyed: libraries may outlive main()
  return *only;
}

// What the library says of itself, against who vouches for it and the floors.
std::optional<Error> faultOfLibrary(const config::Trust& trust, const Vouch& vouch,
                                    const LibraryImage& image) {
  const Description found = describe(image.content().path, image.content(), image.table());
  return faultOfOpened(trust, vouch, found.info);
}

std::optional<Error> refusedBefore(const FileContent& content) {
  const std::lock_guard lock(shared().mutex);
  const auto known = shared().refused.find(placeOf(content));
  if (known == shared().refused.end()) return std::nullopt;
  return Error{known->second};
}

void rememberRefusal(const FileContent& content, const Error& why) {
  const std::lock_guard lock(shared().mutex);
  shared().refused.emplace(placeOf(content), why.message);
}

// An image that was refused before and stays mapped, else a new one.
Result<LibraryImage> imageOf(FileContent content, const Copies& copies) {
  auto& judged = shared().judged;
  const auto known = std::ranges::find_if(
      judged, [&](const auto& one) { return placeOf(one.content()) == placeOf(content); });
  if (known == judged.end()) return LibraryImage::open(std::move(content), copies);
  LibraryImage image = std::move(*known);
  judged.erase(known);
  return image;
}

}  // namespace

Result<LibraryImage> LibraryImage::open(FileContent content, const Copies& copies) {
  if (auto refusal = refusedBefore(content)) return *std::move(refusal);
  auto mapped = MappedFile::open(content, copies);
  if (!mapped) return mapped.error();
  content.bytes = std::string();
  LibraryImage image(std::move(content), *std::move(mapped));
  if (auto fault = image.ask()) {
    rememberRefusal(image.content_, *fault);
    return *std::move(fault);
  }
  return image;
}

// Calls its entry, and checks what that answers.
std::optional<Error> LibraryImage::ask() {
  void* const symbol = mapped_->symbol("sluice_plugin_entry");
  if (symbol == nullptr) return Error{"is not a plugin: it exports no sluice_plugin_entry"};
  const auto entry = reinterpret_cast<decltype(&sluice_plugin_entry)>(symbol);
  const sluice_library* table = nullptr;
  sluice_error error = abi::emptyError();
  const auto ask = [&] {
    table = entry(SLUICE_ABI_VERSION);
    return sluice_status{SLUICE_OK};
  };
  const std::string label = std::filesystem::path(content_.path).stem().string();
  const CallSite site{label.c_str()};
  if (calling(site, CallKind::entry, error, ask) != SLUICE_OK) return Error{error.message};
  if (auto fault = check(table)) return fault;
  table_ = table;
  return std::nullopt;
}

LibraryImage::~LibraryImage() {
  if (mapped_ != nullptr && !mayUnload()) keepForGood(std::move(mapped_));
}

bool LibraryImage::mayUnload() const noexcept {
  return table_ != nullptr && (table_->flags & SLUICE_LIB_MAY_UNLOAD) != 0;
}

std::vector<std::shared_ptr<Library>> Library::live() {
  std::vector<std::shared_ptr<Library>> found;
  const std::lock_guard lock(shared().mutex);
  for (const auto& place : shared().open) {
    if (auto library = place.lock()) found.push_back(std::move(library));
  }
  return found;
}

Result<std::shared_ptr<Library>> Library::open(const config::PluginFile& file,
                                               const std::string& path, const config::Trust& trust,
                                               const Copies& copies, std::uint64_t generation) {
  auto content = readContent(path);
  if (!content) return content.error();
  if (auto refusal = refusalOf(file, *content)) return *std::move(refusal);
  const auto vouch = vouchFor(trust, content->path, content->sha256, !file.sha256.empty());
  if (!vouch) return vouch.error();
  const std::lock_guard opening(shared().opening);
  for (auto& library : live()) {
    const FileContent& known = library->content();
    if (known.path != content->path || known.sha256 != content->sha256) continue;
    if (auto fault = faultOfLibrary(trust, *vouch, library->image_)) return *std::move(fault);
    return std::move(library);
  }
  auto image = imageOf(*std::move(content), copies);
  if (!image) return image.error();
  if (auto fault = faultOfLibrary(trust, *vouch, *image)) {
    // Another configuration may take it: it need not be mapped twice for that.
    if (!image->mayUnload()) shared().judged.push_back(*std::move(image));
    return *std::move(fault);
  }
  std::unique_ptr<Library> made(new Library(*std::move(image), path, generation));
  std::string label = made->host_->label();
  const auto library = ownedByControlThread(std::move(made), std::move(label), "deinit");
  if (auto fault = library->initialise()) {
    if (library->image_.mayUnload()) return *std::move(fault);
    fault->message += "; its code cannot be unloaded, so that only a restart tries it again";
    rememberRefusal(library->content(), *fault);
    return *std::move(fault);
  }
  const std::lock_guard lock(shared().mutex);
  std::erase_if(shared().open, [](const auto& place) { return place.expired(); });
  shared().open.push_back(library);
  return library;
}

Library::Library(LibraryImage image, std::string file, std::uint64_t generation)
    : image_(std::move(image)),
      host_(std::make_shared<HostTable>(std::filesystem::path(content().path).stem().string())),
      site_{host_->label().c_str(), &stats_},
      file_(std::move(file)),
      since_(generation) {}

void Library::add(std::weak_ptr<const Instance> instance) {
  const std::lock_guard lock(instancesMutex_);
  std::erase_if(instances_, [](const auto& place) { return place.expired(); });
  instances_.push_back(std::move(instance));
}

std::vector<std::shared_ptr<const Instance>> Library::instances() const {
  std::vector<std::shared_ptr<const Instance>> found;
  const std::lock_guard lock(instancesMutex_);
  for (const auto& place : instances_) {
    if (auto instance = place.lock()) found.push_back(std::move(instance));
  }
  return found;
}

std::optional<Error> Library::initialise() {
  const std::lock_guard lock(control_);
  const sluice_library* library = &table();
  if (SLUICE_HAS(sluice_library, library, init) && library->init != nullptr) {
    sluice_error error = abi::emptyError();
    const auto status = calling(site_, CallKind::init, error, [&] {
      return library->init(host_->get(), content().path.c_str(), &error);
    });
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
    calling(site_, CallKind::deinit, [&] { library->deinit(); });
  }
  if (!image_.mayUnload()) keepForGood(host_);  // its code stays, and may still log
}

}  // namespace sluice::plugins
