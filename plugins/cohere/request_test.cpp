// What becomes of canonical requests. Each test names what the upstream would refuse or misread.
#include "../testing/requests.hpp"

namespace {

using namespace sluice::testing;

Sent send(const std::string& body, std::string_view config = "{}", bool stream = false) {
  return sentBy("sluice.cohere", body, "command-a-03-2025", config, stream);
}

// A request with one message of the user's and these members.
Sent ask(const std::string& members, std::string_view config = "{}") {
  return send(R"({"messages":[{"role":"user","content":"Hi"}],)" + members + "}", config);
}

std::string messages(const std::string& list) {
  return member("messages", send(R"({"messages":[)" + list + "]}"));
}

const std::string kUser = R"({"role":"user","content":"Hi"})";
const std::string kUserSent = R"({"role":"user","content":[{"type":"text","text":"Hi"}]})";
const std::string kF = R"({"type":"function","function":{"name":"f","description":"F",)"
                       R"("parameters":{"type":"object","properties":{"n":{"type":"number"}}}}})";
const std::string kG =
    R"({"type":"function","function":{"name":"g","parameters":{"type":"object","properties":{}}}})";
const std::string kTools = R"("tools":[)" + kF + R"(,{"type":"function","function":{"name":"g"}}])";

TEST(Messages, AlwaysSayWhetherTheAnswerIsStreamed) {
  EXPECT_EQ(send(R"({"messages":[)" + kUser + "]}").body,
            R"({"model":"command-a-03-2025","messages":[)" + kUserSent + R"(],"stream":false})");
  EXPECT_EQ(send(R"({"messages":[)" + kUser + "]}", "{}", true).body,
            R"({"model":"command-a-03-2025","messages":[)" + kUserSent + R"(],"stream":true})");
}

TEST(Messages, BeginWithTheSystem) {
  const Sent sent = send(R"({"messages":[{"role":"user","content":"Hi"},
      {"role":"system","content":"One."},
      {"role":"developer","content":[{"type":"text","text":"Two.","cache_control":{"type":"ephemeral"}}]},
      {"role":"assistant","content":"a"},{"role":"system","content":""},
      {"role":"user","content":"b","name":"Ann"}]})");
  EXPECT_EQ(
      member("messages", sent),
      R"([{"role":"system","content":[{"type":"text","text":"One."},{"type":"text","text":"Two."}]},)" +
          kUserSent +
          R"(,{"role":"assistant","content":[{"type":"text","text":"a"}]},)"
          R"({"role":"user","content":[{"type":"text","text":"b"}]}])");
  EXPECT_EQ(sent.dropped, "cache_control messages.name");
}

TEST(Messages, OfTheSystemAloneAreTheUsers) {
  EXPECT_EQ(messages(R"({"role":"system","content":"Hi"})"), "[" + kUserSent + "]");
}

TEST(Messages, WithoutAWordAreLeftOut) {
  EXPECT_EQ(
      messages(kUser + R"(,{"role":"assistant","content":null},{"role":"user","content":""})"),
      "[" + kUserSent + "]");
  EXPECT_EQ(messages(R"({"role":"user","content":""})"),
            refused("messages", "hold nothing to answer"));
}

TEST(Messages, ShowImages) {
  EXPECT_EQ(
      messages(R"({"role":"user","content":[{"type":"text","text":"What?"},
      {"type":"image_url","image_url":{"url":"https://example.org/a.png","detail":"high"}},
      {"type":"image_url","image_url":{"url":"data:image/png;base64,iVBO"}},
      {"type":"file","file":{"file_data":"data:image/jpeg;base64,/9j/"}}]})"),
      R"([{"role":"user","content":[{"type":"text","text":"What?"},)"
      R"({"type":"image_url","image_url":{"url":"https://example.org/a.png","detail":"high"}},)"
      R"({"type":"image_url","image_url":{"url":"data:image/png;base64,iVBO"}},)"
      R"({"type":"image_url","image_url":{"url":"data:image/jpeg;base64,/9j/"}}]}])");
}

