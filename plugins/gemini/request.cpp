#include "request.hpp"

#include <algorithm>

#include "abilities.hpp"
#include "schema.hpp"
#include "thinking.hpp"
#include "turns.hpp"

namespace gemini {
namespace {

namespace json = sluice::json;
using json::next;
using sluice::asks;
using sluice::Body;
using sluice::unsupported;

constexpr std::string_view kOnlyJson =
    "Answer with one JSON object and nothing else: no words around it, no code fence.";
constexpr std::size_t kMostStops = 5;
constexpr std::uint64_t kMostChoices = 8;

class Rendering {
 public:
  Rendering(const sluice::Request& request, const Options& options)
      : request_(request),
        options_(options),
        body_(request),
        abilities_(abilitiesOf(request.model())),
        addresses_{options.addresses.any || (options.newerFetch && abilities_.fetches),
                   options.addresses.files},
        json_(options.schemas == Schemas::json ||
              (options.schemas == Schemas::automatic && abilities_.schemas)) {}

  Rendered run() {
    sluice::refuseMoreThanText(body_, "must be text: nothing else of an answer is given on");
    out_.dropped.usual(body_);
    out_.body.reserve(request_.body().size() + 512);
    writer_.beginObject();
    renderPrompt();
    renderChoice();
    if (!options_.safety.empty())
      writer_.key("safetySettings").beginArray().raw(options_.safety).endArray();
    renderConfig();
    writer_.endObject();
    return std::move(out_);
  }

  Rendered runCount(std::string_view model) {
    writer_.beginObject();
    if (!model.empty()) writer_.key("generateContentRequest").beginObject().member("model", model);
    renderPrompt();
    if (!model.empty()) writer_.endObject();
    writer_.endObject();
    return std::move(out_);
  }

 private:
  enum class Format : std::uint8_t { text, native, told };

  void renderPrompt() {
    const Turns turns(body_.messages(), abilities_, addresses_, out_.dropped);
    readFormat();
    std::string system = turns.system();
    if (format_ == Format::told) addText(system, instruction());
    if (!system.empty())
      writer_.key("systemInstruction")
          .beginObject()
          .key("parts")
          .beginArray()
          .raw(system)
          .endArray()
          .endObject();
    writer_.key("contents").beginArray().raw(turns.contents()).endArray();
    renderTools();
  }

  void readFormat() {
    const json::Value format = body_["response_format"];
    const std::string_view type = format["type"].string("text");
    if (type == "text") return;
    if (type != "json_object" && type != "json_schema")
      unsupported("response_format.type", "is none of text, json_object and json_schema");
    if (type == "json_schema") schema_ = format["json_schema"]["schema"];
    format_ = Format::native;
    if (!asks(body_["tools"]) || abilities_.formatWithTools) return;
    format_ = Format::told;
    out_.dropped.hint("response_format");
  }

  std::string instruction() const {
    std::string out(kOnlyJson);
    if (schema_.isObject()) out.append(" It must fit this JSON Schema: ").append(schema_.raw());
    return out;
  }

  void renderTools() {
    std::string list;
    std::size_t place = 0;
    for (const json::Value tool : body_["tools"]) renderTool(list, tool, place++);
    hasTools_ = !list.empty();
    if (!hasTools_) return;
    writer_.key("tools").beginArray().beginObject().key("functionDeclarations").beginArray();
    writer_.raw(list).endArray().endObject().endArray();
  }

  void renderTool(std::string& list, json::Value tool, std::size_t place) {
    const json::Value function = sluice::functionOf(tool, place);
    const json::Value parameters = function["parameters"];
    if (function["strict"].boolean()) out_.dropped.hint("tools.function.strict");
    if (tool["cache_control"].isObject()) out_.dropped.hint("cache_control");
    json::Writer writer = next(list);
    writer.beginObject().member("name", function["name"]);
    if (function["description"].isString()) writer.member("description", function["description"]);
    // An object without members is refused; a function without parameters is not.
    const bool empty =
        !asks(parameters) || (!asks(parameters["properties"]) && !parameters["$ref"].exists() &&
                              !parameters["anyOf"].exists() && !parameters["oneOf"].exists() &&
                              !parameters["allOf"].exists());
    if (!empty && json_) writer.member("parametersJsonSchema", parameters);
    else if (!empty) writer.key("parameters").raw(simpleSchema(parameters));
    writer.endObject();
  }

