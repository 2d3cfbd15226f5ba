// LibraryInfo as JSON, for `sluice plugins info --json` and for who reads what a child printed.
#include <nlohmann/json.hpp>
#include <optional>

#include "base/json.hpp"
#include "base/text.hpp"
#include "plugins/registry.hpp"

namespace sluice::plugins {

namespace {

using Value = nlohmann::ordered_json;

// A member that must be a string; empty if it is not.
std::string stringOf(const Value& object, const char* name) {
  const auto found = object.find(name);
  const bool fits = found != object.end() && found->is_string();
  return fits ? found->get<std::string>() : std::string();
}

const Value* listOf(const Value& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_array() ? &*found : nullptr;
}

std::optional<Kind> kindOf(std::string_view name) {
  for (const Kind kind : {Kind::provider, Kind::strategy, Kind::context, Kind::search}) {
    if (toString(kind) == name) return kind;
  }
  return std::nullopt;
}

std::optional<ComponentInfo> componentOf(const Value& value) {
  if (!value.is_object()) return std::nullopt;
  const auto kind = kindOf(stringOf(value, "kind"));
  const Value* dialects = listOf(value, "dialects");
  if (!kind || dialects == nullptr) return std::nullopt;
  ComponentInfo info;
  info.kind = *kind;
  info.id = stringOf(value, "id");
  info.description = stringOf(value, "description");
  const auto schema = value.find("settings_schema");
  if (schema != value.end() && schema->is_object()) info.settingsSchema = schema->dump();
  for (const Value& dialect : *dialects) {
    if (!dialect.is_string()) return std::nullopt;
    info.dialects.push_back(dialect.get<std::string>());
  }
  return info;
}

bool readAbi(std::string_view text, LibraryInfo& info) {
  const auto parts = text::split(text, '.');
  if (parts.size() != 2) return false;
  const auto major = text::parseUnsigned(parts[0]);
  const auto minor = text::parseUnsigned(parts[1]);
  if (!major || !minor) return false;
  info.abiMajor = static_cast<std::uint32_t>(*major);
  info.abiMinor = static_cast<std::uint32_t>(*minor);
  return true;
}

}  // namespace

std::string toJson(const LibraryInfo& info) {
  std::string out;
  json::Writer writer(out);
  writer.beginObject();
  appendInfo(writer, info);
  writer.endObject();
  return out;
}

void appendInfo(json::Writer& writer, const LibraryInfo& info) {
  writer.key("file").string(info.file).key("stem").string(info.stem);
  writer.key("sha256").string(info.sha256).key("vendor").string(info.vendor);
  writer.key("version").string(info.version).key("license").string(info.license);
  writer.key("abi").string(std::to_string(info.abiMajor) + '.' + std::to_string(info.abiMinor));
  writer.key("components").beginArray();
  for (const ComponentInfo& component : info.components) {
    writer.beginObject().key("kind").string(toString(component.kind));
    writer.key("id").string(component.id).key("description").string(component.description);
    writer.key("settings_schema");
    if (component.settingsSchema.empty()) writer.null();
    else writer.raw(component.settingsSchema);
    writer.key("dialects").beginArray();
    for (const std::string& dialect : component.dialects) writer.string(dialect);
    writer.endArray().endObject();
  }
  writer.endArray();
}

Result<LibraryInfo> fromJson(std::string_view text) {
  const Error broken{"what it said of itself could not be read"};
  const Value document = Value::parse(text, nullptr, false);
  if (!document.is_object()) return broken;  // nor JSON, then
  if (document.contains("error")) return Error{stringOf(document, "error")};
  LibraryInfo info;
  info.file = stringOf(document, "file");
  info.stem = stringOf(document, "stem");
  info.sha256 = stringOf(document, "sha256");
  info.vendor = stringOf(document, "vendor");
  info.version = stringOf(document, "version");
  info.license = stringOf(document, "license");
  const Value* components = listOf(document, "components");
  if (components == nullptr || !readAbi(stringOf(document, "abi"), info)) return broken;
  for (const Value& value : *components) {
    auto component = componentOf(value);
    if (!component) return broken;
    info.components.push_back(*std::move(component));
  }
  return info;
}

}  // namespace sluice::plugins