TEST(Messages, RefuseWhatCannotBeShown) {
  const auto part = [](const std::string& json, const std::string& role = "user") {
    return messages(kUser + R"(,{"role":")" + role + R"(","content":[)" + json + "]}");
  };
  const std::string at = "messages[1].content[0]";
  EXPECT_EQ(part(R"({"type":"image_url","image_url":{}})"),
            refused(at + ".image_url.url", "must be a URL"));
  EXPECT_EQ(part(R"({"type":"input_audio","input_audio":{"data":"","format":"wav"}})"),
            refused(at + ".input_audio", "is audio, which this upstream does not take", true));
  const std::string other =
      "is neither text nor an image as a data URL; this upstream takes no other files";
  EXPECT_EQ(part(R"({"type":"file","file":{"file_data":"data:application/pdf;base64,JVBE"}})"),
            refused(at + ".file", other, true));
  EXPECT_EQ(part(R"({"type":"file","file":{"file_id":"file-1"}})"),
            refused(at + ".file", other, true));
  EXPECT_EQ(part(R"({"type":"file","file":{"file_data":"JVBE"}})"),
            refused(at + ".file.file_data", "must be a data URL"));
  EXPECT_EQ(part(R"({"type":"file","file":{"file_data":"data:text/plain;base64,/w=="}})"),
            refused(at + ".file.file_data", "must be a data URL of text in UTF-8"));
  EXPECT_EQ(part(R"({"type":"owl"})"),
            refused(at + ".type", "is none of text, image_url, file, input_audio and refusal"));
  EXPECT_EQ(
      part(R"({"type":"image_url","image_url":{"url":"data:image/png;base64,iVBO"}})", "system"),
      refused(at + ".image_url", "is no text; this upstream takes other parts of users alone",
              true));
}

TEST(Messages, RefuseUnknownRoles) {
  EXPECT_EQ(messages(R"({"role":"owl","content":""})"),
            refused("messages[0].role", "is none of system, developer, user, assistant and tool"));
  EXPECT_EQ(messages(R"({"role":"function","name":"f","content":""})"),
            refused("messages[0].role",
                    "is `function`, which this upstream does not know; use tools", true));
  EXPECT_EQ(messages(R"({"role":"assistant","function_call":{"name":"f","arguments":"{}"}})"),
            refused("messages[0].function_call", "is nothing that this upstream knows", true));
}

TEST(Messages, CallToolsAndAnswerThem) {
  const Sent sent = send(R"({"messages":[{"role":"user","content":"Hi"},
      {"role":"assistant","content":"Look:","reasoning_content":"I will look.","tool_calls":[
        {"id":"a","type":"function","function":{"name":"f","arguments":""}},
        {"id":"b","type":"function","function":{"name":"g","arguments":"{\"n\": 1.0}"}}]},
      {"role":"tool","tool_call_id":"b","content":"two","is_error":true},
      {"role":"tool","tool_call_id":"a","content":[{"type":"text","text":"one"}]},
      {"role":"tool","tool_call_id":"a","content":""}]})");
  EXPECT_EQ(
      member("messages", sent),
      "[" + kUserSent +
          R"(,{"role":"assistant","content":[{"type":"text","text":"Look:"}],)"
          R"("tool_plan":"I will look.","tool_calls":[)"
          R"({"id":"a","type":"function","function":{"name":"f","arguments":"{}"}},)"
          R"({"id":"b","type":"function","function":{"name":"g","arguments":"{\"n\": 1.0}"}}]},)"
          R"({"role":"tool","tool_call_id":"b","content":[{"type":"text","text":"two"}]},)"
          R"({"role":"tool","tool_call_id":"a","content":[{"type":"text","text":"one"}]},)"
          R"({"role":"tool","tool_call_id":"a","content":""}])");
  EXPECT_EQ(sent.dropped, "messages.is_error");
}

TEST(Messages, GiveThoughtsBackWhereTheyLedToCallsAlone) {
  EXPECT_EQ(messages(kUser + R"(,{"role":"assistant","content":"a","reasoning_content":"Hm."})"),
            "[" + kUserSent + R"(,{"role":"assistant","content":[{"type":"text","text":"a"}]}])");
}

TEST(Messages, RefuseArgumentsThatAreNoObject) {
  for (const char* arguments : {"[1]", "{", "3", "null", "{} x"})
    EXPECT_EQ(messages(R"({"role":"assistant","tool_calls":[{"id":"a","type":"function",)"
                       R"("function":{"name":"f","arguments":")" +
                       std::string(arguments) + R"("}}]})"),
              refused("messages[0].tool_calls[0].function.arguments", "must be a JSON object"));
}

