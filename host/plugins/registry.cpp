#include "plugins/registry.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <utility>

#include "base/text.hpp"
#include "plugins/component.hpp"
#include "plugins/component_instance.hpp"
#include "plugins/library.hpp"
#include "plugins/report.hpp"
#include "plugins/safe_path.hpp"
#include "plugins/settings_check.hpp"

namespace sluice::plugins {

namespace {

namespace fs = std::filesystem;

class OpenRegistry final : public Registry {
 public:
  explicit OpenRegistry(std::uint64_t generation) noexcept : generation_(generation) {}
  void add(const std::string& file, const std::shared_ptr<Library>& library,
           std::vector<std::string>& problems);

  const std::vector<LibraryInfo>& libraries() const noexcept override { return libraries_; }
  const std::vector<Problem>& problems() const noexcept override { return problems_; }
  void keep(std::vector<Problem> problems) { problems_ = std::move(problems); }
  std::vector<std::string> floorNotices(const config::Trust& trust) const override;
  std::string report() const override;
  const ComponentInfo* find(Kind kind, std::string_view id) const noexcept override {
    const Offer* offer = offered(kind, id);
    return offer == nullptr ? nullptr : &offer->info;
  }
  std::vector<std::string_view> available(Kind kind) const override;
  Result<std::shared_ptr<const Instance>> create(
      Kind kind, std::string_view id, const std::string& name, const std::string& settings,
      const std::shared_ptr<const Instance>& before) const override;

 private:
  struct Offer {
    ComponentInfo info;
    const sluice_component* table;
    std::shared_ptr<Library> library;
    std::string file;
  };
  const Offer* offered(Kind kind, std::string_view id) const noexcept;
  Error unknown(Kind kind, std::string_view id, const std::string& name) const;
  const std::string* unusable(std::string_view id) const;

