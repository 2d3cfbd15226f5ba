#include "request.hpp"

#include "parts.hpp"
#include "turns.hpp"

namespace cohere {
namespace {

namespace json = sluice::json;
using json::next;
using sluice::asks;
using sluice::Body;
using sluice::unsupported;

constexpr std::string_view kOnlyJson =
    "Answer with one JSON object and nothing else: no words around it, no code fence.";
constexpr std::size_t kMostStops = 5;
constexpr std::size_t kMostTexts = 96;  // to be embedded at once

bool mayThink(const sluice::Request& request, Thinking thinking) {
  if (thinking != Thinking::automatic) return thinking == Thinking::always;
  for (const std::string_view name : {"reasoning", "command-a-plus"})
    if (request.model().find(name) != std::string_view::npos) return true;
  return false;
}

class Rendering {
 public:
  Rendering(const sluice::Request& request, const Options& options)
      : request_(request), options_(options), body_(request) {}

  Rendered run() {
    sluice::refuseMoreThanText(body_);
    out_.dropped.usual(body_, {"documents"});
    if (asks(body_["top_logprobs"])) out_.dropped.hint("top_logprobs");
    if (body_.whole("n", 1) > 1) out_.dropped.meaning("n");
    const Turns turns(body_.messages(), out_.dropped);
    readDocuments(turns.documents());
    const std::string tools = renderTools();
    std::string system = turns.system();
    const std::string format = renderFormat(system, tools.empty() && documents_.empty());
    out_.body.reserve(request_.body().size() + 256);
    writer_.beginObject().member("model", request_.model());
    writer_.key("messages").beginArray();
    if (!system.empty()) {
      writer_.beginObject().member("role", "system").key("content").beginArray().raw(system);
      writer_.endArray().endObject();
    }
    writer_.raw(turns.messages()).endArray().member("stream", request_.stream());
    if (!documents_.empty()) writer_.key("documents").beginArray().raw(documents_).endArray();
    if (!tools.empty()) writer_.key("tools").beginArray().raw(tools).endArray();
    if (strict_) writer_.member("strict_tools", true);
    if (!choice_.empty()) writer_.member("tool_choice", choice_);
    if (!format.empty()) writer_.key("response_format").raw(format);
    if (!options_.citations.empty())
      writer_.key("citation_options").beginObject().member("mode", options_.citations).endObject();
    // The upstream has one safety for tools and documents.
    if (!options_.safetyMode.empty() && tools.empty() && documents_.empty())
      writer_.member("safety_mode", options_.safetyMode);
    renderThinking();
    renderSampling();
    writer_.endObject();
    return std::move(out_);
  }

 private:
  // Those of files, and the upstream's own, which pass through.
  void readDocuments(const std::string& files) {
    documents_ = files;
    for (const json::Value document : body_["documents"]) {
      if (!document.isObject() && !document.isString())
        Body::refuse("documents", "must be an array of objects or strings");
      next(documents_).value(document);
    }
  }

  // One function that must be called is the only one that is shown.
  std::string renderTools() {
    const auto [type, name] = sluice::toolChoiceOf(body_);
    std::string list;
    std::size_t place = 0, shown = 0, strict = 0;
    for (const json::Value tool : body_["tools"]) {
      const json::Value function = sluice::functionOf(tool, place++);
      if (type == "tool" && function["name"].string() != name) continue;
      ++shown;
      if (function["strict"].boolean()) ++strict;
      renderTool(list, tool);
    }
    if ((type == "required" || type == "tool") && list.empty())
      Body::refuse("tool_choice", "asks for a tool that is not among the tools");
    strict_ = strict != 0 && strict == shown;
    if (strict != 0 && !strict_) out_.dropped.hint("tools.function.strict");
    if (type != "auto" && !list.empty()) choice_ = type == "none" ? "NONE" : "REQUIRED";
    return list;
  }

  void renderTool(std::string& list, json::Value tool) {
    const json::Value function = tool["function"], parameters = function["parameters"];
    if (tool["cache_control"].isObject()) out_.dropped.hint("cache_control");
    json::Writer writer = next(list);
    writer.beginObject().member("type", "function").key("function").beginObject();
    writer.member("name", function["name"]);
    if (function["description"].isString()) writer.member("description", function["description"]);
    if (parameters.isObject()) writer.member("parameters", parameters);
    else writer.key("parameters").raw(R"({"type":"object","properties":{}})");
    writer.endObject().endObject();
  }