// The upstream cites them.
TEST(Documents, AreTheTextsOfFiles) {
  const Sent sent = send(R"({"messages":[{"role":"user","content":[
      {"type":"file","file":{"file_data":"data:text/plain;base64,SMO2aGU=","filename":"a.txt"}},
      {"type":"file","file":{"file_data":"data:text/csv,a%2Cb"}},{"type":"text","text":"Hi"}]}],
      "documents":[{"id":"d","data":{"text":"x"}},"y"]})");
  EXPECT_EQ(member("documents", sent),
            R"([{"data":{"title":"a.txt","text":"Höhe"}},{"data":{"text":"a,b"}},)"
            R"({"id":"d","data":{"text":"x"}},"y"])");
  EXPECT_EQ(member("messages", sent), "[" + kUserSent + "]");
  EXPECT_EQ(ask(R"("documents":[1])").body,
            refused("documents", "must be an array of objects or strings"));
}

TEST(Tools, AreGivenWithParameters) {
  const Sent sent = ask(kTools);
  EXPECT_EQ(member("tools", sent), "[" + kF + "," + kG + "]");
  EXPECT_EQ(sent.dropped, "");
}

TEST(Tools, AreStrictTogether) {
  const std::string strict = R"({"type":"function","function":{"name":"g","strict":true}})";
  const Sent all = ask(R"("tools":[)" + strict + "]");
  EXPECT_EQ(member("strict_tools", all), "true");
  EXPECT_EQ(member("tools", all), "[" + kG + "]");
  EXPECT_EQ(all.dropped, "");
  const Sent some = ask(R"("tools":[)" + strict + "," + kF + "]");
  EXPECT_EQ(member("strict_tools", some), "");
  EXPECT_EQ(some.dropped, "tools.function.strict");
}

TEST(Tools, ThatAreNoFunctionsAreRefused) {
  EXPECT_EQ(ask(R"("tools":[{"type":"web_search"}])").body,
            refused("tools[0].type",
                    "is not `function`, the only tools that this upstream can be given", true));
  EXPECT_EQ(ask(R"("tools":[{"type":"function","function":{}}])").body,
            refused("tools[0].function.name", "must be a string"));
}

// The upstream knows required and none; one that must be called is shown alone.
TEST(Tools, AreChosen) {
  const auto choose = [](const std::string& choice) {
    const Sent sent = ask(kTools + R"(,"tool_choice":)" + choice);
    return member("tool_choice", sent) + member("tools", sent) + sent.dropped;
  };
  const std::string all = "[" + kF + "," + kG + "]";
  EXPECT_EQ(choose(R"("auto")"), all);
  EXPECT_EQ(choose("null"), all);
  EXPECT_EQ(choose(R"("none")"), R"("NONE")" + all);
  EXPECT_EQ(choose(R"("required")"), R"("REQUIRED")" + all);
  EXPECT_EQ(choose(R"({"type":"function","function":{"name":"g"}})"), R"("REQUIRED")"
                                                                      "[" +
                                                                          kG + "]");
  EXPECT_EQ(ask(R"("tool_choice":"none")").body, ask(R"("seed":null)").body);
  EXPECT_EQ(ask(R"("tool_choice":"required")").body,
            refused("tool_choice", "asks for a tool that is not among the tools"));
  EXPECT_EQ(
      ask(kTools + R"(,"tool_choice":"owl")").body,
      refused("tool_choice", "is none of auto, none, required and the name of a function", true));
}

TEST(Format, IsJsonOrASchema) {
  const auto format = [](const std::string& json) {
    return member("response_format", ask(R"("response_format":)" + json));
  };
  EXPECT_EQ(format(R"({"type":"text"})"), "");
  EXPECT_EQ(format("null"), "");
  EXPECT_EQ(format(R"({"type":"json_object"})"), R"({"type":"json_object"})");
  EXPECT_EQ(
      format(R"({"type":"json_schema","json_schema":{"name":"a","schema":{"type":"object"}}})"),
      R"({"type":"json_object","json_schema":{"type":"object"}})");
  EXPECT_EQ(format(R"({"type":"grammar"})"),
            refused("response_format.type", "is none of text, json_object and json_schema", true));
}

