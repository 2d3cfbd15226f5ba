// What becomes of all that a canonical request says beside its conversation.
#include "../testing/requests.hpp"
#include "schema.hpp"

namespace {

using namespace sluice::testing;

constexpr auto kFlash = "gemini-2.5-flash";
constexpr auto kPro3 = "gemini-3-pro-preview";

// Of a request of one message that also says this.
Sent send(const std::string& rest, const std::string& model = kFlash,
          std::string_view config = "{}") {
  const std::string body = R"({"messages":[{"role":"user","content":"Hi"}],)" + rest + "}";
  return sentBy("sluice.gemini", chat(model, body, false), config);
}

std::string config(const std::string& rest, const std::string& model = kFlash) {
  return member("generationConfig", send(rest, model));
}
TEST(Sampling, IsGivenOn) {
  EXPECT_EQ(config(R"("temperature":0.7,"top_p":0.95,"top_k":40,"seed":-7,"max_tokens":99,"n":3)"),
            R"({"maxOutputTokens":99,"temperature":0.7,"topP":0.95,"topK":40,"seed":-7,)"
            R"("candidateCount":3})");
  EXPECT_EQ(config(R"("max_completion_tokens":5,"max_tokens":99)"), R"({"maxOutputTokens":5})");
  EXPECT_EQ(config(R"("temperature":null,"top_p":null,"n":1,"stop":null,"top_k":0,"seed":null)"),
            "");
}

TEST(Sampling, IsClampedWhereItWouldBeRefused) {
  EXPECT_EQ(config(R"("temperature":2.5)"), R"({"temperature":2})");
  EXPECT_EQ(config(R"("temperature":-1)"), R"({"temperature":0})");
  const Sent far = send(R"("seed":4294967296)");
  EXPECT_EQ(member("generationConfig", far), "");
  EXPECT_EQ(far.dropped, "seed");
  EXPECT_EQ(config(R"("temperature":"hot")"), refused("temperature", "must be a number"));
  EXPECT_EQ(config(R"("n":9)"), refused("n", "must be 8 or less", true));
}

// Models from 2.5 on refuse penalties.
TEST(Sampling, PunishesRepetitionWhereTheModelCan) {
  const std::string both = R"("presence_penalty":0.5,"frequency_penalty":-1)";
  EXPECT_EQ(config(both, "gemini-2.0-flash"), R"({"presencePenalty":0.5,"frequencyPenalty":-1})");
  EXPECT_EQ(config(both), "");
  EXPECT_EQ(send(both).dropped, "presence_penalty frequency_penalty");
  EXPECT_EQ(send(R"("presence_penalty":0,"frequency_penalty":0.0)").dropped, "");
}

TEST(Stops, AreFiveAtMost) {
  EXPECT_EQ(config(R"("stop":"END")"), R"({"stopSequences":["END"]})");
  const Sent many = send(R"("stop":["a","","b","c","d","e","f"])");
  EXPECT_EQ(member("generationConfig", many), R"({"stopSequences":["a","b","c","d","e"]})");
  EXPECT_EQ(many.dropped, "stop!");
  EXPECT_EQ(config(R"("stop":[1])"), refused("stop", "must be a string or an array of strings"));
}

TEST(Logprobs, AreAskedFor) {
  EXPECT_EQ(config(R"("logprobs":true,"top_logprobs":4)"),
            R"({"responseLogprobs":true,"logprobs":4})");
  EXPECT_EQ(config(R"("logprobs":true)"), R"({"responseLogprobs":true})");
  EXPECT_EQ(config(R"("logprobs":false,"top_logprobs":0)"), "");
}

TEST(Dropped, TellsWhatTheUpstreamHasNoPlaceFor) {
  EXPECT_EQ(send(R"("user":"u","store":true,"metadata":{"a":"b"},"service_tier":"flex",
                    "prompt_cache_key":"k","verbosity":"low","prediction":{"type":"content"},
                    "safety_identifier":"s","logit_bias":{"1":2},"web_search_options":{}})")
                .body.substr(0, 5),
            "error");
  EXPECT_EQ(send(R"("user":"u","store":true,"metadata":{"a":"b"},"service_tier":"flex",
                    "prompt_cache_key":"k","verbosity":"low","prediction":{"type":"content"},
                    "safety_identifier":"s","logit_bias":{"1":2},"web_search_options":{})")
                .dropped,
            "user safety_identifier metadata store service_tier prompt_cache_key prediction "
            "verbosity logit_bias! web_search_options!");
  EXPECT_EQ(send(R"("user":"","store":false,"metadata":{},"logit_bias":{},"stream_options":
                    {"include_usage":true},"parallel_tool_calls":false)")
                .dropped,
            "");
}

