#include "dialects/openai_responses_canonical.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "base/json.hpp"
#include "dialects/openai_responses_tools.hpp"
#include "dialects/own_names.hpp"
#include "dialects/request_text.hpp"

namespace sluice::dialects {

namespace {

using calls::Problem;

// What changes nothing of the answer's meaning and has no place in the canonical form.
constexpr std::array<std::string_view, 9> kHints{
    "include",        "max_tool_calls", "metadata",     "prompt_cache_key", "safety_identifier",
    "stream_options", "service_tier",   "top_logprobs", "truncation"};

struct SameName {
  std::string_view name, canonical;
};
constexpr std::array<SameName, 6> kSame{{{"max_output_tokens", "max_tokens"},
                                         {"temperature", "temperature"},
                                         {"top_p", "top_p"},
                                         {"presence_penalty", "presence_penalty"},
                                         {"frequency_penalty", "frequency_penalty"},
                                         {"user", "user"}}};

constexpr std::array<OwnName, 5> kOwnNames{{{"max_tokens", "max_output_tokens"},
                                            {"max_completion_tokens", "max_output_tokens"},
                                            {"reasoning_effort", "reasoning.effort"},
                                            {"response_format", "text.format"},
                                            {"verbosity", "text.verbosity"}}};

class Builder {
 public:
  Builder(const ResponsesRequest& request, bool dropForeign)
      : request_(request), dropForeign_(dropForeign) {}

  ResponsesCanonical build(const std::vector<NamedItem>& items) {
    if (refusedAltogether() || !messages(items) || !tools() || !format()) return std::move(made_);
    if (anyTool_ && !choice()) return std::move(made_);
    const JsonView effort = request_["reasoning"]["effort"];
    if (effort.isString()) member("reasoning_effort", effort.raw());
    for (const SameName& one : kSame) {
      if (request_[one.name].given()) member(one.canonical, request_[one.name].raw());
    }
    if (request_.stream()) member("stream", "true");
    for (const std::string_view name : kHints) {
      if (asksFor(name)) made_.dropped.push_back({std::string(name), false});
    }
    if (request_["text"]["verbosity"].given()) made_.dropped.push_back({"text.verbosity", false});
    for (std::string& name : request_.unknown()) made_.dropped.push_back({std::move(name), false});
    return std::move(made_);
  }

 private:
  bool fail(const std::string& where, const std::string& why) {
    made_.problem = invalidRequest("'" + where + "' " + why, where);
    return false;
  }
  void member(std::string_view name, std::string_view json) {
    if (!made_.members.empty()) made_.members += ',';
    json::appendString(made_.members, name);
    made_.members += ':';
    made_.members += json;
  }

  // A hint that says more than its default.
  bool asksFor(std::string_view name) const {
    const JsonView value = request_[name];
    if (!value.given()) return false;
    if (name == "truncation") return !value.says("disabled");
    if (name == "service_tier") return !value.says("auto") && !value.says("default");
    JsonMembers members(value);
    if (value.isObject()) return members.next();
    if (!value.isArray()) return true;
    JsonElements elements(value);
    while (elements.next()) {
      // What proves reasoning is always given.
      if (name != "include" || !elements.value().says("reasoning.encrypted_content")) return true;
    }
    return false;
  }

  // What only an upstream of the same dialect can do, however it is asked.
  bool refusedAltogether() {
    constexpr std::string_view kWhy =
        "works only at providers of the Responses API, and this model's is none";
    if (request_.background()) return !fail("background", std::string(kWhy));
    for (const char* const name : {"prompt", "conversation", "context_management"}) {
      if (request_[name].given()) return !fail(name, std::string(kWhy));
    }
    return false;
  }

  bool messages(const std::vector<NamedItem>& items) {
    ResponsesMessages messages(dropForeign_);
    messages.instructions(request_["instructions"]);
    for (const NamedItem& one : items) {
      if (messages.add(one.item, one.where)) continue;
      made_.problem = messages.problem();
      return false;
    }
    const std::string all = messages.take();
    if (all.empty()) return fail("input", "holds nothing to answer");
    made_.dropped = std::move(messages.dropped());
    made_.origins = std::move(messages.origins());
    member("messages", "[" + all + "]");
    return true;
  }

  // Of {"type":"allowed_tools"}: what the model may use; none: whatever there is.
  std::optional<std::set<std::string>> allowed() const {
    const JsonView choice = request_["tool_choice"];
    if (!choice["type"].says("allowed_tools")) return std::nullopt;
    std::set<std::string> names;
    JsonElements tools(choice["tools"]);
    while (tools.next()) {
      if (tools.value()["name"].isString()) names.insert(tools.value()["name"].text());
    }
    return names;
  }

