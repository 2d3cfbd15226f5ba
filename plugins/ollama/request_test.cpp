// What becomes of canonical requests. Each test names what the upstream would refuse or misread.
#include "../testing/requests.hpp"

namespace {

using namespace sluice::testing;

Sent send(const std::string& body, std::string_view config = "{}", bool stream = false) {
  return sentBy("sluice.ollama", body, "llama3.2", config, stream);
}

// A request with one message of the user's and these members.
Sent ask(const std::string& members, std::string_view config = "{}") {
  return send(R"({"messages":[{"role":"user","content":"Hi"}],)" + members + "}", config);
}

std::string messages(const std::string& list) {
  return member("messages", send(R"({"messages":[)" + list + "]}"));
}

const std::string kUser = R"({"role":"user","content":"Hi"})";
const std::string kCalls = R"({"role":"assistant","content":null,"tool_calls":[
    {"id":"a","type":"function","function":{"name":"f","arguments":""}},
    {"id":"b","type":"function","function":{"name":"g","arguments":" {\"n\": 1.0} "}}]})";
const std::string kCallsSent =
    R"({"role":"assistant","content":"","tool_calls":[{"id":"a","function":{"name":"f","arguments":{}}},)"
    R"({"id":"b","function":{"name":"g","arguments":{"n": 1.0}}}]})";
const std::string kTools = R"("tools":[{"type":"function","function":{"name":"f","description":"F",
    "parameters":{"type":"object","properties":{"n":{"type":"number"}}}}},
    {"type":"function","function":{"name":"g"}}])";
const std::string kF = R"({"type":"function","function":{"name":"f","description":"F",)"
                       R"("parameters":{"type":"object","properties":{"n":{"type":"number"}}}}})";
const std::string kG =
    R"({"type":"function","function":{"name":"g","parameters":{"type":"object","properties":{}}}})";

TEST(Messages, AlwaysSayWhetherTheAnswerIsStreamed) {
  EXPECT_EQ(send(R"({"messages":[)" + kUser + "]}").body,
            R"({"model":"llama3.2","messages":[{"role":"user","content":"Hi"}],"stream":false})");
  EXPECT_EQ(send(R"({"messages":[)" + kUser + "]}", "{}", true).body,
            R"({"model":"llama3.2","messages":[{"role":"user","content":"Hi"}],"stream":true})");
}

TEST(Messages, KeepTheirOrderAndDevelopersAreTheSystem) {
  const Sent sent = send(R"({"messages":[{"role":"developer","content":"One."},
      {"role":"user","content":[{"type":"text","text":"a","cache_control":{"type":"ephemeral"}},
                                {"type":"text","text":""},{"type":"text","text":"b"}],"name":"Ann"},
      {"role":"assistant","content":[{"type":"text","text":"c"},{"type":"refusal","refusal":"d"}],
       "refusal":"e"},
      {"role":"system","content":"Two."},{"role":"user","content":"f"}]})");
  EXPECT_EQ(member("messages", sent),
            R"([{"role":"system","content":"One."},{"role":"user","content":"a\nb"},)"
            R"({"role":"assistant","content":"cde"},{"role":"system","content":"Two."},)"
            R"({"role":"user","content":"f"}])");
  EXPECT_EQ(sent.dropped, "messages.name cache_control");
}

TEST(Messages, HoldImagesAsBase64Alone) {
  const Sent sent = send(R"({"messages":[{"role":"user","content":[
      {"type":"text","text":"What is this?"},
      {"type":"image_url","image_url":{"url":"data:image/png;base64,iVBO","detail":"high"}},
      {"type":"file","file":{"file_data":"data:image/jpeg;base64,/9j/","filename":"b.jpg"}}]}]})");
  EXPECT_EQ(member("messages", sent),
            R"([{"role":"user","content":"What is this?","images":["iVBO","/9j/"]}])");
  EXPECT_EQ(sent.dropped, "image_url.detail");
}

TEST(Messages, SayFilesThatAreTexts) {
  EXPECT_EQ(messages(R"({"role":"user","content":[{"type":"text","text":"Read."},
      {"type":"file","file":{"file_data":"data:text/plain;base64,SGk=","filename":"notes"}}]})"),
            R"([{"role":"user","content":"Read.\nnotes:\nHi"}])");
}

