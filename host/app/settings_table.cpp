#include "app/settings_table.hpp"

#include <nlohmann/json.hpp>

namespace sluice::app {

namespace {

using Value = nlohmann::ordered_json;

constexpr int kDeepest = 8;

std::string plain(const Value& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

std::string joined(const Value& list, const char* between) {
  std::string all;
  for (const Value& one : list) {
    if (!all.empty()) all += between;
    all += plain(one);
  }
  return all;
}

std::string typeOf(const Value& schema) {
  if (!schema.is_object()) return "any";
  if (const auto choices = schema.find("enum"); choices != schema.end() && choices->is_array()) {
    return joined(*choices, " | ");
  }
  if (const auto only = schema.find("const"); only != schema.end()) return plain(*only);
  const auto type = schema.find("type");
  if (type == schema.end()) return "any";
  if (type->is_array()) return joined(*type, " | ");
  const auto items = schema.find("items");
  if (*type == "array" && items != schema.end()) return "list of " + typeOf(*items);
  return plain(*type);
}

// What is said of it, with what an operator must know before.
std::string remarksOf(const Value& schema, bool required) {
  std::string text;
  if (required) text += "(required) ";
  if (schema.is_object()) {
    const auto secret = schema.find("x-secret");
    if (secret != schema.end() && *secret == true) text += "(secret) ";
    const auto about = schema.find("description");
    if (about != schema.end()) text += plain(*about);
  }
  return text;
}

bool isRequired(const Value& schema, const std::string& name) {
  const auto list = schema.find("required");
  if (list == schema.end() || !list->is_array()) return false;
  for (const Value& one : *list) {
    if (one == name) return true;
  }
  return false;
}

void addRows(TextTable& table, const Value& schema, const std::string& before, int depth);

void addRow(TextTable& table, const Value& schema, const std::string& name, bool required,
            int depth) {
  std::string usual = "-";
  if (schema.is_object()) {
    const auto found = schema.find("default");
    if (found != schema.end()) usual = found->dump();
  }
  table.add({name, typeOf(schema), usual, remarksOf(schema, required)});
  if (depth < kDeepest) addRows(table, schema, name + ".", depth + 1);
}

void addRows(TextTable& table, const Value& schema, const std::string& before, int depth) {
  if (!schema.is_object()) return;
  const auto properties = schema.find("properties");
  if (properties != schema.end() && properties->is_object()) {
    for (const auto& [name, one] : properties->items()) {
      addRow(table, one, before + name, isRequired(schema, name), depth);
    }
  }
  const auto others = schema.find("additionalProperties");
  if (others != schema.end() && others->is_object()) {
    addRow(table, *others, before + "<name>", false, depth);
  }
}

}  // namespace

TextTable settingsTable(std::string_view schema) {
  TextTable table;
  table.add({"SETTING", "TYPE", "DEFAULT", "WHAT FOR"});
  addRows(table, Value::parse(schema, nullptr, false), "", 0);
  return table;
}

}  // namespace sluice::app
