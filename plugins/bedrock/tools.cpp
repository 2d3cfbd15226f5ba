#include "tools.hpp"

namespace bedrock {
namespace {

namespace json = sluice::json;
using anthropic::kAnswerTool;
using json::next;
using sluice::Body;
using sluice::unsupported;

constexpr std::string_view kOnlyJson =
    "Answer with one JSON object and nothing else: no words around it, no code fence.";
constexpr std::string_view kNoCalls = "Do not call any tool now: answer in words.";

class Rendering {
 public:
  Rendering(const Body& body, const std::vector<std::string_view>& called, const Family& family)
      : body_(body), called_(called), family_(family) {}

  Tools run() {
    readFormat();
    readChoice();
    std::size_t place = 0;
    for (const json::Value tool : body_["tools"]) addTool(tool, place++);
    hasTools_ = !list_.empty();
    if ((choice_ == "any" || choice_ == "tool") && !hasTools_)
      Body::refuse("tool_choice", "asks for a tool, but there are no tools");
    if (choice_ == "none" && called_.empty()) list_.clear();
    else if (choice_ == "none" && hasTools_) instruct(kNoCalls, "tool_choice");
    addFormat();
    // A conversation in which tools were called is refused without any.
    if (list_.empty())
      for (const std::string_view name : called_) addNamed(name, {}, {});
    if (list_.empty()) return std::move(out_);
    json::Writer writer(out_.config);
    writer.beginObject().key("tools").beginArray().raw(list_).endArray();
    renderChoice(writer);
    writer.endObject();
    return std::move(out_);
  }

 private:
  enum class Format : std::uint8_t { text, object, schema };

  void drop(std::string_view name, std::uint32_t weight = SLUICE_DROPPED_HINT) {
    out_.dropped.push_back({name, weight});
  }
  void instruct(std::string_view words, std::string_view instead) {
    if (!out_.instruction.empty()) out_.instruction.push_back('\n');
    out_.instruction.append(words);
    if (!instead.empty()) drop(instead);
  }

  void readFormat() {
    const json::Value format = body_["response_format"];
    const std::string_view type = format["type"].string("text");
    schema_ = format["json_schema"]["schema"];
    if (type == "json_object" || (type == "json_schema" && !schema_.isObject()))
      format_ = Format::object;
    else if (type == "json_schema") format_ = Format::schema;
    else if (type != "text")
      unsupported("response_format.type", "is none of text, json_object and json_schema");
  }

  void readChoice() {
    const json::Value told = body_["tool_choice"];
    name_ = told["function"]["name"].string();
    choice_ = told.string("auto");
    if (told.isObject()) choice_ = name_.empty() ? "" : "tool";
    if (choice_ == "required") choice_ = "any";
    if (choice_ != "auto" && choice_ != "none" && choice_ != "any" && choice_ != "tool")
      unsupported("tool_choice", "is none of auto, none, required and the name of a function");
    const json::Value parallel = body_["parallel_tool_calls"];
    if (parallel.raw() == "false" && sluice::asks(body_["tools"])) drop("parallel_tool_calls");
  }

  void addTool(json::Value tool, std::size_t place) {
    const json::Value function = sluice::functionOf(tool, place);
    if (function["strict"].boolean()) dropOnce("tools.function.strict");
    addNamed(function["name"].string(), function["description"].string(), function["parameters"]);
    const json::Value cacheControl = tool["cache_control"];
    if (!cacheControl.isObject()) return;
    if (!family_.cachesTools) return dropOnce("tools.cache_control");
    json::Writer writer = next(list_);
    writer.beginObject().key("cachePoint").beginObject().member("type", "default");
    if (family_.cachesLong) writer.member("ttl", cacheControl["ttl"]);
    writer.endObject().endObject();
  }

  void dropOnce(std::string_view name) {
    for (const anthropic::Dropped& one : out_.dropped)
      if (one.name == name) return;
    drop(name);
  }

  void addNamed(std::string_view name, std::string_view description, json::Value schema) {
    json::Writer writer = next(list_);
    writer.beginObject().key("toolSpec").beginObject().member("name", name);
    if (!anthropic::isBlank(description)) writer.member("description", description);
    writer.key("inputSchema").beginObject().key("json");
    anthropic::addSchema(writer, schema);
    writer.endObject().endObject().endObject();
  }

  // A schema is the arguments of a tool that must be called, for models that can be told so.
  void addFormat() {
    if (format_ == Format::object) return instruct(kOnlyJson, {});
    if (format_ != Format::schema) return;
    byTool_ = family_.mustCall;
    if (!byTool_)
      return instruct(
          std::string(kOnlyJson) + " It satisfies this JSON schema:\n" + std::string(schema_.raw()),
          "response_format");
    const json::Value told = body_["response_format"]["json_schema"]["description"];
    addNamed(kAnswerTool, told.string("Gives the user the final answer. Call it once, at the end."),
             schema_);
  }

  void renderChoice(json::Writer& writer) {
    std::string_view type = choice_, name = name_;
    if (byTool_ && type != "tool") {
      const bool alone = !hasTools_ || choice_ == "none";
      type = alone && family_.mustCallOne ? "tool" : "any";
      name = kAnswerTool;
    }
    if (type == "auto" || type == "none") return;
    const bool known = type == "any" ? family_.mustCall : family_.mustCallOne;
    if (!known) return drop("tool_choice", SLUICE_DROPPED_MEANING);
    out_.forced = true;
    writer.key("toolChoice").beginObject().key(type).beginObject();
    if (type == "tool") writer.member("name", name);
    writer.endObject().endObject();
  }

  const Body& body_;
  const std::vector<std::string_view>& called_;
  const Family& family_;
  Format format_ = Format::text;
  json::Value schema_;
  std::string_view choice_, name_;
  bool hasTools_ = false;  // of the client
  bool byTool_ = false;    // the answer is a call of kAnswerTool
  std::string list_;
  Tools out_;
};

}  // namespace

Tools toolsOf(const Body& body, const std::vector<std::string_view>& called, const Family& family) {
  return Rendering(body, called, family).run();
}

}  // namespace bedrock
