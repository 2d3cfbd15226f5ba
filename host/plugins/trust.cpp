#include "plugins/trust.hpp"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "base/semantic_version.hpp"

namespace sluice::plugins {

namespace {

std::optional<Error> faultOfFloors(const config::Trust& trust, std::string_view version,
                                   const std::vector<std::string>& components) {
  for (const config::VersionFloor& floor : trust.minimumVersions) {
    if (std::ranges::find(components, floor.component) == components.end()) continue;
    const auto least = SemanticVersion::parse(floor.version);
    const auto given = SemanticVersion::parse(version);
    const std::string what = "has version " + std::string(version);
    if (!given || !least) {
      return Error{what + ", which cannot be compared with " + floor.version +
                   ", the least that plugins.trust.minimum_versions allows for " + floor.component};
    }
    if (*given < *least) {
      return Error{what + ", but plugins.trust.minimum_versions asks for at least " +
                   floor.version + " of " + floor.component};
    }
  }
  return std::nullopt;
}

std::string publisherOf(const config::Trust& trust, const PublicKey& key) {
  for (const config::Publisher& publisher : trust.publishers) {
    if (PublicKey::parse(publisher.key) == key) return publisher.name;
  }
  return {};
}

}  // namespace

Result<Vouch> vouchFor(const config::Trust& trust, const std::string& file,
                       const std::string& content, bool pinned) {
  Vouch vouch;
  vouch.pinned = pinned;
  if (pinned) return vouch;
  std::error_code ignored;
  const std::string beside = signatureFile(std::filesystem::weakly_canonical(file, ignored));
  const std::string name = std::filesystem::path(beside).filename().string();
  auto signature = readSignature(beside);
  if (!signature) return Error{"its signature " + name + ' ' + signature.error().message};
  std::optional<Signature>& found = *signature;
  if (!found) {
    if (!trust.require) return vouch;
    return Error{"is not signed, and plugins.trust.require asks for it: there is no " + name};
  }
  Statement& statement = found->statement;
  if (!isGenuine(*found)) {
    return Error{"its signature " + name + " is not genuine: it does not match what it says"};
  }
  if (statement.sha256 != content) {
    return Error{"its signature " + name + " is for another content: it names the SHA-256 " +
                 statement.sha256 + ", but the file has " + content};
  }
  vouch.publisher = publisherOf(trust, statement.key);
  if (vouch.publisher.empty() && trust.require) {
    return Error{"is signed by a key that plugins.trust.publishers does not name: " +
                 statement.key.text()};
  }
  if (auto fault = faultOfFloors(trust, statement.version, statement.components)) {
    return *std::move(fault);
  }
  vouch.statement = std::move(statement);
  return vouch;
}

std::optional<Error> faultOfOpened(const config::Trust& trust, const Vouch& vouch,
                                   const LibraryInfo& library) {
  std::vector<std::string> components;
  components.reserve(library.components.size());
  for (const ComponentInfo& component : library.components) components.push_back(component.id);
  if (vouch.statement) {
    const Statement& statement = *vouch.statement;
    if (library.version != statement.version) {
      return Error{"says that it has version " + library.version + ", but is signed as version " +
                   statement.version};
    }
    for (const std::string& id : components) {
      if (std::ranges::find(statement.components, id) != statement.components.end()) continue;
      return Error{"offers " + id + ", but its signature does not name it"};
    }
  }
  return faultOfFloors(trust, library.version, components);
}

}  // namespace sluice::plugins