// The upstream refuses formats beside tools and documents.
TEST(Format, IsToldInWordsBesideToolsAndDocuments) {
  const std::string schema =
      R"(,"response_format":{"type":"json_schema","json_schema":{"name":"a","schema":{"type":"object"}}})";
  for (const std::string& beside : {kTools, std::string(R"("documents":["x"])")}) {
    const Sent sent = ask(beside + schema);
    EXPECT_EQ(member("response_format", sent), "");
    EXPECT_EQ(sent.dropped, "response_format");
    EXPECT_EQ(
        member("messages", sent),
        R"([{"role":"system","content":[{"type":"text","text":"Answer with one JSON object and )"
        R"(nothing else: no words around it, no code fence. It must fit this JSON Schema: )"
        R"({\"type\":\"object\"}"}]},)" +
            kUserSent + "]");
  }
}

TEST(Sampling, HasItsOwnNamesAndBounds) {
  const auto rest = [](const std::string& members) {
    const Sent sent = ask(members);
    const std::string begun = ask(R"("x":1)").body;  // up to the brace that ends it
    if (sent.body.rfind(begun.substr(0, begun.size() - 1), 0) != 0) return sent.body;
    return sent.body.substr(begun.size() - 1) + sent.dropped;
  };
  EXPECT_EQ(
      rest(R"("max_tokens":9,"max_completion_tokens":7,"temperature":0.50,"top_p":0.9,"top_k":40,
                    "seed":7,"frequency_penalty":0.5,"logprobs":true,"stop":["\n","","x"])"),
      R"(,"max_tokens":7,"temperature":0.50,"p":0.9,"k":40,"seed":7,"frequency_penalty":0.5,)"
      R"("logprobs":true,"stop_sequences":["\n","x"]})");
  EXPECT_EQ(rest(R"("temperature":1.7,"top_p":1,"top_k":1000,"presence_penalty":2)"),
            R"(,"temperature":1,"p":0.99,"k":500,"presence_penalty":1})");
  EXPECT_EQ(rest(R"("temperature":0,"top_p":0,"top_k":0)"), R"(,"temperature":0,"p":0.01,"k":0})");
  EXPECT_EQ(rest(R"("seed":-1,"top_logprobs":3)"), "}top_logprobs seed");
  EXPECT_EQ(rest(R"("frequency_penalty":-1)"), "}frequency_penalty");
  EXPECT_EQ(rest(R"("frequency_penalty":0.5,"presence_penalty":0.25)"),
            R"(,"frequency_penalty":0.5}presence_penalty)");
  EXPECT_EQ(rest(R"("frequency_penalty":0,"presence_penalty":0.25)"),
            R"(,"presence_penalty":0.25})");
  EXPECT_EQ(rest(R"("stop":["1","2","3","4","5","6"])"),
            R"(,"stop_sequences":["1","2","3","4","5"]}stop!)");
}

TEST(Sampling, ThatMakesNoSenseIsRefused) {
  EXPECT_EQ(ask(R"("max_tokens":0)").body, refused("max_tokens", "must be at least 1"));
  EXPECT_EQ(ask(R"("temperature":"hot")").body, refused("temperature", "must be a number"));
  EXPECT_EQ(ask(R"("stop":[1])").body, refused("stop", "must be a string or an array of strings"));
}