  const std::uint64_t generation_;
  std::vector<LibraryInfo> libraries_;
  std::vector<std::unique_ptr<const Offer>> offers_;
  std::vector<Problem> problems_;
};

void OpenRegistry::add(const std::string& file, const std::shared_ptr<Library>& library,
                       std::vector<std::string>& problems) {
  Description found = describe(file, library->content(), library->table());
  problems = std::move(found.problems);
  LibraryInfo info = std::move(found.info);
  std::vector<ComponentInfo> kept;
  for (std::size_t i = 0; i < info.components.size(); ++i) {
    ComponentInfo& component = info.components[i];
    const auto before = std::ranges::find_if(
        offers_, [&](const auto& offer) { return offer->info.id == component.id; });
    if (before != offers_.end()) {
      problems.push_back("component " + component.id + ": is already offered by " +
                         (*before)->file);
      continue;
    }
    kept.push_back(component);
    offers_.push_back(
        std::make_unique<const Offer>(Offer{std::move(component), found.tables[i], library, file}));
  }
  info.components = std::move(kept);
  libraries_.push_back(std::move(info));
}

// A full id, or a short one that means one component only.
const OpenRegistry::Offer* OpenRegistry::offered(Kind kind, std::string_view id) const noexcept {
  const Offer* byShort = nullptr;
  for (const auto& offer : offers_) {
    if (offer->info.kind != kind) continue;
    if (offer->info.id == id) return offer.get();
    if (shortId(offer->info.id) != id) continue;
    if (byShort != nullptr) return nullptr;
    byShort = offer.get();
  }
  return byShort;
}

std::vector<std::string_view> OpenRegistry::available(Kind kind) const {
  std::vector<std::string_view> ids;
  for (const auto& offer : offers_) {
    if (offer->info.kind == kind) ids.emplace_back(offer->info.id);
  }
  std::ranges::sort(ids);
  return ids;
}

// The file of that component's name that is enabled and has a problem, or null.
const std::string* OpenRegistry::unusable(std::string_view id) const {
  const auto found = std::ranges::find_if(problems_, [id](const Problem& problem) {
    return !problem.file.empty() && fs::path(problem.file).stem() == shortId(id);
  });
  return found == problems_.end() ? nullptr : &found->file;
}

Error OpenRegistry::unknown(Kind kind, std::string_view id, const std::string& name) const {
  std::string what =
      name + ": no plugin offers a " + std::string(toString(kind)) + " \"" + std::string(id) + '"';
  std::vector<std::string_view> known;
  std::string meant;
  for (const std::string_view full : available(kind)) {
    known.push_back(full);
    known.push_back(shortId(full));
    if (shortId(full) == id) meant += (meant.empty() ? "" : " and ") + std::string(full);
  }
  if (!meant.empty()) return Error{name + ": \"" + std::string(id) + "\" may mean " + meant};
  const std::string_view near = text::nearest(id, known);
  if (!near.empty()) what += "; did you mean \"" + std::string(near) + "\"?";
  else if (const std::string* file = unusable(id)) what += "; " + *file + " could not be used";
  else what += "; plugins.enable names the files that are opened";
  return Error{what};
}

Result<std::shared_ptr<const Instance>> OpenRegistry::create(
    Kind kind, std::string_view id, const std::string& name, const std::string& settings,
    const std::shared_ptr<const Instance>& before) const {
  const Offer* offer = offered(kind, id);
  if (offer == nullptr) return unknown(kind, id, name);
  const auto* old = static_cast<const ComponentInstance*>(before.get());
  if (old != nullptr && old->is(*offer->library, offer->info.id, name, settings)) return before;
  const auto faults = faultsOfSettings(offer->info.settingsSchema, settings);
  if (!faults.empty()) {
    std::string all = name + " (" + offer->info.id + "): ";
    for (const std::string& fault : faults) {
      if (&fault != &faults.front()) all += "; ";
      all += fault;
    }
    return Error{all};
  }
  auto made = ComponentInstance::create(offer->library, *offer->table, offer->info, name, settings);
  if (!made) return made.error();
  return std::shared_ptr<const Instance>(*std::move(made));
}

// A floor that refused a library is named in that library's problem.
std::vector<std::string> OpenRegistry::floorNotices(const config::Trust& trust) const {
  std::vector<std::string_view> ids;
  ids.reserve(offers_.size());
  for (const auto& offer : offers_) ids.emplace_back(offer->info.id);
  std::vector<std::string> notices;
  if (libraries_.empty()) return notices;  // whatever the floors say, nothing runs
  for (const config::VersionFloor& floor : trust.minimumVersions) {
    const bool heeded = std::ranges::find(ids, floor.component) != ids.end() ||
                        std::ranges::any_of(problems_, [&](const Problem& problem) {
                          return problem.message.find(floor.component) != problem.message.npos;
                        });
    if (heeded) continue;
    std::string notice = "plugins.trust.minimum_versions: no plugin that is enabled offers " +
                         floor.component + ", so that this protects nothing";
    const std::string_view near = text::nearest(floor.component, ids);
    if (!near.empty()) notice += "; did you mean " + std::string(near) + "?";
    if (!floor.where.empty()) notice.insert(0, floor.where + ": ");
    notices.push_back(std::move(notice));
  }
  return notices;
}

std::string OpenRegistry::report() const {
  return reportOf(
      [this](const Library& library) {
        return std::ranges::any_of(
            offers_, [&](const auto& offer) { return offer->library.get() == &library; });
      },
      generation_, problems_);
}

// "no such file" alone helps nobody who mistyped a name.
std::string withSuggestion(std::string reason, const std::string& stem,
                           const std::string& directory) {
  std::vector<std::string> stems;
  for (const std::string& file : filesIn(directory))
    stems.push_back(fs::path(file).stem().string());
  const std::string_view near = text::nearest(stem, {stems.begin(), stems.end()});
  if (!near.empty()) reason += "; did you mean \"" + std::string(near) + "\"?";
  return reason;
}

// Sees to it that plugins may be opened from `directory`, and that there is a place to run them
// from. Says why that is not so.
std::optional<std::string> prepare(const config::Plugins& wanted, const std::string& directory,
                                   std::shared_ptr<const Copies>& copies) {
  if (!wanted.enable.empty()) {
    if (const auto fault = faultOfPath(directory)) {
      return "no plugin is opened: " + fault->message;
    }
  }
  if (copies == nullptr) {
    auto made = Copies::temporary();
    if (!made) return made.error().message;
    copies = *std::move(made);
  }
  std::error_code ignored;
  if (fs::equivalent(directory, copies->directory(), ignored)) {
    return "no plugin is opened: plugins.directory, " + directory +
           ", is where copies of plugins are kept; name another";
  }
  return std::nullopt;
}

}  // namespace

std::shared_ptr<const Registry> Registry::open(const config::Plugins& wanted,
                                               const std::string& directory,
                                               std::vector<Problem>& problems,
                                               std::shared_ptr<const Copies> copies,
                                               std::uint64_t generation) {
  const auto registry = std::make_shared<OpenRegistry>(generation);
  if (auto fault = prepare(wanted, directory, copies)) {
    problems.push_back({"", *std::move(fault), ""});
    registry->keep(problems);
    return registry;
  }
  std::vector<std::string_view> seen;
  for (const config::PluginFile& plugin : wanted.enable) {
    if (std::ranges::find(seen, plugin.stem) != seen.end()) continue;
    seen.push_back(plugin.stem);
    std::error_code ignored;
    const fs::path place = fs::path(directory) / (plugin.stem + ".so");
    const std::string file = fs::absolute(place, ignored).lexically_normal().string();
    const auto complain = [&](const std::string& what) {
      problems.push_back({plugin.where, std::string(file).append(": ").append(what), file});
    };
    if (const auto fault = faultOfPath(file)) {
      complain(fault->message);
      continue;
    }
    auto library = Library::open(plugin, file, wanted.trust, *copies, generation);
    if (!library) {
      std::string reason = library.error().message;
      if (!fs::exists(file, ignored)) {
        reason = withSuggestion(std::move(reason), plugin.stem, directory);
      }
      complain(reason);
      continue;
    }
    std::vector<std::string> faults;
    registry->add(file, *library, faults);
    for (const std::string& fault : faults) complain(fault);
  }
  copies->sweep();
  registry->keep(problems);
  return registry;
}

}  // namespace sluice::plugins
