#include "dialects/openai_responses_tools.hpp"

#include "base/json.hpp"
#include "dialects/json_document.hpp"

namespace sluice::dialects {

namespace {

constexpr std::string_view kBetween = "__";
constexpr std::string_view kInputSchema =
    R"({"type":"object","properties":{"input":{"type":"string"}},"required":["input"],)"
    R"("additionalProperties":false})";

void addOthers(JsonView tools, const std::string& space, std::vector<ResponsesTool>& found) {
  JsonElements each(tools);
  while (each.next()) {
    const JsonView tool = each.value();
    const std::string name = tool["name"].text();
    if (tool["type"].says("namespace")) {
      if (space.empty()) addOthers(tool["tools"], name, found);
      continue;
    }
    const bool freeform = tool["type"].says("custom");
    if (freeform || !space.empty())
      found.push_back({functionNameOf(space, name), space, name, freeform});
  }
}

// What the input has to look like stands in words, since nothing else can say it.
std::string freeformDescription(JsonView tool) {
  std::string text = tool["description"].text();
  const JsonView format = tool["format"];
  if (!format["type"].says("grammar")) return text;
  text += "\n\nThe input follows this grammar (" + format["syntax"].text() + "):\n";
  text += format["definition"].text();
  return text;
}

}  // namespace

std::string functionNameOf(std::string_view space, std::string_view name) {
  std::string made(space);
  if (!space.empty() && !space.ends_with(kBetween)) made += kBetween;
  return made.append(name);
}

std::vector<ResponsesTool> otherTools(JsonView tools) {
  std::vector<ResponsesTool> found;
  addOthers(tools, {}, found);
  return found;
}

void appendFunctionTool(std::string& out, JsonView tool, std::string_view space) {
  json::Writer w(out);
  w.beginObject().key("type").string("function").key("function").beginObject();
  if (space.empty()) w.key("name").raw(tool["name"].raw());
  else w.key("name").string(functionNameOf(space, tool["name"].text()));
  if (tool["type"].says("custom")) {
    w.key("description").string(freeformDescription(tool)).key("parameters").raw(kInputSchema);
  } else {
    for (const char* const name : {"description", "parameters", "strict"}) {
      if (tool[name].given()) w.key(name).raw(tool[name].raw());
    }
  }
  w.endObject().endObject();
}

std::string freeformArguments(std::string_view input) {
  std::string made;
  json::Writer w(made);
  w.beginObject().key("input").string(input).endObject();
  return made;
}

std::string freeformInput(std::string_view arguments) {
  simdjson::dom::element root;
  if (parseJson(arguments, root) != simdjson::SUCCESS || !root.is_object())
    return std::string(arguments);
  const JsonView whole(arguments);
  if (whole["input"].isString()) return whole["input"].text();
  JsonMembers members(whole);
  return members.next() ? std::string(arguments) : std::string();
}

}  // namespace sluice::dialects