TEST(Thinking, HasABudget) {
  const auto think = [](const std::string& wish, const std::string& model = "command-a-reasoning",
                        std::string_view config = "{}") {
    const Sent sent = ask(R"("model":")" + model + R"(",)" + wish, config);
    return member("thinking", sent) + (sent.dropped.empty() ? "" : " -" + sent.dropped);
  };
  EXPECT_EQ(think(R"("seed":1)"), "");
  EXPECT_EQ(think(R"("reasoning_effort":null)"), "");
  EXPECT_EQ(think(R"("reasoning_effort":"none")"), R"({"type":"disabled"})");
  EXPECT_EQ(think(R"("reasoning_effort":"minimal")"), R"({"type":"enabled","token_budget":1024})");
  EXPECT_EQ(think(R"("reasoning_effort":"low")"), R"({"type":"enabled","token_budget":2048})");
  EXPECT_EQ(think(R"("reasoning_effort":"medium")"), R"({"type":"enabled","token_budget":8192})");
  EXPECT_EQ(think(R"("reasoning_effort":"high")"), R"({"type":"enabled"})");
  EXPECT_EQ(think(R"("reasoning_effort":"high","reasoning_budget":500)"),
            R"({"type":"enabled","token_budget":500})");
  EXPECT_EQ(think(R"("reasoning_effort":"high","reasoning_budget":0)"), R"({"type":"disabled"})");
  EXPECT_EQ(think(R"("reasoning_effort":"high")", "command-r7b"), " -reasoning_effort");
  EXPECT_EQ(think(R"("reasoning_budget":500)", "command-r7b"), " -reasoning_budget");
  EXPECT_EQ(think(R"("reasoning_effort":"none")", "command-r7b"), "");
  EXPECT_EQ(think(R"("reasoning_effort":"high")", "own", R"({"thinking":"always"})"),
            R"({"type":"enabled"})");
  EXPECT_EQ(think(R"("reasoning_effort":"high")", "command-a-reasoning", R"({"thinking":"never"})"),
            " -reasoning_effort");
}

TEST(Dropped, IsToldByName) {
  EXPECT_EQ(ask(R"("user":"u","metadata":{"a":"b"},"store":true,"service_tier":"auto",
                   "prompt_cache_key":"k","safety_identifier":"s","prediction":{"type":"content"},
                   "verbosity":"low","logit_bias":{"1":2},"web_search_options":{},"n":2,
                   "parallel_tool_calls":false,)" +
                kTools)
                .dropped,
            "user safety_identifier metadata store service_tier prompt_cache_key "
            "prediction verbosity logit_bias! web_search_options! parallel_tool_calls n!");
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

TEST(Settings, StandInEveryRequestThatTakesThem) {
  const auto config = R"({"safety_mode":"STRICT","citations":"OFF"})";
  const Sent plain = ask(R"("seed":1)", config), tools = ask(kTools, config);
  EXPECT_EQ(member("safety_mode", plain), R"("STRICT")");
  EXPECT_EQ(member("citation_options", plain), R"({"mode":"OFF"})");
  EXPECT_EQ(member("safety_mode", tools), "");
  EXPECT_EQ(member("citation_options", tools), R"({"mode":"OFF"})");
  EXPECT_EQ(member("safety_mode", ask(R"("documents":["x"])", config)), "");
}

Sent embed(const std::string& body, std::string_view config = "{}") {
  sluice_request asked = request(SLUICE_OP_EMBED, body);
  asked.model = str("embed-v4.0");
  return sentBy("sluice.cohere", asked, config);
}

TEST(Embed, SaysWhatTheTextsAreFor) {
  EXPECT_EQ(embed(R"({"input":["a","b\n"],"dimensions":256,"purpose":"query"})").body,
            R"({"model":"embed-v4.0","texts":["a","b\n"],"input_type":"search_query",)"
            R"("embedding_types":["float"],"output_dimension":256,"truncate":"NONE"})");
  const auto type = [](const std::string& members, std::string_view config = "{}") {
    return member("input_type", embed(R"({"input":["a"])" + members + "}", config));
  };
  EXPECT_EQ(type(""), R"("search_document")");
  EXPECT_EQ(type(R"(,"purpose":"document")", R"({"input_type":"clustering"})"),
            R"("search_document")");
  EXPECT_EQ(type("", R"({"input_type":"clustering"})"), R"("clustering")");
}

TEST(Embed, RefusesWhatTheUpstreamDoesNotTake) {
  EXPECT_EQ(embed(R"({"input":[[1,2]]})").body, refused("input", "must be an array of strings"));
  EXPECT_EQ(embed(R"({"input":"a"})").body, refused("input", "must be an array"));
  EXPECT_EQ(embed(R"({"input":[]})").body, refused("input", "must not be empty"));
  std::string texts = R"("x")";
  for (int i = 1; i < 96; ++i) texts += R"(,"x")";
  EXPECT_EQ(embed(R"({"input":[)" + texts + "]}").body.rfind(R"({"model")", 0), 0u);
  EXPECT_EQ(embed(R"({"input":[)" + texts + R"(,"x"]})").body,
            refused("input", "must hold at most 96 texts at this upstream", true));
}

}  // namespace
