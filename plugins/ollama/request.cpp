#include "request.hpp"

#include <array>

#include "turns.hpp"

namespace ollama {
namespace {

namespace json = sluice::json;
using sluice::asks;
using sluice::Body;
using sluice::unsupported;

// Models that want a level and cannot stop thinking altogether.
bool thinksInLevels(const sluice::Request& request, Thinking thinking) {
  if (thinking != Thinking::automatic) return thinking == Thinking::levels;
  return request.model().find("gpt-oss") != std::string_view::npos;
}

class Rendering {
 public:
  Rendering(const sluice::Request& request, const Options& options)
      : request_(request), options_(options), body_(request) {}

  Rendered run() {
    sluice::refuseMoreThanText(body_);
    out_.dropped.usual(body_, {"min_p", "typical_p", "repeat_penalty", "repeat_last_n"});
    if (body_.whole("n", 1) > 1) out_.dropped.meaning("n");
    const Turns turns(body_.messages(), out_.dropped);
    out_.body.reserve(request_.body().size() + 256);
    writer_.beginObject().member("model", request_.model());
    writer_.key("messages").beginArray().raw(turns.messages()).endArray();
    renderTools();
    writer_.member("stream", request_.stream());
    renderFormat();
    renderThinking();
    if (body_["logprobs"].boolean()) {
      writer_.member("logprobs", true);
      if (const std::uint64_t top = body_.whole("top_logprobs", 0))
        writer_.member("top_logprobs", top);
    }
    if (options_.truncate) writer_.member("truncate", *options_.truncate);
    if (!options_.keepAlive.empty()) writer_.key("keep_alive").raw(options_.keepAlive);
    renderOptions();
    writer_.endObject();
    return std::move(out_);
  }

 private:
  // There is no choice of tools: what must not be called is not shown.
  void renderTools() {
    const auto [type, name] = sluice::toolChoiceOf(body_);
    std::string list;
    std::size_t place = 0;
    for (const json::Value tool : body_["tools"]) {
      const bool shown = type != "none" && (type != "tool" || nameOf(tool) == name);
      renderTool(list, tool, place++, shown);
    }
    if (type == "required" || type == "tool") {
      if (list.empty()) Body::refuse("tool_choice", "asks for a tool that is not among the tools");
      out_.dropped.meaning("tool_choice");
    }
    if (!list.empty()) writer_.key("tools").beginArray().raw(list).endArray();
  }

  static std::string_view nameOf(json::Value tool) { return tool["function"]["name"].string(); }

  void renderTool(std::string& list, json::Value tool, std::size_t place, bool shown) {
    const json::Value function = sluice::functionOf(tool, place);
    if (!shown) return;
    if (function["strict"].boolean()) out_.dropped.hint("tools.function.strict");
    if (tool["cache_control"].isObject()) out_.dropped.hint("cache_control");
    if (!list.empty()) list.push_back(',');
    json::Writer writer(list);
    writer.beginObject().member("type", "function").key("function").beginObject();
    writer.member("name", nameOf(tool));
    if (function["description"].isString()) writer.member("description", function["description"]);
    const json::Value parameters = function["parameters"];
    if (parameters.isObject()) writer.member("parameters", parameters);
    else writer.key("parameters").raw(R"({"type":"object","properties":{}})");
    writer.endObject().endObject();
  }

  void renderFormat() {
    const json::Value format = body_["response_format"];
    const std::string_view type = format["type"].string("text");
    if (type == "text") return;
    if (type != "json_object" && type != "json_schema")
      unsupported("response_format.type", "is none of text, json_object and json_schema");
    const json::Value schema = format["json_schema"]["schema"];
    if (type == "json_schema" && schema.isObject()) writer_.member("format", schema);
    else writer_.member("format", "json");
  }

