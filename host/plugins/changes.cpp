#include "plugins/changes.hpp"

#include <algorithm>

namespace sluice::plugins {

namespace {

const LibraryInfo* ofFile(std::span<const LibraryInfo> libraries, const std::string& file) {
  const auto found = std::ranges::find(libraries, file, &LibraryInfo::file);
  return found == libraries.end() ? nullptr : &*found;
}

// The hash tells builds of one version apart.
std::string replaced(const LibraryInfo& old, const LibraryInfo& now) {
  constexpr std::size_t kEnough = 12;
  std::string out = now.stem + ": " + old.version + " replaced by " + now.version;
  if (old.version != now.version) return out;
  return out + " (" + old.sha256.substr(0, kEnough) + " by " + now.sha256.substr(0, kEnough) + ')';
}

}  // namespace

std::vector<std::string> changesOf(std::span<const LibraryInfo> before,
                                   std::span<const LibraryInfo> after) {
  std::vector<std::string> out;
  for (const LibraryInfo& now : after) {
    const LibraryInfo* const old = ofFile(before, now.file);
    if (old == nullptr) out.push_back(now.stem + ": added, " + now.version);
    else if (old->sha256 != now.sha256) out.push_back(replaced(*old, now));
  }
  for (const LibraryInfo& old : before) {
    if (ofFile(after, old.file) == nullptr) out.push_back(old.stem + ": taken out, " + old.version);
  }
  return out;
}

}  // namespace sluice::plugins
