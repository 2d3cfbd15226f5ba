#include "dialects/openai_responses_canonical.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "base/json.hpp"
#include "dialects/openai_responses_messages.hpp"
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

// What has its place, is refused by its name, or is the gateway's own business.
constexpr std::array<std::string_view, 15> kSeen{
    "model",        "input",       "instructions",         "stream",     "store",
    "tools",        "tool_choice", "parallel_tool_calls",  "reasoning",  "text",
    "conversation", "prompt",      "previous_response_id", "background", "context_management"};

bool isKnown(std::string_view name) {
  const auto same = [name](const SameName& one) { return one.name == name; };
  return std::ranges::find(kSeen, name) != kSeen.end() ||
         std::ranges::find(kHints, name) != kHints.end() || std::ranges::any_of(kSame, same);
}

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
    for (const std::string_view name : request_.names()) {
      if (!isKnown(name) && request_[name].given()) {
        made_.dropped.push_back({std::string(name), false});
      }
    }
    if (request_["text"]["verbosity"].given()) made_.dropped.push_back({"text.verbosity", false});
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
    JsonElements elements(value);
    if (value.isObject()) return members.next();
    return !value.isArray() || elements.next();
  }

  // What only an upstream of the same dialect can do, however it is asked.
  bool refusedAltogether() {
    constexpr std::string_view kWhy =
        "is only known to upstreams that speak openai.responses, and this model's does not";
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
      if (tools.value()["type"].says("function")) names.insert(tools.value()["name"].text());
    }
    return names;
  }

  bool tools() {
    const std::optional<std::set<std::string>> only = allowed();
    std::string all;
    JsonElements tools(request_["tools"]);
    for (std::size_t i = 0; tools.next(); ++i) {
      const JsonView tool = tools.value();
      const std::string where = "tools[" + std::to_string(i) + "]";
      if (!tool["type"].isString()) return fail(where + ".type", "is missing");
      if (!tool["type"].says("function")) {
        if (!dropForeign_) {
          return fail(where, "is of the type '" + tool["type"].text() +
                                 "', which only upstreams that speak openai.responses can run");
        }
        made_.dropped.push_back({where, false});
        continue;
      }
      if (!tool["name"].isString()) return fail(where + ".name", "is missing");
      if (!only || only->contains(tool["name"].text())) function(tool, all);
    }
    if (all.empty()) return true;
    anyTool_ = true;
    member("tools", "[" + all + "]");
    if (const auto parallel = request_["parallel_tool_calls"].boolean()) {
      member("parallel_tool_calls", *parallel ? "true" : "false");
    }
    return true;
  }

  static void function(JsonView tool, std::string& out) {
    if (!out.empty()) out += ',';
    json::Writer w(out);
    w.beginObject().key("type").string("function").key("function").beginObject();
    for (const char* const name : {"name", "description", "parameters", "strict"}) {
      if (tool[name].given()) w.key(name).raw(tool[name].raw());
    }
    w.endObject().endObject();
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
    if (!type.says("function")) {
      return fail("tool_choice", "asks for a tool that only upstreams of openai.responses can run");
    }
    if (!choice["name"].isString()) return fail("tool_choice.name", "is missing");
    std::string made;
    json::Writer w(made);
    w.beginObject().key("type").string("function").key("function").beginObject();
    w.key("name").raw(choice["name"].raw()).endObject().endObject();
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
  bool anyTool_ = false;
  ResponsesCanonical made_;
};

}  // namespace

ResponsesCanonical canonicalResponses(const ResponsesRequest& request,
                                      const std::vector<NamedItem>& items, bool dropForeign) {
  return Builder(request, dropForeign).build(items);
}

}  // namespace sluice::dialects
