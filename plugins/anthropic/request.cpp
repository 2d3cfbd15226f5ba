#include "request.hpp"

#include "anthropic/abilities.hpp"
#include "anthropic/loop.hpp"
#include "anthropic/thinking.hpp"
#include "parts.hpp"
#include "turns.hpp"

namespace anthropic {
namespace {

namespace json = sluice::json;
using json::next;
using sluice::asks;
using sluice::Body;
using sluice::unsupported;

constexpr std::string_view kOnlyJson =
    "Answer with one JSON object and nothing else: no words around it, no code fence.";
constexpr std::size_t kLongestUser = 256;  // bytes of metadata.user_id that are taken

class Rendering {
 public:
  Rendering(const sluice::Request& request, const Options& options)
      : request_(request),
        options_(options),
        body_(request),
        abilities_(abilitiesOf(request.model())) {
    out_.dropped = droppedOf(body_);
  }

  Rendered run() {
    const Turns turns(body_.messages());
    for (const std::string_view name : turns.unkept()) drop(name);
    readFormat();
    const std::string tools = renderTools(turns.called());
    const std::string choice = renderChoice(tools.empty());
    const Loop loop = loopOf(body_.messages());
    planThinking(loop.mayThink);
    out_.body.reserve(request_.body().size() + 512);
    writer_.beginObject().member("model", request_.model());
    writer_.member("max_tokens", plan_.maxTokens);
    renderSystem(turns.system());
    writer_.key("messages").beginArray();
    if (loop.holdsThoughts && !thinks())
      writer_.raw(Turns(body_.messages(), loop.begin).messages());
    else writer_.raw(turns.messages());
    writer_.endArray();
    if (!tools.empty()) writer_.key("tools").beginArray().raw(tools).endArray();
    if (!choice.empty()) writer_.key("tool_choice").raw(choice);
    renderThinking();
    renderSampling();
    renderStops();
    renderUser();
    if (request_.stream()) writer_.member("stream", true);
    writer_.endObject();
    return std::move(out_);
  }

 private:
  enum class Format : std::uint8_t { text, object, native, tool };

  bool thinks() const {
    return plan_.thinks() || (abilities_.thinksUnasked && plan_.mode != Plan::Mode::disabled);
  }

  void drop(std::string_view name) { out_.dropped.push_back({name, SLUICE_DROPPED_HINT}); }

  void readFormat() {
    const json::Value format = body_["response_format"];
    const std::string_view type = format["type"].string("text");
    schema_ = format["json_schema"]["schema"];
    if (type == "json_object" || (type == "json_schema" && !schema_.isObject())) {
      format_ = Format::object;
    } else if (type == "json_schema") {
      // The upstream takes closed schemas only, which is what `strict` promises.
      const bool strict = format["json_schema"]["strict"].boolean();
      const bool native = options_.schemas == Schemas::native ||
                          (options_.schemas == Schemas::automatic && abilities_.schemas && strict);
      format_ = native ? Format::native : Format::tool;
    } else if (type != "text") {
      unsupported("response_format.type", "is none of text, json_object and json_schema");
    }
  }

  void renderSystem(const std::string& system) {
    if (system.empty() && format_ != Format::object) return;
    std::string blocks = system;
    if (format_ == Format::object) addText(blocks, kOnlyJson);
    writer_.key("system").beginArray().raw(blocks).endArray();
  }

  std::string renderTools(const std::vector<std::string_view>& called) {
    std::string list;
    std::size_t place = 0;
    for (const json::Value tool : body_["tools"]) renderTool(list, tool, place++);
    hasTools_ = !list.empty();
    if (format_ == Format::tool) {
      json::Writer writer = next(list);
      const json::Value told = body_["response_format"]["json_schema"]["description"];
      writer.beginObject().member("name", kAnswerTool);
      writer.member("description",
                    told.string("Gives the user the final answer. Call it once, at the end."));
      writer.key("input_schema");
      addSchema(writer, schema_);
      writer.endObject();
    } else if (!hasTools_) {
      // A conversation in which tools were called is refused without any; none may be called now.
      for (const std::string_view name : called) {
        json::Writer writer = next(list);
        writer.beginObject().member("name", name);
        writer.key("input_schema").beginObject().member("type", "object").endObject().endObject();
      }
    }
    return list;
  }

  void renderTool(std::string& list, json::Value tool, std::size_t place) {
    const json::Value function = sluice::functionOf(tool, place);
    const bool strict = function["strict"].boolean();
    json::Writer writer = next(list);
    writer.beginObject().member("name", function["name"]);
    if (function["description"].isString()) writer.member("description", function["description"]);
    writer.key("input_schema");
    addSchema(writer, function["parameters"]);
    if (strict && options_.schemas == Schemas::native) writer.member("strict", true);
    else if (strict) drop("tools.function.strict");
    if (tool["cache_control"].isObject()) writer.member("cache_control", tool["cache_control"]);
    writer.endObject();
  }