TEST(Refused, IsWhatWouldBeMissingFromTheAnswer) {
  EXPECT_EQ(send(R"("modalities":["text","audio"])").body,
            refused("modalities", "must be text: nothing else of an answer is given on", true));
  EXPECT_EQ(send(R"("modalities":["text"])").body,
            R"({"contents":[{"role":"user","parts":[{"text":"Hi"}]}]})");
  EXPECT_EQ(send(R"("functions":[{"name":"f"}])").body,
            refused("functions", "are not known to this upstream; use tools", true));
}

// ---- tools -------------------------------------------------------------------------------------

const std::string kTool =
    R"("tools":[{"type":"function","function":{"name":"f","description":"d","strict":true,)"
    R"("parameters":{"type":"object","properties":{"a":{"type":["string","null"]}},)"
    R"("required":["a"],"additionalProperties":false}}}])";

TEST(Tools, TellSchemasAsTheyAreToModelsThatTakeThem) {
  const Sent sent = send(kTool);
  EXPECT_EQ(member("tools", sent),
            R"([{"functionDeclarations":[{"name":"f","description":"d","parametersJsonSchema":)"
            R"({"type":"object","properties":{"a":{"type":["string","null"]}},)"
            R"("required":["a"],"additionalProperties":false}}]}])");
  EXPECT_EQ(sent.dropped, "tools.function.strict");
  EXPECT_EQ(member("toolConfig", sent), "");
}

TEST(Tools, TellSimpleSchemasToOthers) {
  const std::string simple =
      R"([{"functionDeclarations":[{"name":"f","description":"d","parameters":)"
      R"({"type":"object","properties":{"a":{"type":"string","nullable":true}},)"
      R"("required":["a"]}}]}])";
  EXPECT_EQ(member("tools", send(kTool, "gemini-2.0-flash")), simple);
  EXPECT_EQ(member("tools", send(kTool, kFlash, R"({"schemas":"simple"})")), simple);
  EXPECT_NE(send(kTool, "any", R"({"schemas":"json"})").body.find("parametersJsonSchema"),
            std::string::npos);
}

TEST(Tools, HaveNoParametersIfTheyAreEmpty) {
  for (const char* parameters : {"", R"(,"parameters":{})", R"(,"parameters":{"type":"object"})",
                                 R"(,"parameters":{"type":"object","properties":{}})"})
    EXPECT_EQ(member("tools", send(R"("tools":[{"type":"function","function":{"name":"f")" +
                                   std::string(parameters) + "}}]")),
              R"([{"functionDeclarations":[{"name":"f"}]}])");
  EXPECT_EQ(send(R"("tools":[{"type":"web_search"}])").body,
            refused("tools[0].type",
                    "is not `function`, the only tools that this upstream can be given", true));
}

TEST(Tools, AreChosen) {
  const auto choice = [](const std::string& told) {
    return member("toolConfig", send(kTool + R"(,"tool_choice":)" + told));
  };
  EXPECT_EQ(choice(R"("auto")"), "");
  EXPECT_EQ(choice("null"), "");
  EXPECT_EQ(choice(R"("none")"), R"({"functionCallingConfig":{"mode":"NONE"}})");
  EXPECT_EQ(choice(R"("required")"), R"({"functionCallingConfig":{"mode":"ANY"}})");
  EXPECT_EQ(choice(R"({"type":"function","function":{"name":"f"}})"),
            R"({"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["f"]}})");
  EXPECT_EQ(
      choice(R"({"type":"allowed_tools"})"),
      refused("tool_choice", "is none of auto, none, required and the name of a function", true));
  EXPECT_EQ(send(R"("tool_choice":"required")").body,
            refused("tool_choice", "asks for a tool, but there are no tools"));
  EXPECT_EQ(send(kTool + R"(,"parallel_tool_calls":false)").dropped,
            "parallel_tool_calls tools.function.strict");
}

// ---- structured output -------------------------------------------------------------------------

const std::string kSchema =
    R"("response_format":{"type":"json_schema","json_schema":{"name":"r","strict":true,"schema":)"
    R"({"type":"object","properties":{"a":{"const":"x"}},"additionalProperties":false}}})";