TEST(Messages, RefuseWhatCannotBeShown) {
  const auto part = [](const std::string& json) {
    return messages(kUser + R"(,{"role":"user","content":[{"type":"text","text":"x"},)" + json +
                    "]}");
  };
  const std::string at = "messages[1].content[1]";
  EXPECT_EQ(
      part(R"({"type":"image_url","image_url":{"url":"https://example.org/a.png"}})"),
      refused(at + ".image_url.url", "is no data URL; this upstream fetches no images", true));
  EXPECT_EQ(part(R"({"type":"image_url","image_url":{"url":"data:image/svg+xml,<svg/>"}})"),
            refused(at + ".image_url.url", "must be base64 if it is a data URL"));
  EXPECT_EQ(part(R"({"type":"image_url","image_url":{"url":"data:image/png;base64"}})"),
            refused(at + ".image_url.url", "must be base64 if it is a data URL"));
  EXPECT_EQ(part(R"({"type":"image_url","image_url":{}})"),
            refused(at + ".image_url.url", "must be a URL"));
  EXPECT_EQ(part(R"({"type":"input_audio","input_audio":{"data":"","format":"wav"}})"),
            refused(at + ".input_audio", "is audio, which this upstream does not take", true));
  EXPECT_EQ(
      part(R"({"type":"file","file":{"file_data":"data:application/pdf;base64,JVBE"}})"),
      refused(at + ".file",
              "is neither text nor an image as a data URL; this upstream takes no other files",
              true));
  EXPECT_EQ(part(R"({"type":"owl"})"),
            refused(at + ".type", "is none of text, image_url, file, input_audio and refusal"));
}

// Nothing would be answered: the upstream loads the model, and says nothing.
TEST(Messages, MustBeThere) { EXPECT_EQ(messages(""), refused("messages", "must not be empty")); }

TEST(Messages, RefuseUnknownRoles) {
  EXPECT_EQ(messages(R"({"role":"owl","content":""})"),
            refused("messages[0].role", "is none of system, developer, user, assistant and tool"));
  EXPECT_EQ(messages(R"({"role":"function","name":"f","content":""})"),
            refused("messages[0].role",
                    "is `function`, which this upstream does not know; use tools", true));
  EXPECT_EQ(messages(R"({"role":"assistant","function_call":{"name":"f","arguments":"{}"}})"),
            refused("messages[0].function_call", "is nothing that this upstream knows", true));
}

TEST(Messages, CallToolsWithObjectsAndAnswerThemByName) {
  EXPECT_EQ(messages(kUser + "," + kCalls + R"(,{"role":"tool","tool_call_id":"b","content":"two"},
                {"role":"tool","tool_call_id":"a","content":[{"type":"text","text":"one"},
                  {"type":"image_url","image_url":{"url":"data:image/png;base64,iVBO"}}]})"),
            "[" + kUser + "," + kCallsSent +
                R"(,{"role":"tool","content":"two","tool_name":"g","tool_call_id":"b"},)"
                R"({"role":"tool","content":"one","images":["iVBO"],"tool_name":"f",)"
                R"("tool_call_id":"a"}])");
}

// Clients that synthesize ids may use them again in a later turn.
TEST(Messages, AnswerTheLatestCallOfAnId) {
  EXPECT_EQ(
      messages(kUser + "," + kCalls + R"(,{"role":"tool","tool_call_id":"a","content":"1"},
                {"role":"assistant","tool_calls":[{"id":"a","type":"function",
                  "function":{"name":"h","arguments":"{}"}}]},
                {"role":"tool","tool_call_id":"a","content":"2"})"),
      "[" + kUser + "," + kCallsSent +
          R"(,{"role":"tool","content":"1","tool_name":"f","tool_call_id":"a"},)"
          R"({"role":"assistant","content":"","tool_calls":[{"id":"a","function":{"name":"h",)"
          R"("arguments":{}}}]},)"
          R"({"role":"tool","content":"2","tool_name":"h","tool_call_id":"a"}])");
}

// A way that looks at all calls for each result takes minutes.
TEST(Messages, AnswerAsManyCallsAsABodyHolds) {
  EXPECT_TRUE(
      endsWith(messages(manyCalls(300'000)),
               R"({"role":"tool","content":"","tool_name":"f299999","tool_call_id":"c299999"}])"));
}

TEST(Messages, RefuseResultsOfNothing) {
  EXPECT_EQ(messages(kUser + R"(,{"role":"tool","tool_call_id":"x","content":"1"})"),
            refused("messages[1].tool_call_id", "is the id of no call before it"));
  EXPECT_EQ(messages(R"({"role":"tool","tool_call_id":"x","name":"f","content":"1"})"),
            R"([{"role":"tool","content":"1","tool_name":"f","tool_call_id":"x"}])");
}

TEST(Messages, RefuseArgumentsThatAreNoObject) {
  for (const char* arguments : {"[1]", "{", "3", "null", "{} x"})
    EXPECT_EQ(messages(R"({"role":"assistant","tool_calls":[{"id":"a","type":"function",)"
                       R"("function":{"name":"f","arguments":")" +
                       std::string(arguments) + R"("}}]})"),
              refused("messages[0].tool_calls[0].function.arguments", "must be a JSON object"));
}