  // `toolless`: there is nothing to choose from.
  std::string renderChoice(bool toolless) {
    const json::Value told = body_["tool_choice"];
    const std::string_view name = told["function"]["name"].string();
    std::string_view type = told.string("auto");
    if (told.isObject()) type = name.empty() ? "" : "tool";
    if (type == "required") type = "any";
    if (type != "auto" && type != "none" && type != "any" && type != "tool")
      unsupported("tool_choice", "is none of auto, none, required and the name of a function");
    const bool forced = type == "any" || type == "tool";
    if (forced && !hasTools_)
      Body::refuse("tool_choice", "asks for a tool, but there are no tools");
    if (toolless) return {};
    if (format_ == Format::tool) return answerChoice(type, name);
    if (!hasTools_) return R"({"type":"none"})";
    forced_ = forced;
    const json::Value parallel = body_["parallel_tool_calls"];
    const bool single = parallel.exists() && !parallel.isNull() && !parallel.boolean();
    if (type == "auto" && !single) return {};
    return choice(type, name, single && type != "none");
  }

  // The answer is a tool's call too: some tool must be called.
  std::string answerChoice(std::string_view type, std::string_view name) {
    forced_ = true;
    if (type == "tool") return choice(type, name, false);
    if (type == "none" || !hasTools_) return choice("tool", kAnswerTool, true);
    return choice("any", {}, body_["parallel_tool_calls"].raw() == "false");
  }

  static std::string choice(std::string_view type, std::string_view name, bool single) {
    std::string out;
    json::Writer writer(out);
    writer.beginObject().member("type", type);
    if (type == "tool") writer.member("name", name);
    if (single) writer.member("disable_parallel_tool_use", true);
    writer.endObject();
    return out;
  }

  void planThinking(bool mayThink) {
    Wish wish;
    wish.effort = body_["reasoning_effort"];
    wish.budget = body_["reasoning_budget"];
    wish.limit = body_.maxTokens(0);
    wish.otherwise = options_.maxTokens;
    wish.adaptive = options_.thinking == Thinking::adaptive ||
                    (options_.thinking == Thinking::automatic && abilities_.adaptive);
    wish.possible = mayThink && (abilities_.thinks || options_.thinking != Thinking::automatic);
    wish.forced = forced_;
    plan_ = plan(wish, abilities_);
    if (plan_.dropped) drop(asks(wish.budget) ? "reasoning_budget" : "reasoning_effort");
  }

  void renderThinking() {
    if (plan_.mode == Plan::Mode::disabled) {
      writer_.key("thinking").beginObject().member("type", "disabled").endObject();
    } else if (plan_.mode == Plan::Mode::budget) {
      writer_.key("thinking").beginObject().member("type", "enabled");
      writer_.member("budget_tokens", plan_.budget).endObject();
    } else if (plan_.mode == Plan::Mode::adaptive) {
      writer_.key("thinking").beginObject().member("type", "adaptive");
      writer_.member("display", "summarized").endObject();
    }
    const bool native = format_ == Format::native;
    if (!native && plan_.effort.empty()) return;
    writer_.key("output_config").beginObject();
    if (!plan_.effort.empty()) writer_.member("effort", plan_.effort);
    if (native) {
      writer_.key("format").beginObject().member("type", "json_schema");
      writer_.member("schema", schema_).endObject();
    }
    writer_.endObject();
  }

  void renderSampling() {
    const json::Value temperature = body_.number("temperature"), topP = body_.number("top_p");
    const json::Value topK = body_.number("top_k");
    const bool sampled = abilities_.samples && !plan_.thinks();
    if (temperature.exists() && !sampled) drop("temperature");
    else if (temperature.number() > 1) writer_.member("temperature", 1);
    else if (temperature.number() < 0) writer_.member("temperature", 0);
    else writer_.member("temperature", temperature);
    // While it thinks, a model takes a top_p of 0.95 and more.
    const bool thinkable = abilities_.samples && topP.number() >= 0.95;
    const bool alone = abilities_.samplesTwoWays || !temperature.exists();
    if (topP.exists() && !((sampled && alone) || (plan_.thinks() && thinkable))) drop("top_p");
    else writer_.member("top_p", topP);
    if (topK.exists() && !sampled) drop("top_k");
    else writer_.member("top_k", topK);
  }

  void renderStops() {
    std::string list;
    bool left = false;
    for (const std::string_view text : body_.stops()) {
      if (isBlank(text)) left = true;
      else next(list).string(text);
    }
    if (left) drop("stop");
    if (!list.empty()) writer_.key("stop_sequences").beginArray().raw(list).endArray();
  }

  void renderUser() {
    std::string_view name = "user";
    if (!asks(body_[name])) name = "safety_identifier";
    const std::string_view user = body_[name].string();
    if (user.size() > kLongestUser) drop(name);
    else if (!user.empty())
      writer_.key("metadata").beginObject().member("user_id", user).endObject();
  }

  const sluice::Request& request_;
  const Options& options_;
  const Body body_;
  const Abilities abilities_;
  Format format_ = Format::text;
  json::Value schema_;
  bool hasTools_ = false;  // of the client
  bool forced_ = false;    // some tool must be called
  Plan plan_;
  Rendered out_;
  json::Writer writer_{out_.body};
};

}  // namespace

Rendered render(const sluice::Request& request, const Options& options) {
  return Rendering(request, options).run();
}

std::string countable(const std::string& body) {
  constexpr std::array<std::string_view, 6> kCounted = {"model", "messages",    "system",
                                                        "tools", "tool_choice", "thinking"};
  json::Document document;
  document.parse(body);
  std::string out;
  json::Writer writer(out);
  writer.beginObject();
  for (const std::string_view name : kCounted)
    if (const json::Value value = document.root()[name]; value.exists()) writer.member(name, value);
  writer.endObject();
  return out;
}

}  // namespace anthropic