TEST(Formats, AreAskedForNatively) {
  EXPECT_EQ(config(R"("response_format":{"type":"json_object"})"),
            R"({"responseMimeType":"application/json"})");
  EXPECT_EQ(config(kSchema),
            R"({"responseMimeType":"application/json","responseJsonSchema":{"type":"object",)"
            R"("properties":{"a":{"const":"x"}},"additionalProperties":false}})");
  EXPECT_EQ(config(kSchema, "gemini-2.0-flash"),
            R"({"responseMimeType":"application/json","responseSchema":{"type":"object",)"
            R"("properties":{"a":{"type":"string","enum":["x"]}}}})");
  EXPECT_EQ(config(R"("response_format":{"type":"text"})"), "");
  EXPECT_EQ(send(R"("response_format":{"type":"grammar"})").body,
            refused("response_format.type", "is none of text, json_object and json_schema", true));
}

// Models before Gemini 3 refuse a response's type beside tools: there it is said in words.
TEST(Formats, AreSaidInWordsBesideTools) {
  const Sent old = send(kTool + "," + kSchema);
  EXPECT_EQ(member("generationConfig", old), "");
  EXPECT_NE(member("systemInstruction", old)
                .find(R"(It must fit this JSON Schema: {\"type\":\"object\",)"),
            std::string::npos);
  EXPECT_EQ(old.dropped, "response_format tools.function.strict");
  const Sent newer = send(kTool + "," + kSchema, kPro3);
  EXPECT_NE(newer.body.find("responseJsonSchema"), std::string::npos);
  EXPECT_EQ(member("systemInstruction", newer), "");
  EXPECT_EQ(newer.dropped, "tools.function.strict");
}

// ---- thinking ----------------------------------------------------------------------------------

struct Thought {
  const char* model;
  const char* said;
  const char* config;  // thinkingConfig without its braces
  const char* dropped;
};
constexpr Thought kThoughts[] = {
    {"gemini-2.5-flash", R"("reasoning_effort":"minimal")",
     R"("thinkingBudget":512,"includeThoughts":true)", ""},
    {"gemini-2.5-flash", R"("reasoning_effort":"low")",
     R"("thinkingBudget":1024,"includeThoughts":true)", ""},
    {"gemini-2.5-flash", R"("reasoning_effort":"medium")",
     R"("thinkingBudget":8192,"includeThoughts":true)", ""},
    {"gemini-2.5-flash", R"("reasoning_effort":"max")",
     R"("thinkingBudget":24576,"includeThoughts":true)", ""},
    {"gemini-2.5-pro", R"("reasoning_effort":"max")",
     R"("thinkingBudget":32768,"includeThoughts":true)", ""},
    {"gemini-2.5-flash", R"("reasoning_effort":"none")", R"("thinkingBudget":0)", ""},
    {"gemini-2.5-pro", R"("reasoning_effort":"none")", R"("thinkingBudget":128)",
     "reasoning_effort"},
    {"gemini-2.5-flash", R"("reasoning_effort":"low","reasoning_budget":700)",
     R"("thinkingBudget":700,"includeThoughts":true)", ""},
    {"gemini-2.5-flash", R"("reasoning_budget":0)", R"("thinkingBudget":0)", ""},
    {"gemini-2.5-flash", R"("reasoning_budget":99999)",
     R"("thinkingBudget":24576,"includeThoughts":true)", ""},
    {"gemini-2.5-flash-lite", R"("reasoning_budget":5)",
     R"("thinkingBudget":512,"includeThoughts":true)", ""},
    {"gemini-3-pro-preview", R"("reasoning_effort":"minimal")",
     R"("thinkingLevel":"low","includeThoughts":true)", ""},
    {"gemini-3-pro-preview", R"("reasoning_effort":"medium")",
     R"("thinkingLevel":"high","includeThoughts":true)", ""},
    {"gemini-3.1-pro-preview", R"("reasoning_effort":"medium")",
     R"("thinkingLevel":"medium","includeThoughts":true)", ""},
    {"gemini-3-pro-preview", R"("reasoning_effort":"xhigh")",
     R"("thinkingLevel":"high","includeThoughts":true)", ""},
    {"gemini-3-pro-preview", R"("reasoning_effort":"none")", R"("thinkingLevel":"low")",
     "reasoning_effort"},
    {"gemini-3-flash-preview", R"("reasoning_budget":4000)",
     R"("thinkingLevel":"medium","includeThoughts":true)", ""},
    {"gemini-3-flash-preview", R"("reasoning_budget":0)", R"("thinkingLevel":"minimal")",
     "reasoning_budget"},
    {"gemini-flash-latest", R"("reasoning_effort":"low")",
     R"("thinkingLevel":"low","includeThoughts":true)", ""},
    {"models/gemini-2.0-flash", R"("reasoning_effort":"high")", nullptr, "reasoning_effort"},
    {"gemini-2.0-flash", R"("reasoning_effort":"none")", nullptr, ""},
    {"gemma-3-27b-it", R"("reasoning_budget":9)", nullptr, "reasoning_budget"},
    {"gemini-2.5-flash-image", R"("reasoning_effort":"low")", nullptr, "reasoning_effort"},
    {"gemini-2.5-pro", R"("reasoning_effort":null,"reasoning_budget":null)", nullptr, ""},
};