TEST(Messages, TellThatAResultIsAnErrorByItsTextAlone) {
  EXPECT_EQ(send(R"({"messages":[)" + kCalls +
                 R"(,{"role":"tool","tool_call_id":"a","content":"no","is_error":true}]})")
                .dropped,
            "messages.is_error");
}

TEST(Messages, GiveThoughtsBackAndNoForeignOnes) {
  const Sent sent = send(R"({"messages":[{"role":"user","content":"Hi"},
      {"role":"assistant","content":"a","reasoning_content":"Hm.",
       "reasoning_details":[{"type":"reasoning.text","text":"x","signature":"s","format":"anthropic"}]},
      {"role":"user","content":"b"}]})");
  EXPECT_EQ(
      member("messages", sent),
      R"([{"role":"user","content":"Hi"},{"role":"assistant","content":"a","thinking":"Hm."},)"
      R"({"role":"user","content":"b"}])");
}

TEST(Tools, AreGivenWithParametersAndNothingElse) {
  const Sent sent = ask(kTools);
  EXPECT_EQ(member("tools", sent), "[" + kF + "," + kG + "]");
  EXPECT_EQ(sent.dropped, "");
  EXPECT_EQ(ask(R"("tools":[{"type":"function","cache_control":{"type":"ephemeral"},
                "function":{"name":"g","strict":true}}])")
                .dropped,
            "tools.function.strict cache_control");
}

TEST(Tools, ThatAreNoFunctionsAreRefused) {
  EXPECT_EQ(ask(R"("tools":[{"type":"web_search"}])").body,
            refused("tools[0].type",
                    "is not `function`, the only tools that this upstream can be given", true));
  EXPECT_EQ(ask(R"("tools":[{"type":"function","function":{}}])").body,
            refused("tools[0].function.name", "must be a string"));
}

// The upstream has no choice of tools.
TEST(Tools, AreChosenByWhatIsShown) {
  const auto choose = [](const std::string& choice) {
    return ask(kTools + R"(,"tool_choice":)" + choice);
  };
  const auto f = R"({"type":"function","function":{"name":"f"}})";
  EXPECT_EQ(member("tools", choose(R"("auto")")), "[" + kF + "," + kG + "]");
  EXPECT_EQ(choose(R"("auto")").dropped, "");
  EXPECT_EQ(member("tools", choose(R"("none")")), "");
  EXPECT_EQ(choose(R"("none")").dropped, "");
  EXPECT_EQ(member("tools", choose(R"("required")")), "[" + kF + "," + kG + "]");
  EXPECT_EQ(choose(R"("required")").dropped, "tool_choice!");
  EXPECT_EQ(member("tools", choose(f)), "[" + kF + "]");
  EXPECT_EQ(choose(f).dropped, "tool_choice!");
  EXPECT_EQ(choose(R"({"type":"function","function":{"name":"x"}})").body,
            refused("tool_choice", "asks for a tool that is not among the tools"));
  EXPECT_EQ(ask(R"("tool_choice":"required")").body,
            refused("tool_choice", "asks for a tool that is not among the tools"));
  EXPECT_EQ(
      choose(R"("owl")").body,
      refused("tool_choice", "is none of auto, none, required and the name of a function", true));
}