  bool tools() {
    only_ = allowed();
    std::string all;
    if (!tools(request_["tools"], "tools", {}, all)) return false;
    if (all.empty()) return true;
    anyTool_ = true;
    member("tools", "[" + all + "]");
    if (const auto parallel = request_["parallel_tool_calls"].boolean()) {
      member("parallel_tool_calls", *parallel ? "true" : "false");
    }
    return true;
  }

  // `space`: the namespace that these are in, if any.
  bool tools(JsonView list, const std::string& at, const std::string& space, std::string& out) {
    JsonElements tools(list);
    for (std::size_t i = 0; tools.next(); ++i) {
      const JsonView tool = tools.value();
      const std::string where = at + "[" + std::to_string(i) + "]";
      const JsonView type = tool["type"];
      if (!type.isString()) return fail(where + ".type", "is missing");
      const bool named = space.empty() && type.says("namespace");
      if (!named && !type.says("function") && !type.says("custom")) {
        if (!dropForeign_) {
          return fail(where, "is of the type '" + type.text() +
                                 "', which only providers of the Responses API can run");
        }
        made_.dropped.push_back({where, false});
        continue;
      }
      if (!tool["name"].isString()) return fail(where + ".name", "is missing");
      if (named) {
        if (!this->tools(tool["tools"], where + ".tools", tool["name"].text(), out)) return false;
      } else if (!only_ || only_->contains(tool["name"].text())) {
        if (tool["format"]["type"].says("grammar"))
          made_.dropped.push_back({where + ".format", false});
        if (!out.empty()) out += ',';
        appendFunctionTool(out, tool, space);
      }
    }
    return true;
  }

  bool choice() {
    const JsonView choice = request_["tool_choice"];
    if (!choice.given()) return true;
    if (choice.isString()) {
      for (const char* const known : {"auto", "none", "required"}) {
        if (!choice.says(known)) continue;
        member("tool_choice", choice.raw());
        return true;
      }
      return fail("tool_choice", "must be auto, none, required or an object that names a tool");
    }
    const JsonView type = choice["type"];
    if (type.says("allowed_tools")) {
      member("tool_choice", choice["mode"].says("required") ? "\"required\"" : "\"auto\"");
      return true;
    }
    if (!type.says("function") && !type.says("custom")) {
      return fail("tool_choice",
                  "asks for a tool that only providers of the Responses API can run");
    }
    if (!choice["name"].isString()) return fail("tool_choice.name", "is missing");
    std::string made;
    json::Writer w(made);
    w.beginObject().key("type").string("function").key("function").beginObject();
    w.key("name").string(functionNameOf(choice["namespace"].text(), choice["name"].text()));
    w.endObject().endObject();
    member("tool_choice", made);
    return true;
  }

  bool format() {
    const JsonView format = request_["text"]["format"];
    if (!format.given() || format["type"].says("text")) return true;
    if (format["type"].says("json_object")) {
      member("response_format", R"({"type":"json_object"})");
      return true;
    }
    if (!format["type"].says("json_schema")) {
      return fail("text.format.type", "must be text, json_object or json_schema");
    }
    if (!format["name"].isString()) return fail("text.format.name", "is missing");
    if (!format["schema"].isObject()) return fail("text.format.schema", "must be an object");
    std::string made;
    json::Writer w(made);
    w.beginObject().key("type").string("json_schema").key("json_schema").beginObject();
    for (const char* const name : {"name", "description", "schema", "strict"}) {
      if (format[name].given()) w.key(name).raw(format[name].raw());
    }
    w.endObject().endObject();
    member("response_format", made);
    return true;
  }

  const ResponsesRequest& request_;
  const bool dropForeign_;
  std::optional<std::set<std::string>> only_;  // names of the tools that may be used; none: all
  bool anyTool_ = false;
  ResponsesCanonical made_;
};

}  // namespace

ResponsesCanonical canonicalResponses(const ResponsesRequest& request,
                                      const std::vector<NamedItem>& items, bool dropForeign) {
  return Builder(request, dropForeign).build(items);
}

std::string responsesNameOf(std::string_view canonical,
                            const std::vector<ResponsesOrigin>& origins) {
  const auto what = inMessage(canonical);
  if (!what) return ownNameOf(kOwnNames, canonical);
  if (what->message >= origins.size()) return "input";
  const ResponsesOrigin& origin = origins[what->message];
  const std::string_view content = origin.content;
  if (what->member != "content" || !what->place || content.empty()) return origin.where;
  std::string made = origin.where;
  made.append(".").append(content).append("[").append(std::to_string(*what->place)).append("]");
  if (what->rest.starts_with(".image_url")) return made + ".image_url";
  constexpr std::string_view kFile = ".file.";
  if (what->rest.starts_with(kFile)) return made.append(what->rest.substr(kFile.size() - 1));
  return made.append(what->rest);
}

}  // namespace sluice::dialects
