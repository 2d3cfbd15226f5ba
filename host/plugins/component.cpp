#include "plugins/component.hpp"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>

#include "plugins/abi.hpp"
#include "plugins/clean_text.hpp"
#include "plugins/settings_check.hpp"

namespace sluice::plugins {

namespace {

constexpr std::size_t kLongestLine = 500;
constexpr std::uint32_t kLargestTable = 64 * 1024;

std::string line(const char* text) { return cleaned(abi::view(text), kLongestLine); }

// Calls `each` for the strings of a list that NULL ends.
template <class F>
void eachName(const char* const* list, F each) {
  for (; list != nullptr && *list != nullptr; ++list) each(std::string_view(*list));
}

std::optional<std::string> faultOf(const sluice_component& component) {
  if (!SLUICE_HAS(sluice_component, &component, create) || component.struct_size > kLargestTable) {
    return "is broken: it says that its table has " + std::to_string(component.struct_size) +
           " bytes";
  }
  if (!isComponentId(abi::view(component.id))) {
    return "its id must be a reverse domain name such as org.example.echo";
  }
  if (component.kind < SLUICE_KIND_PROVIDER || component.kind > SLUICE_KIND_SEARCH) {
    return "is of kind " + std::to_string(component.kind) + ", which this host does not know";
  }
  if (component.create == nullptr) return "has no create()";
  std::string missing;
  eachName(component.requires_ext, [&](std::string_view id) {
    if (missing.empty() && hostExtension(id) == nullptr) missing = cleaned(id, kLongestLine);
  });
  if (!missing.empty()) return "needs " + missing + ", which this host does not have";
  if (auto fault = faultOfSchema(std::string(abi::view(component.config_schema)))) {
    return "its settings schema " + *fault;
  }
  return std::nullopt;
}

ComponentInfo infoOf(const sluice_component& component) {
  ComponentInfo info;
  info.kind = static_cast<Kind>(component.kind);
  info.id = component.id;
  info.description = line(component.description);
  const auto schema = abi::view(component.config_schema);
  // In one form, so that it is the same whichever way it came.
  if (!schema.empty()) info.settingsSchema = nlohmann::ordered_json::parse(schema).dump();
  eachName(component.dialects, [&](std::string_view dialect) {
    info.dialects.push_back(cleaned(dialect, kLongestLine));
  });
  return info;
}

}  // namespace

bool isComponentId(std::string_view id) noexcept {
  const auto isPartOf = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  bool dot = true;  // the character before is one, or there is none
  bool dots = false;
  for (const char c : id) {
    if (c == '.' ? dot : !isPartOf(c)) return false;
    dot = c == '.';
    dots = dots || dot;
  }
  return dots && !dot && id.size() <= 200;
}

std::string_view shortId(std::string_view id) noexcept { return id.substr(id.rfind('.') + 1); }

std::string_view toString(Kind kind) noexcept {
  switch (kind) {
    case Kind::provider: return "provider";
    case Kind::strategy: return "strategy";
    case Kind::context: return "context";
    case Kind::search: return "search";
  }
  return "unknown";
}

Description describe(const std::string& file, const FileContent& content,
                     const sluice_library& library) {
  Description out;
  out.info.file = file;
  out.info.stem = std::filesystem::path(file).stem().string();
  out.info.sha256 = content.sha256;
  out.info.vendor = line(library.vendor);
  out.info.version = line(library.version);
  out.info.license = line(library.license);
  out.info.abiMajor = library.abi_version >> 16;
  out.info.abiMinor = library.abi_version & 0xffff;
  for (std::uint32_t i = 0; i < library.n_components; ++i) {
    const sluice_component* component = library.components[i];
    if (component == nullptr) {
      out.problems.push_back("component " + std::to_string(i + 1) + ": is missing from the table");
      continue;
    }
    if (auto fault = faultOf(*component)) {
      const bool hasId = SLUICE_HAS(sluice_component, component, id);
      const std::string id = hasId ? line(component->id) : std::string();
      const std::string name = id.empty() ? std::to_string(i + 1) : id;
      out.problems.push_back("component " + name + ": " + *fault);
      continue;
    }
    out.info.components.push_back(infoOf(*component));
    out.tables.push_back(component);
  }
  return out;
}

}  // namespace sluice::plugins
