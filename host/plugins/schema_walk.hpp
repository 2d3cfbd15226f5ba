// What a JSON Schema says about one place of a document: the subschemas that apply there.
// Threads: pure functions.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::plugins {

// The place that a path of member names and array indices leads to.
struct SchemaPlace {
  const nlohmann::json* value = nullptr;       // null: the document has nothing there
  std::vector<const nlohmann::json*> schemas;  // alternatives and references resolved
  std::string name;                            // "settings.headers.X", "settings.list[2]"
};

SchemaPlace findPlace(const nlohmann::json& schema, const nlohmann::json& document,
                      const std::vector<std::string>& path);

// The names that the subschemas know of, sorted.
std::vector<std::string_view> knownMembers(const SchemaPlace& place);
bool allowsMember(const SchemaPlace& place, const std::string& name);
// The name of `member`, which is below `place`.
std::string memberName(const SchemaPlace& place, std::string_view member);

}  // namespace sluice::plugins
