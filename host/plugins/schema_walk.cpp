#include "plugins/schema_walk.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <regex>

#include "base/json.hpp"
#include "base/text.hpp"

namespace sluice::plugins {

namespace {

using Value = nlohmann::json;
using Schemas = std::vector<const Value*>;

constexpr std::size_t kMostSchemas = 256;  // of one place; bounds references that go round

const Value* member(const Value& object, const std::string& name) {
  const auto found = object.find(name);  // the end if it is no object
  return found == object.end() ? nullptr : &*found;
}

const Value* target(const Value& root, const Value& reference) {
  if (!reference.is_string() || !reference.get_ref<const std::string&>().starts_with('#')) {
    return nullptr;
  }
  const Value::json_pointer pointer(reference.get_ref<const std::string&>().substr(1));
  return root.contains(pointer) ? &root.at(pointer) : nullptr;
}

// Adds `schema` and what it refers to or offers as alternatives.
void gather(const Value& root, const Value* schema, Schemas& into) {
  if (schema == nullptr || !schema->is_object() || into.size() >= kMostSchemas) return;
  if (std::ranges::find(into, schema) != into.end()) return;
  into.push_back(schema);
  if (const Value* reference = member(*schema, "$ref")) {
    gather(root, target(root, *reference), into);
  }
  for (const char* key : {"allOf", "anyOf", "oneOf"}) {
    const Value* list = member(*schema, key);
    if (list == nullptr || !list->is_array()) continue;
    for (const Value& one : *list) gather(root, &one, into);
  }
  for (const char* key : {"if", "then", "else"}) gather(root, member(*schema, key), into);
}

bool matches(const std::string& pattern, const std::string& name) {
  try {
    return std::regex_search(name, std::regex(pattern));
  } catch (const std::regex_error&) {
    return false;
  }
}

// Calls `found` with what `schema` says about its member `name`, without the rule for all others.
template <class F>
bool eachOwnRule(const Value& schema, const std::string& name, F found) {
  bool any = false;
  if (const Value* properties = member(schema, "properties")) {
    if (const Value* rule = member(*properties, name)) {
      any = true;
      found(rule);
    }
  }
  const Value* patterns = member(schema, "patternProperties");
  if (patterns == nullptr) return any;
  for (const auto& [pattern, rule] : patterns->items()) {
    if (!matches(pattern, name)) continue;
    any = true;
    found(&rule);
  }
  return any;
}

Schemas ofMember(const Value& root, const Schemas& from, const std::string& name) {
  Schemas found;
  for (const Value* schema : from) {
    const auto take = [&](const Value* rule) { gather(root, rule, found); };
    if (!eachOwnRule(*schema, name, take)) take(member(*schema, "additionalProperties"));
  }
  return found;
}

Schemas ofItem(const Value& root, const Schemas& from, std::size_t index) {
  Schemas found;
  for (const Value* schema : from) {
    const Value* items = member(*schema, "items");
    if (items == nullptr || !items->is_array()) {
      gather(root, items, found);
    } else if (index < items->size()) {
      gather(root, &(*items)[index], found);
    } else {
      gather(root, member(*schema, "additionalItems"), found);
    }
  }
  return found;
}

}  // namespace

std::string memberName(const SchemaPlace& place, std::string_view member) {
  const bool plain = !member.empty() && std::ranges::all_of(member, [](char c) {
    const char low = text::lower(c);
    return (low >= 'a' && low <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
  if (plain) return place.name + '.' + std::string(member);
  std::string quoted = place.name + '[';
  json::appendString(quoted, member);
  return quoted + ']';
}

SchemaPlace findPlace(const Value& schema, const Value& document,
                      const std::vector<std::string>& path) {
  SchemaPlace place;
  place.value = &document;
  place.name = "settings";
  gather(schema, &schema, place.schemas);
  for (const std::string& step : path) {
    const Value* from = place.value;
    const auto index = text::parseUnsigned(step);
    if (from != nullptr && from->is_array() && index) {
      const std::size_t at = *index;
      place.value = at < from->size() ? &(*from)[at] : nullptr;
      place.name += '[' + step + ']';
      place.schemas = ofItem(schema, place.schemas, at);
    } else {
      place.name = memberName(place, step);
      place.value = from == nullptr ? nullptr : member(*from, step);
      place.schemas = ofMember(schema, place.schemas, step);
    }
  }
  return place;
}

std::vector<std::string_view> knownMembers(const SchemaPlace& place) {
  std::vector<std::string_view> names;
  for (const Value* schema : place.schemas) {
    const Value* properties = member(*schema, "properties");
    if (properties == nullptr) continue;
    for (const auto& [name, rule] : properties->items()) names.emplace_back(name);
  }
  return names;
}

bool allowsMember(const SchemaPlace& place, const std::string& name) {
  return std::ranges::any_of(place.schemas, [&](const Value* schema) {
    return eachOwnRule(*schema, name, [](const Value*) {});
  });
}

}  // namespace sluice::plugins