  void renderThinking() {
    const json::Value effort = body_["reasoning_effort"];
    const bool budgeted = body_["reasoning_budget"].isNumber();
    const std::uint64_t budget = body_.whole("reasoning_budget", 0);
    if (!budgeted && effort.string().empty()) return;
    const std::string_view name = budgeted ? "reasoning_budget" : "reasoning_effort";
    const std::string_view wish = budgeted ? effortOf(budget) : effort.string();
    const bool levels = thinksInLevels(request_, options_.thinking);
    if (options_.thinking == Thinking::never) {
      if (wish != "none") out_.dropped.hint(name);
    } else if (levels) {
      const std::string_view level = levelOf(wish);
      if (budgeted || level != wish) out_.dropped.hint(name);
      writer_.member("think", level);
    } else {
      if (wish != "none") out_.dropped.hint(name);  // that it thinks is told, how much is not
      writer_.member("think", wish != "none");
    }
  }

  static std::string_view effortOf(std::uint64_t budget) {
    if (budget == 0) return "none";
    if (budget <= 2048) return "low";
    return budget <= 8192 ? "medium" : "high";
  }
  static std::string_view levelOf(std::string_view effort) {
    if (effort == "none" || effort == "minimal" || effort == "low") return "low";
    return effort == "medium" ? "medium" : "high";
  }

  void renderOptions() {
    std::string all;
    json::Writer writer(all);
    writer.beginObject();
    if (options_.contextLength != 0) writer.member("num_ctx", options_.contextLength);
    renderLimit(writer);
    constexpr std::array<std::string_view, 10> same = {
        "temperature",       "top_k", "top_p",     "seed",           "presence_penalty",
        "frequency_penalty", "min_p", "typical_p", "repeat_penalty", "repeat_last_n"};
    for (const std::string_view name : same) writer.member(name, body_.number(name));
    renderStops(writer);
    writer.endObject();
    if (all != "{}") writer_.key("options").raw(all);
  }

  // 0 would mean no limit there.
  void renderLimit(json::Writer& writer) const {
    const bool newer = body_["max_completion_tokens"].isNumber();
    const std::string_view name = newer ? "max_completion_tokens" : "max_tokens";
    if (!body_[name].isNumber()) return;
    const std::uint64_t limit = body_.maxTokens(0);
    if (limit == 0) Body::refuse(name, "must be at least 1");
    writer.member("num_predict", limit);
  }

  void renderStops(json::Writer& writer) const {
    std::string list;
    for (const std::string_view text : body_.stops())
      if (!text.empty()) json::next(list).string(text);
    if (!list.empty()) writer.key("stop").beginArray().raw(list).endArray();
  }

  const sluice::Request& request_;
  const Options& options_;
  const Body body_;
  Rendered out_;
  json::Writer writer_{out_.body};
};

}  // namespace

Rendered renderChat(const sluice::Request& request, const Options& options) {
  return Rendering(request, options).run();
}

Rendered renderEmbed(const sluice::Request& request, const Options& options) {
  const Body body(request);
  Rendered out;
  json::Writer writer(out.body);
  const json::Value texts = body.array("input");
  if (!texts[std::size_t{0}].exists()) Body::refuse("input", "must not be empty");
  writer.beginObject().member("model", request.model()).key("input").beginArray();
  for (const json::Value text : texts) {
    if (!text.isString()) Body::refuse("input", "must be an array of strings");
    writer.value(text);
  }
  writer.endArray();
  if (const std::uint64_t dimensions = body.whole("dimensions", 0))
    writer.member("dimensions", dimensions);
  if (!body["purpose"].string().empty()) out.dropped.hint("purpose");
  if (options.truncate) writer.member("truncate", *options.truncate);
  if (!options.keepAlive.empty()) writer.key("keep_alive").raw(options.keepAlive);
  if (options.contextLength != 0)
    writer.key("options").beginObject().member("num_ctx", options.contextLength).endObject();
  writer.endObject();
  return out;
}

}  // namespace ollama