TEST(Thinking, IsAskedForAsTheModelKnowsIt) {
  for (const Thought& one : kThoughts) {
    const Sent sent = send(one.said, one.model);
    const std::string wanted =
        one.config ? R"({"thinkingConfig":{)" + std::string(one.config) + "}}" : std::string();
    EXPECT_EQ(member("generationConfig", sent), wanted) << one.model << " " << one.said;
    EXPECT_EQ(sent.dropped, one.dropped) << one.model << " " << one.said;
  }
  EXPECT_EQ(
      config(R"("reasoning_effort":"much")"),
      refused("reasoning_effort", "is none of none, minimal, low, medium, high, xhigh and max"));
  EXPECT_EQ(config(R"("reasoning_budget":-1)"),
            refused("reasoning_budget", "must be a whole number, not negative"));
}

// ---- settings ----------------------------------------------------------------------------------

TEST(Safety, IsWhatTheSettingsSay) {
  EXPECT_EQ(member("safetySettings", send(R"("n":1)", kFlash,
                                          R"({"safety":{"HARM_CATEGORY_HARASSMENT":"BLOCK_NONE",
                                      "HARM_CATEGORY_HATE_SPEECH":"OFF"}})")),
            R"([{"category":"HARM_CATEGORY_HARASSMENT","threshold":"BLOCK_NONE"},)"
            R"({"category":"HARM_CATEGORY_HATE_SPEECH","threshold":"OFF"}])");
}

// ---- simple schemas ----------------------------------------------------------------------------

std::string simple(std::string_view schema) {
  sluice::json::Document document;
  if (!document.parse(schema)) return document.error();
  std::string out = gemini::simpleSchema(document.root());
  sluice::json::Document written;
  return written.parse(out) ? out : "no JSON: " + out;
}

TEST(SimpleSchema, LeavesOutWhatOldModelsRefuse) {
  EXPECT_EQ(simple(R"({"$schema":"x","$id":"y","type":"object","additionalProperties":false,
      "title":"T","patternProperties":{"a":{}},"properties":{
        "n":{"type":"integer","exclusiveMinimum":3,"minimum":1,"format":"int32","default":4},
        "u":{"type":"string","format":"uuid","maxLength":9,"examples":["a"]},
        "when":{"type":"string","format":"date-time","description":"d"}},
      "required":["n","gone"]})"),
            R"({"type":"object","title":"T","properties":{)"
            R"("n":{"type":"integer","minimum":1,"format":"int32"},)"
            R"("u":{"type":"string","maxLength":9},)"
            R"("when":{"type":"string","description":"d","format":"date-time"}},)"
            R"("required":["n"]})");
}

TEST(SimpleSchema, ResolvesReferences) {
  EXPECT_EQ(simple(R"({"type":"object","properties":{"a":{"$ref":"#/$defs/A","description":"here"}},
      "$defs":{"A":{"type":"object","description":"there","properties":{"b":{"$ref":"#/$defs/B"}}},
               "B":{"type":"number"}}})"),
            R"({"type":"object","properties":{"a":{"type":"object","description":"here",)"
            R"("properties":{"b":{"type":"number"}}}}})");
  EXPECT_EQ(simple(R"({"$ref":"#/$defs/N","$defs":{"N":{"type":"object","properties":
      {"next":{"$ref":"#/$defs/N"},"v":{"$ref":"other.json"}}}}})"),
            R"({"type":"object","properties":{"next":{"type":"object"},"v":{"type":"object"}}})");
  EXPECT_EQ(simple(R"({"$ref":"#/$defs/A","$defs":{"A":{"$ref":"#/$defs/A"}}})"),
            R"({"type":"object"})");
}