  // `alone`: without tools and documents, beside which the upstream knows no formats; there, the
  // model is told in words.
  std::string renderFormat(std::string& system, bool alone) {
    const json::Value format = body_["response_format"];
    const std::string_view type = format["type"].string("text");
    if (type == "text") return {};
    if (type != "json_object" && type != "json_schema")
      unsupported("response_format.type", "is none of text, json_object and json_schema");
    const json::Value schema =
        type == "json_schema" ? format["json_schema"]["schema"] : json::Value();
    std::string out;
    if (alone) {
      json::Writer writer(out);
      writer.beginObject().member("type", "json_object");
      if (schema.isObject()) writer.member("json_schema", schema);
      writer.endObject();
      return out;
    }
    out = kOnlyJson;
    if (schema.isObject()) out.append(" It must fit this JSON Schema: ").append(schema.raw());
    next(system).beginObject().member("type", "text").member("text", out).endObject();
    out_.dropped.hint("response_format");
    return {};
  }

  void renderThinking() {
    const json::Value effort = body_["reasoning_effort"];
    const bool budgeted = body_["reasoning_budget"].isNumber();
    const std::uint64_t budget =
        budgeted ? body_.whole("reasoning_budget", 0) : budgetOf(effort.string());
    if (!budgeted && effort.string().empty()) return;
    if (!mayThink(request_, options_.thinking)) {
      if (budget != 0) out_.dropped.hint(budgeted ? "reasoning_budget" : "reasoning_effort");
      return;
    }
    writer_.key("thinking").beginObject().member("type", budget == 0 ? "disabled" : "enabled");
    if (budget != 0 && budget != kUnlimited) writer_.member("token_budget", budget);
    writer_.endObject();
  }

  static std::uint64_t budgetOf(std::string_view effort) {
    if (effort == "none") return 0;
    if (effort == "minimal") return 1024;
    if (effort == "low") return 2048;
    return effort == "medium" ? 8192 : kUnlimited;
  }

  // As it stands if it lies between the two, which are the most that the upstream takes.
  void renderWithin(std::string_view name, json::Value value, double least, double most) {
    if (value.number() < least && value.exists()) writer_.member(name, least);
    else if (value.number() > most) writer_.member(name, most);
    else writer_.member(name, value);
  }

  void renderSampling() {
    renderLimit();
    renderWithin("temperature", body_.number("temperature"), 0, 1);
    renderWithin("p", body_.number("top_p"), 0.01, 0.99);
    renderWithin("k", body_.number("top_k"), 0, 500);
    const json::Value seed = body_.number("seed");
    if (seed.unsignedInteger()) writer_.member("seed", seed);
    else if (seed.exists()) out_.dropped.hint("seed");
    renderPenalties();
    if (body_["logprobs"].boolean()) writer_.member("logprobs", true);
    renderStops();
  }

  void renderLimit() {
    const bool newer = body_["max_completion_tokens"].isNumber();
    const std::string_view name = newer ? "max_completion_tokens" : "max_tokens";
    if (!body_[name].isNumber()) return;
    const std::uint64_t limit = body_.maxTokens(0);
    if (limit == 0) Body::refuse(name, "must be at least 1");
    writer_.member("max_tokens", limit);
  }

  // Only one of them may be told, and nothing below 0.
  void renderPenalties() {
    bool told = false;
    for (const std::string_view name : {"frequency_penalty", "presence_penalty"}) {
      const json::Value penalty = body_.number(name);
      if (!asks(penalty)) continue;
      if (told || penalty.number() < 0) out_.dropped.hint(name);
      else renderWithin(name, penalty, 0, 1);
      told = told || penalty.number() > 0;
    }
  }

  void renderStops() {
    std::string list;
    std::size_t count = 0;
    for (const std::string_view text : body_.stops()) {
      if (text.empty()) continue;
      if (++count > kMostStops) out_.dropped.meaning("stop");
      else next(list).string(text);
    }
    if (!list.empty()) writer_.key("stop_sequences").beginArray().raw(list).endArray();
  }

  static constexpr std::uint64_t kUnlimited = ~std::uint64_t{0};

  const sluice::Request& request_;
  const Options& options_;
  const Body body_;
  std::string documents_;  // elements, without brackets
  std::string choice_;     // of tools; empty: the model's
  bool strict_ = false;    // all tools are
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
  const std::string_view purpose = body["purpose"].string();
  std::string_view type = options.inputType;
  if (purpose == "query") type = "search_query";
  if (purpose == "document") type = "search_document";
  std::size_t count = 0;
  writer.beginObject().member("model", request.model()).key("texts").beginArray();
  for (const json::Value text : texts) {
    if (!text.isString()) Body::refuse("input", "must be an array of strings");
    writer.value(text);
    ++count;
  }
  if (count == 0) Body::refuse("input", "must not be empty");
  if (count > kMostTexts) unsupported("input", "must hold at most 96 texts at this upstream");
  writer.endArray().member("input_type", type);
  writer.key("embedding_types").beginArray().string("float").endArray();
  if (const std::uint64_t dimensions = body.whole("dimensions", 0))
    writer.member("output_dimension", dimensions);
  // Else what is too long would be cut in silence.
  writer.member("truncate", "NONE").endObject();
  return out;
}

}  // namespace cohere