TEST(Format, IsJsonOrASchema) {
  const auto format = [](const std::string& json) {
    return member("format", ask(R"("response_format":)" + json));
  };
  EXPECT_EQ(format(R"({"type":"text"})"), "");
  EXPECT_EQ(format("null"), "");
  EXPECT_EQ(format(R"({"type":"json_object"})"), R"("json")");
  EXPECT_EQ(format(R"({"type":"json_schema","json_schema":{"name":"a","strict":true,
                       "schema":{"type":"object"}}})"),
            R"({"type":"object"})");
  EXPECT_EQ(format(R"({"type":"json_schema","json_schema":{"name":"a"}})"), R"("json")");
  EXPECT_EQ(format(R"({"type":"grammar"})"),
            refused("response_format.type", "is none of text, json_object and json_schema", true));
}

TEST(Options, HaveTheirOwnNames) {
  const Sent sent = ask(
      R"("max_tokens":9,"max_completion_tokens":7,"temperature":0.50,"top_k":40,"top_p":0.9,"seed":-1,
         "presence_penalty":1,"frequency_penalty":null,"min_p":0.05,"repeat_penalty":1.1,
         "stop":["\n","","x"])");
  EXPECT_EQ(member("options", sent),
            R"({"num_predict":7,"temperature":0.50,"top_k":40,"top_p":0.9,"seed":-1,)"
            R"("presence_penalty":1,"min_p":0.05,"repeat_penalty":1.1,"stop":["\n","x"]})");
  EXPECT_EQ(sent.dropped, "");
  EXPECT_EQ(member("options", ask(R"("max_tokens":9,"stop":"x")")),
            R"({"num_predict":9,"stop":["x"]})");
}

TEST(Options, ThatMakeNoSenseAreRefused) {
  EXPECT_EQ(ask(R"("max_tokens":0)").body, refused("max_tokens", "must be at least 1"));
  EXPECT_EQ(ask(R"("max_tokens":-1)").body,
            refused("max_tokens", "must be a whole number, not negative"));
  EXPECT_EQ(ask(R"("temperature":"hot")").body, refused("temperature", "must be a number"));
  EXPECT_EQ(ask(R"("stop":[1])").body, refused("stop", "must be a string or an array of strings"));
}

TEST(Options, AskForTheChancesOfTokens) {
  const Sent sent = ask(R"("logprobs":true,"top_logprobs":3)");
  EXPECT_EQ(member("logprobs", sent) + member("top_logprobs", sent), "true3");
  EXPECT_EQ(member("logprobs", ask(R"("logprobs":false)")), "");
}

TEST(Thinking, IsSwitchedOnOrOff) {
  const auto think = [](const std::string& wish, std::string_view config = "{}") {
    const Sent sent = ask(wish, config);
    return member("think", sent) + (sent.dropped.empty() ? "" : " -" + sent.dropped);
  };
  EXPECT_EQ(think(R"("seed":1)"), "");
  EXPECT_EQ(think(R"("reasoning_effort":null)"), "");
  EXPECT_EQ(think(R"("reasoning_effort":"none")"), "false");
  EXPECT_EQ(think(R"("reasoning_budget":0,"reasoning_effort":"high")"), "false");
  EXPECT_EQ(think(R"("reasoning_effort":"high")"), "true -reasoning_effort");
  EXPECT_EQ(think(R"("reasoning_budget":4096)"), "true -reasoning_budget");
  EXPECT_EQ(think(R"("reasoning_effort":"high")", R"({"thinking":"never"})"), " -reasoning_effort");
  EXPECT_EQ(think(R"("reasoning_effort":"none")", R"({"thinking":"never"})"), "");
  EXPECT_EQ(think(R"("reasoning_effort":"high")", R"({"thinking":"levels"})"), R"("high")");
}