TEST(SimpleSchema, KeepsTextsOfEnumsAlone) {
  EXPECT_EQ(simple(R"({"enum":["a","b",null]})"), R"({"type":"string","enum":["a","b"]})");
  EXPECT_EQ(simple(R"({"type":"string","const":"a"})"), R"({"type":"string","enum":["a"]})");
  EXPECT_EQ(simple(R"({"type":"integer","enum":[1,2]})"), R"({"type":"integer"})");
  EXPECT_EQ(simple(R"({"const":1.5})"), R"({"type":"number"})");
  EXPECT_EQ(simple(R"({"const":true})"), R"({"type":"boolean"})");
}

TEST(SimpleSchema, HasOneTypeAndChoices) {
  EXPECT_EQ(simple(R"({"type":["string","integer","null"]})"),
            R"({"nullable":true,"anyOf":[{"type":"string"},{"type":"integer"}]})");
  EXPECT_EQ(simple(R"({"oneOf":[{"type":"string"},{"type":"null"},{"type":"integer"}]})"),
            R"({"anyOf":[{"type":"string"},{"type":"integer"}],"nullable":true})");
  EXPECT_EQ(simple(R"({"allOf":[{"type":"object","properties":{"a":{"type":"string"}},
      "required":["a"]},{"properties":{"b":{"type":"boolean"}},"required":["b"]}]})"),
            R"({"type":"object","properties":{"a":{"type":"string"},"b":{"type":"boolean"}},)"
            R"("required":["a","b"]})");
  EXPECT_EQ(simple(R"({"type":"array"})"), R"({"type":"array","items":{"type":"string"}})");
  EXPECT_EQ(simple(R"({"type":"array","prefixItems":[{"type":"number"}],"minItems":1})"),
            R"({"type":"array","minItems":1,"items":{"type":"number"}})");
  EXPECT_EQ(simple("true"), R"({"type":"object"})");
  EXPECT_EQ(simple("{}"), R"({"type":"object"})");
}

TEST(SimpleSchema, EndsHoweverDeepOrWide) {
  std::string deep;
  for (int i = 0; i < 60; ++i) deep += R"({"type":"array","items":)";
  deep += R"({"type":"string"})" + std::string(60, '}');
  EXPECT_LT(simple(deep).size(), deep.size());
  // Each definition refers to the next one ten times.
  std::string wide = R"({"$ref":"#/$defs/d0","$defs":{)";
  for (int i = 0; i < 12; ++i) {
    wide += (i ? "," : "") + std::string("\"d") + std::to_string(i) + R"(":{"properties":{)";
    for (int j = 0; j < 10; ++j)
      wide += (j ? "," : "") + std::string("\"p") + std::to_string(j) + R"(":{"$ref":"#/$defs/d)" +
              std::to_string(i + 1) + "\"}";
    wide += "}}";
  }
  EXPECT_LT(simple(wide + "}}").size(), std::size_t{3} << 20);
}

// A way that looks at all definitions for each reference takes minutes.
TEST(SimpleSchema, ResolvesAsManyReferencesAsABodyHolds) {
  std::string schema = R"({"anyOf":[{"type":"integer"})";
  for (int i = 0; i < 30'000; ++i) schema += R"(,{"$ref":"#/$defs/last"})";
  schema += R"(],"$defs":{)";
  for (int i = 0; i < 1'000'000; ++i) schema += R"("d":0,)";
  EXPECT_TRUE(endsWith(simple(schema + R"("last":{"type":"string"}}})"), R"({"type":"string"}]})"));
}

// So does one that looks at all properties for each.
TEST(SimpleSchema, DescribesAsManyPropertiesAsABodyHolds) {
  std::string properties, required;
  for (int i = 0; i < 300'000; ++i) {
    const std::string name = "\"p" + std::to_string(i) + "\"";
    properties.append(i ? "," : "").append(name).append(":{}");
    required.append(i ? "," : "").append(name);
  }
  EXPECT_TRUE(
      endsWith(simple(R"({"properties":{)" + properties + R"(},"required":[)" + required + "]}"),
               R"("p299999":{"type":"object"}},"required":[)" + required + "]}"));
}

}  // namespace