  void renderChoice() {
    const auto [type, name] = sluice::toolChoiceOf(body_);
    const bool forced = type == "required" || type == "tool";
    if (forced && !hasTools_)
      Body::refuse("tool_choice", "asks for a tool, but there are no tools");
    if (!hasTools_ || type == "auto") return;
    writer_.key("toolConfig").beginObject().key("functionCallingConfig").beginObject();
    writer_.member("mode", forced ? "ANY" : "NONE");
    if (type == "tool") writer_.key("allowedFunctionNames").beginArray().string(name).endArray();
    writer_.endObject().endObject();
  }

  void renderConfig() {
    std::string config;
    json::Writer writer(config);
    writer.beginObject();
    if (const std::uint64_t limit = body_.maxTokens(0)) writer.member("maxOutputTokens", limit);
    renderSampling(writer);
    renderStops(writer);
    renderChoices(writer);
    renderFormat(writer);
    renderThinking(writer);
    writer.endObject();
    if (config != "{}") writer_.key("generationConfig").raw(config);
  }

  void renderSampling(json::Writer& writer) {
    const json::Value temperature = body_.number("temperature"), topK = body_.number("top_k");
    if (temperature.number() > 2) writer.member("temperature", 2);
    else if (temperature.number() < 0) writer.member("temperature", 0);
    else writer.member("temperature", temperature);
    writer.member("topP", body_.number("top_p"));
    if (topK.number() != 0) writer.member("topK", topK);
    const json::Value seed = body_.number("seed");
    const bool fits = seed.raw().find_first_of(".eE") == std::string_view::npos &&
                      seed.number() >= -2147483648.0 && seed.number() <= 2147483647.0;
    if (fits) writer.member("seed", seed);
    else out_.dropped.hint("seed");
    for (const auto& [name, ours] : {std::pair("presence_penalty", "presencePenalty"),
                                     std::pair("frequency_penalty", "frequencyPenalty")}) {
      const json::Value penalty = body_.number(name);
      if (!asks(penalty)) continue;
      if (abilities_.penalties) writer.member(ours, penalty);
      else out_.dropped.hint(name);
    }
  }

  void renderStops(json::Writer& writer) {
    std::string list;
    std::size_t count = 0;
    for (const std::string_view text : body_.stops()) {
      if (text.empty()) continue;
      if (++count > kMostStops) out_.dropped.meaning("stop");
      else next(list).string(text);
    }
    if (count != 0) writer.key("stopSequences").beginArray().raw(list).endArray();
  }

  void renderChoices(json::Writer& writer) {
    const std::uint64_t choices = body_.whole("n", 1);
    if (choices > kMostChoices) unsupported("n", "must be 8 or less");
    if (choices > 1) writer.member("candidateCount", choices);
    const json::Value logprobs = body_["logprobs"];
    if (!logprobs.boolean()) return;
    writer.member("responseLogprobs", true);
    if (const std::uint64_t top = body_.whole("top_logprobs", 0)) writer.member("logprobs", top);
  }

  void renderFormat(json::Writer& writer) const {
    if (format_ != Format::native) return;
    writer.member("responseMimeType", "application/json");
    if (!schema_.isObject()) return;
    if (json_) writer.member("responseJsonSchema", schema_);
    else writer.key("responseSchema").raw(simpleSchema(schema_));
  }

  void renderThinking(json::Writer& writer) {
    const Plan wish = plan(body_["reasoning_effort"], body_["reasoning_budget"], abilities_);
    if (wish.dropped)
      out_.dropped.hint(body_["reasoning_budget"].isNumber() ? "reasoning_budget"
                                                             : "reasoning_effort");
    if (!wish.says()) return;
    writer.key("thinkingConfig").beginObject();
    if (!wish.level.empty()) writer.member("thinkingLevel", wish.level);
    if (wish.budget) writer.member("thinkingBudget", *wish.budget);
    if (wish.thoughts) writer.member("includeThoughts", true);
    writer.endObject();
  }

  const sluice::Request& request_;
  const Options& options_;
  const Body body_;
  const Abilities abilities_;
  const Addresses addresses_;
  const bool json_;  // schemas are told as JSON Schema
  Format format_ = Format::text;
  json::Value schema_;  // of the answer; may be missing
  bool hasTools_ = false;
  Rendered out_;
  json::Writer writer_{out_.body};
};

}  // namespace

Rendered render(const sluice::Request& request, const Options& options) {
  return Rendering(request, options).run();
}

Rendered renderCount(const sluice::Request& request, const Options& options,
                     std::string_view model) {
  return Rendering(request, options).runCount(model);
}

}  // namespace gemini