TEST(Thinking, HasLevelsInSomeModels) {
  const auto think = [](const std::string& wish, std::string_view config = "{}") {
    const Sent sent = ask(R"("model":"gpt-oss:20b",)" + wish, config);
    return member("think", sent) + (sent.dropped.empty() ? "" : " -" + sent.dropped);
  };
  EXPECT_EQ(think(R"("reasoning_effort":"low")"), R"("low")");
  EXPECT_EQ(think(R"("reasoning_effort":"medium")"), R"("medium")");
  EXPECT_EQ(think(R"("reasoning_effort":"high")"), R"("high")");
  EXPECT_EQ(think(R"("reasoning_effort":"xhigh")"), R"("high" -reasoning_effort)");
  EXPECT_EQ(think(R"("reasoning_effort":"minimal")"), R"("low" -reasoning_effort)");
  EXPECT_EQ(think(R"("reasoning_effort":"none")"), R"("low" -reasoning_effort)");
  EXPECT_EQ(think(R"("reasoning_budget":2048)"), R"("low" -reasoning_budget)");
  EXPECT_EQ(think(R"("reasoning_budget":8192)"), R"("medium" -reasoning_budget)");
  EXPECT_EQ(think(R"("reasoning_budget":8193)"), R"("high" -reasoning_budget)");
  EXPECT_EQ(think(R"("reasoning_effort":"low")", R"({"thinking":"switch"})"),
            "true -reasoning_effort");
}

TEST(Dropped, IsToldByName) {
  EXPECT_EQ(ask(R"("user":"u","metadata":{"a":"b"},"store":true,"service_tier":"auto",
                   "prompt_cache_key":"k","safety_identifier":"s","prediction":{"type":"content"},
                   "verbosity":"low","logit_bias":{"1":2},"web_search_options":{},"n":2,
                   "parallel_tool_calls":false,)" +
                kTools)
                .dropped,
            "user safety_identifier metadata store service_tier prompt_cache_key prediction "
            "verbosity logit_bias! web_search_options! parallel_tool_calls n!");
  EXPECT_EQ(ask(R"("user":"","metadata":{},"store":false,"logit_bias":null,"n":1,
                   "parallel_tool_calls":false)")
                .dropped,
            "");
}

TEST(Dropped, DoesNotIncludeWhatTheAnswerCannotBeWithout) {
  EXPECT_EQ(ask(R"("audio":{"voice":"a"})").body, refused("audio", "cannot be made here", true));
  EXPECT_EQ(ask(R"("modalities":["text","audio"])").body,
            refused("modalities", "must be text", true));
  EXPECT_EQ(ask(R"("functions":[{"name":"f"}])").body,
            refused("functions", "are not known to this upstream; use tools", true));
}

TEST(Settings, StandInEveryRequest) {
  const auto config = R"({"keep_alive":"1h30m","num_ctx":32768,"truncate":false})";
  EXPECT_EQ(
      ask(R"("temperature":0)", config).body,
      R"({"model":"llama3.2","messages":[{"role":"user","content":"Hi"}],"stream":false,)"
      R"("truncate":false,"keep_alive":"1h30m","options":{"num_ctx":32768,"temperature":0}})");
  EXPECT_EQ(member("keep_alive", ask(R"("seed":1)", R"({"keep_alive":-1})")), "-1");
}

Sent embed(const std::string& body, std::string_view config = "{}") {
  sluice_request asked = request(SLUICE_OP_EMBED, body);
  asked.model = str("embeddinggemma");
  return sentBy("sluice.ollama", asked, config);
}

TEST(Embed, AsksForAllTextsAtOnce) {
  const Sent sent = embed(R"({"input":["a","b\n"],"dimensions":256,"purpose":"query"})",
                          R"({"keep_alive":"5m","num_ctx":512,"truncate":false})");
  EXPECT_EQ(sent.body,
            R"({"model":"embeddinggemma","input":["a","b\n"],"dimensions":256,"truncate":false,)"
            R"("keep_alive":"5m","options":{"num_ctx":512}})");
  EXPECT_EQ(sent.dropped, "purpose");
  EXPECT_EQ(embed(R"({"input":["a"]})").body, R"({"model":"embeddinggemma","input":["a"]})");
}

TEST(Embed, RefusesWhatIsNoText) {
  EXPECT_EQ(embed(R"({"input":[[1,2]]})").body, refused("input", "must be an array of strings"));
  EXPECT_EQ(embed(R"({"input":"a"})").body, refused("input", "must be an array"));
  EXPECT_EQ(embed(R"({"input":[]})").body, refused("input", "must not be empty"));
}

}  // namespace
