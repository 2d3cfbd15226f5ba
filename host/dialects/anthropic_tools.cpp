#include "dialects/anthropic_tools.hpp"

#include <algorithm>

#include "base/json.hpp"

namespace sluice::dialects {

namespace {

using simdjson::ondemand::value;

struct Tool {
  std::string_view type = "custom";
  Raw name, description, schema, cacheControl;
  bool strict = false;
};

constexpr std::size_t kNotedMost = 64;  // more would not be shown

void note(std::vector<plugins::Dropped>& dropped, std::string name) {
  if (dropped.size() >= kNotedMost) return;
  const bool known = std::any_of(dropped.begin(), dropped.end(),
                                 [&](const plugins::Dropped& one) { return one.field == name; });
  if (!known) dropped.push_back({std::move(name), false});
}

bool readTool(value from, const std::string& at, Tool& tool, std::vector<plugins::Dropped>& dropped,
              Refusal& refusal) {
  return eachMember(from, at, refusal, [&](std::string_view name, value one) {
    const std::string member = at + "." + std::string(name);
    if (name == "type") return isNull(one) || readWord(one, member, tool.type, refusal);
    if (name == "name") return readString(one, member, tool.name, refusal);
    if (name == "description") return readString(one, member, tool.description, refusal);
    if (name == "input_schema") return readRaw(one, tool.schema, refusal);
    if (name == "cache_control") return readRaw(one, tool.cacheControl, refusal);
    if (name == "strict") return readFlag(one, member, tool.strict, refusal);
    note(dropped, "tools." + std::string(name));
    return true;
  });
}

bool appendTool(std::string& tools, value from, const std::string& at,
                std::vector<plugins::Dropped>& dropped, Refusal& refusal) {
  Tool tool;
  std::vector<plugins::Dropped> unknown;
  if (!readTool(from, at, tool, unknown, refusal)) return false;
  if (tool.type != "custom") {
    return refusal.refuse(at + ".type", "is `" + std::string(tool.type) +
                                            "`, a tool that only a provider of this dialect has");
  }
  if (insideOf(tool.name).empty()) return refusal.refuse(at + ".name", "must be a string");
  if (tool.schema.empty() || tool.schema.front() != '{') {
    return refusal.refuse(at + ".input_schema", "must be an object");
  }
  for (plugins::Dropped& one : unknown) note(dropped, std::move(one.field));
  if (!tools.empty()) tools += ',';
  json::Writer w(tools);
  w.beginObject().key("type").string("function").key("function").beginObject();
  w.key("name").raw(tool.name);
  if (!tool.description.empty()) w.key("description").raw(tool.description);
  w.key("parameters").raw(tool.schema);
  if (tool.strict) w.key("strict").boolean(true);
  w.endObject();
  if (!tool.cacheControl.empty()) w.key("cache_control").raw(tool.cacheControl);
  w.endObject();
  return true;
}

}  // namespace

bool appendTools(std::string& tools, value from, std::vector<plugins::Dropped>& dropped,
                 Refusal& refusal) {
  return eachItem(from, "tools", refusal, [&](const std::string& at, value tool) {
    return appendTool(tools, tool, at, dropped, refusal);
  });
}

bool readChoice(value from, AnthropicChoice& choice, Refusal& refusal) {
  std::string_view type;
  Raw name;
  const bool read = eachMember(from, "tool_choice", refusal, [&](std::string_view key, value one) {
    if (key == "type") return readWord(one, "tool_choice.type", type, refusal);
    if (key == "name") return readString(one, "tool_choice.name", name, refusal);
    if (key == "disable_parallel_tool_use") {
      return readFlag(one, "tool_choice.disable_parallel_tool_use", choice.single, refusal);
    }
    return true;
  });
  if (!read) return false;
  if (type == "auto" || type == "none") {
    choice.kind = type;
  } else if (type == "any") {
    choice.kind = "required";
  } else if (type == "tool" && !insideOf(name).empty()) {
    choice.name = name;
  } else if (type == "tool") {
    return refusal.refuse("tool_choice.name", "must be a string");
  } else {
    return refusal.refuse("tool_choice.type", "is none of auto, any, tool and none");
  }
  return true;
}

}  // namespace sluice::dialects
