// What becomes of canonical requests. Each test names what the upstream would refuse otherwise.
#include "request.hpp"

#include "../testing/requests.hpp"

namespace {

using namespace sluice::testing;

// The body that is sent, or the error as one line.
std::string sent(std::string_view body, std::string_view config = "{}") {
  return sentBy("sluice.anthropic", body, "m", config).body;
}

// A member of the body that is sent, as JSON; empty if it is not there.
std::string member(std::string_view name, std::string_view body, std::string_view config = "{}") {
  return sluice::testing::member(name, sentBy("sluice.anthropic", body, "m", config));
}

// The turns of a conversation.
std::string turns(const std::string& messages) {
  return member("messages", R"({"messages":[)" + messages + "]}");
}

// A member of a request that asks for something else too.
std::string withHi(const std::string& rest) {
  return R"({"messages":[{"role":"user","content":"Hi"}],)" + rest + "}";
}

constexpr auto kHi = R"([{"role":"user","content":[{"type":"text","text":"Hi"}]}])";
const std::string kUser = R"({"role":"user","content":"Hi"})";

TEST(System, GathersSystemAndDeveloperMessagesInOrder) {
  const std::string body = R"({"messages":[
      {"role":"system","content":"One."},
      {"role":"user","content":"Hi"},
      {"role":"developer","content":[{"type":"text","text":"Two.","cache_control":{"type":"ephemeral","ttl":"1h"}},
                                     {"type":"text","text":"Three."}]},
      {"role":"system","content":"  "}]})";
  EXPECT_EQ(member("system", body),
            R"([{"type":"text","text":"One."},{"type":"text","text":"Two.",)"
            R"("cache_control":{"type":"ephemeral","ttl":"1h"}},{"type":"text","text":"Three."}])");
  EXPECT_EQ(member("messages", body), kHi);
}

TEST(System, IsAskedItselfWhereNobodyElseSpeaks) {
  const std::string body = R"({"messages":[{"role":"system","content":"Hi"}]})";
  EXPECT_EQ(member("messages", body), kHi);
  EXPECT_EQ(member("system", body), "");
}

TEST(Turns, MergeMessagesOfOneRole) {
  EXPECT_EQ(
      turns(R"({"role":"user","content":"a"},{"role":"user","content":"b","name":"Ann"},
                     {"role":"assistant","content":"c"},{"role":"system","content":"s"},
                     {"role":"assistant","content":"d"},{"role":"user","content":"e"})"),
      R"([{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]},)"
      R"({"role":"assistant","content":[{"type":"text","text":"c"},{"type":"text","text":"d"}]},)"
      R"({"role":"user","content":[{"type":"text","text":"e"}]}])");
}

TEST(Turns, LeaveBlankTextsOut) {
  EXPECT_EQ(turns(R"({"role":"user","content":""},{"role":"assistant","content":" \n"},
                     {"role":"user","content":[{"type":"text","text":"\t"},{"type":"text","text":"Hi"}]},
                     {"role":"assistant","content":null})"),
            kHi);
  EXPECT_EQ(turns(R"({"role":"user","content":" "})"),
            "error INVALID_ARGUMENT reason=BAD_REQUEST type=\"invalid_request_error\" "
            "param=\"messages\" \"messages hold nothing to answer\"");
}

TEST(Turns, EndWithoutWhiteSpaceWhereTheAssistantIsToGoOn) {
  EXPECT_EQ(turns(kUser + R"(,{"role":"assistant","content":"{ \n"})"),
            R"([{"role":"user","content":[{"type":"text","text":"Hi"}]},)"
            R"({"role":"assistant","content":[{"type":"text","text":"{"}]}])");
  EXPECT_EQ(
      turns(kUser + R"(,{"role":"assistant","content":[{"type":"text","text":"a "},
                              {"type":"text","text":"b "}]})"),
      R"([{"role":"user","content":[{"type":"text","text":"Hi"}]},)"
      R"({"role":"assistant","content":[{"type":"text","text":"a "},{"type":"text","text":"b"}]}])");
}

TEST(Turns, CallToolsWithObjects) {
  EXPECT_EQ(
      turns(kUser + R"(,{"role":"assistant","content":"Look:","tool_calls":[
                {"id":"call.1:a","type":"function","function":{"name":"f","arguments":" {\"n\": 1.0,\"é\":\"\\u00e9\"} "}},
                {"id":"c2","type":"function","function":{"name":"g","arguments":""}},
                {"id":"c3","type":"function","function":{"name":"f","arguments":"{}"}}]},
                {"role":"tool","tool_call_id":"call.1:a","content":"1"})"),
      R"([{"role":"user","content":[{"type":"text","text":"Hi"}]},)"
      R"({"role":"assistant","content":[{"type":"text","text":"Look:"},)"
      R"({"type":"tool_use","id":"call_1_a","name":"f","input":{"n": 1.0,"é":"\u00e9"}},)"
      R"({"type":"tool_use","id":"c2","name":"g","input":{}},)"
      R"({"type":"tool_use","id":"c3","name":"f","input":{}}]},)"
      R"({"role":"user","content":[{"type":"tool_result","tool_use_id":"call_1_a","content":"1"}]}])");
}

TEST(Turns, RefuseArgumentsThatAreNoObject) {
  for (const char* arguments : {"[1]", "{", "3", "null", "{} x"})
    EXPECT_EQ(turns(kUser +
                    R"(,{"role":"assistant","tool_calls":[{"id":"a","type":"function",)"
                    R"("function":{"name":"f","arguments":"{}"}},{"id":"c","type":"function",)"
                    R"("function":{"name":"f","arguments":")" +
                    arguments + R"("}}]})"),
              "error INVALID_ARGUMENT reason=BAD_REQUEST type=\"invalid_request_error\" "
              "param=\"messages[1].tool_calls[1].function.arguments\" "
              "\"messages[1].tool_calls[1].function.arguments must be a JSON object\"");
}

TEST(Turns, PutAllResultsFirstIntoOneTurn) {
  EXPECT_EQ(
      turns(R"({"role":"assistant","tool_calls":[
                {"id":"a","type":"function","function":{"name":"f","arguments":"{}"}},
                {"id":"b","type":"function","function":{"name":"f","arguments":"{}"}},
                {"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]},
               {"role":"tool","tool_call_id":"b","content":"two","is_error":true},
               {"role":"user","content":"and now?"},
               {"role":"tool","tool_call_id":"a","content":[{"type":"text","text":"one"},
                 {"type":"image_url","image_url":{"url":"data:image/png;base64,iVBO"},"cache_control":{"type":"ephemeral"}}]},
               {"role":"tool","tool_call_id":"c","content":"","is_error":false})"),
      R"([{"role":"assistant","content":[{"type":"tool_use","id":"a","name":"f","input":{}},)"
      R"({"type":"tool_use","id":"b","name":"f","input":{}},{"type":"tool_use","id":"c","name":"f","input":{}}]},)"
      R"({"role":"user","content":[{"type":"tool_result","tool_use_id":"b","content":"two","is_error":true},)"
      R"({"type":"tool_result","tool_use_id":"a","content":[{"type":"text","text":"one"},)"
      R"({"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBO"}}],)"
      R"("cache_control":{"type":"ephemeral"}},{"type":"tool_result","tool_use_id":"c"},)"
      R"({"type":"text","text":"and now?"}]}])");
}

TEST(Turns, GiveOwnThoughtsBackUnchangedAndFirst) {
  EXPECT_EQ(
      turns(kUser +
            R"(,{"role":"assistant","content":"Let me look.","reasoning_content":"never sent",
                "reasoning_details":[
                  {"type":"reasoning.encrypted","data":"Em+/=","format":"anthropic"},
                  {"type":"reasoning.text","text":"a\n\"b\"","signature":"Eq+/=","format":"anthropic"},
                  {"type":"reasoning.text","text":"no proof","format":"anthropic"},
                  {"type":"reasoning.text","text":"x","signature":"y","format":"google"},
                  {"type":"reasoning.encrypted","data":"z","format":"openai"},
                  {"type":"reasoning.summary","summary":"s","format":"anthropic"}],
                "tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]},)" +
            kUser),
      R"([{"role":"user","content":[{"type":"text","text":"Hi"}]},{"role":"assistant","content":[)"
      R"({"type":"redacted_thinking","data":"Em+/="},)"
      R"({"type":"thinking","thinking":"a\n\"b\"","signature":"Eq+/="},)"
      R"({"type":"text","text":"Let me look."},)"
      R"({"type":"tool_use","id":"c","name":"f","input":{}}]},)"
      R"({"role":"user","content":[{"type":"text","text":"Hi"}]}])");
}

TEST(Turns, LeaveOutThoughtsThatLedToNothing) {
  EXPECT_EQ(
      turns(
          kUser +
          R"(,{"role":"assistant","content":"","reasoning_details":[{"type":"reasoning.text","text":"t","signature":"s","format":"anthropic"}]},)" +
          kUser),
      R"([{"role":"user","content":[{"type":"text","text":"Hi"}]},)"
      R"({"role":"user","content":[{"type":"text","text":"Hi"}]}])");
}

TEST(Turns, SayARefusalAgain) {
  EXPECT_EQ(
      turns(
          kUser +
          R"(,{"role":"assistant","content":null,"refusal":"No."},{"role":"user","content":"Hi"})"),
      R"([{"role":"user","content":[{"type":"text","text":"Hi"}]},{"role":"assistant",)"
      R"("content":[{"type":"text","text":"No."}]},{"role":"user","content":[{"type":"text","text":"Hi"}]}])");
}

std::string block(const std::string& part) {
  std::string all = turns(R"({"role":"user","content":[)" + part + "]}");
  const std::string before = R"([{"role":"user","content":[)";
  if (all.rfind(before, 0) != 0) return all;
  return all.substr(before.size(), all.size() - before.size() - 3);
}

TEST(Parts, ShowImagesByAddressAndByContent) {
  EXPECT_EQ(
      block(R"({"type":"image_url","image_url":{"url":"https://example.org/a.png","detail":"low"},
                      "cache_control":{"type":"ephemeral"}})"),
      R"({"type":"image","source":{"type":"url","url":"https://example.org/a.png"},)"
      R"("cache_control":{"type":"ephemeral"}})");
  EXPECT_EQ(
      block(R"({"type":"image_url","image_url":{"url":"data:image/jpg;base64,/9j/4A=="}})"),
      R"({"type":"image","source":{"type":"base64","media_type":"image/jpeg","data":"/9j/4A=="}})");
  EXPECT_EQ(block(R"({"type":"image_url","image_url":{"url":"data:image/png,%89PNG"}})"),
            "error INVALID_ARGUMENT reason=BAD_REQUEST type=\"invalid_request_error\" "
            "param=\"messages[0].content[0].image_url.url\" "
            "\"messages[0].content[0].image_url.url must be base64 if it is a data URL\"");
}

TEST(Parts, ShowFilesAsDocuments) {
  EXPECT_EQ(
      block(
          R"({"type":"file","file":{"file_data":"data:application/pdf;base64,JVBERi0=","filename":"a.pdf"},
                      "cache_control":{"type":"ephemeral"}})"),
      R"({"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"JVBERi0="},)"
      R"("title":"a.pdf","cache_control":{"type":"ephemeral"}})");
  EXPECT_EQ(
      block(
          R"({"type":"file","file":{"file_data":"data:text/plain;charset=utf-8;base64,R3LDvMOfZQ=="}})"),
      R"({"type":"document","source":{"type":"text","media_type":"text/plain","data":"Grüße"}})");
  EXPECT_EQ(
      block(R"({"type":"file","file":{"file_data":"data:text/csv,a%2Cb"}})"),
      R"({"type":"document","source":{"type":"text","media_type":"text/plain","data":"a,b"}})");
  EXPECT_EQ(block(R"({"type":"file","file":{"file_url":"https://example.org/a.pdf"}})"),
            R"({"type":"document","source":{"type":"url","url":"https://example.org/a.pdf"}})");
  EXPECT_EQ(block(R"({"type":"file","file":{"file_id":"file_01"}})"),
            R"({"type":"document","source":{"type":"file","file_id":"file_01"}})");
  EXPECT_EQ(
      block(R"({"type":"file","file":{"file_data":"data:image/png;base64,iVBO"}})"),
      R"({"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBO"}})");
}

TEST(Parts, RefuseFilesThatCannotBeShown) {
  const std::string file = R"({"type":"file","file":)";
  EXPECT_EQ(block(file + R"({"file_data":"data:application/zip;base64,UEs="}})"),
            "error INVALID_ARGUMENT retryable type=\"invalid_request_error\" "
            "param=\"messages[0].content[0].file.file_data\" "
            "\"messages[0].content[0].file.file_data is neither a PDF in base64, nor text, nor an "
            "image; this upstream takes no other files\"");
  for (const char* data : {"JVBERi0=", "data:text/plain;base64,/w==", "data:text/plain;base64,*",
                           "data:text/plain,%f", "data:text/plain,%zz"})
    EXPECT_NE(block(file + R"({"file_data":")" + data + R"("}})")
                  .find("param=\"messages[0].content[0].file.file_data\""),
              std::string::npos)
        << data;
  EXPECT_NE(block(file + R"({"filename":"x"}})").find("param=\"messages[0].content[0].file\""),
            std::string::npos);
}

TEST(Parts, RefuseAudioAndTheUnknown) {
  EXPECT_EQ(
      block(
          R"({"type":"text","text":"x"},{"type":"input_audio","input_audio":{"data":"","format":"wav"}})"),
      "error INVALID_ARGUMENT retryable type=\"invalid_request_error\" "
      "param=\"messages[0].content[1]\" "
      "\"messages[0].content[1] is audio, which this upstream does not take\"");
  EXPECT_NE(block(R"({"type":"smell"})").find("param=\"messages[0].content[0].type\""),
            std::string::npos);
}

const std::string kTool =
    R"({"type":"function","function":{"name":"f","parameters":{"type":"object"}}})";

TEST(Tools, HaveSchemasThatAreObjects) {
  EXPECT_EQ(
      member("tools", withHi(R"("tools":[
                {"type":"function","function":{"name":"f","description":"d","strict":true,
                  "parameters":{"type":"object","properties":{"a":{"type":"number"}}}},"cache_control":{"type":"ephemeral"}},
                {"type":"function","function":{"name":"g"}},
                {"type":"function","function":{"name":"h","parameters":{"properties":{}}}}])")),
      R"([{"name":"f","description":"d","input_schema":{"type":"object","properties":{"a":{"type":"number"}}},)"
      R"("cache_control":{"type":"ephemeral"}},{"name":"g","input_schema":{"type":"object"}},)"
      R"({"name":"h","input_schema":{"type":"object","properties":{}}}])");
  EXPECT_EQ(member("tools",
                   withHi(R"("tools":[{"type":"function","function":{"name":"f","strict":true}}])"),
                   R"({"structured_outputs":"native"})"),
            R"([{"name":"f","input_schema":{"type":"object"},"strict":true}])");
  EXPECT_NE(sent(withHi(R"("tools":[{"type":"custom","custom":{"name":"x"}}])"))
                .find("param=\"tools[0].type\""),
            std::string::npos);
}

std::string choice(const std::string& rest, const std::string& tools = kTool) {
  return member("tool_choice", withHi(R"("tools":[)" + tools + "]" + rest));
}

TEST(Tools, AreChosen) {
  EXPECT_EQ(choice(""), "");
  EXPECT_EQ(choice(R"(,"tool_choice":"auto")"), "");
  EXPECT_EQ(choice(R"(,"tool_choice":null)"), "");
  EXPECT_EQ(choice(R"(,"tool_choice":"none")"), R"({"type":"none"})");
  EXPECT_EQ(choice(R"(,"tool_choice":"required")"), R"({"type":"any"})");
  EXPECT_EQ(choice(R"(,"tool_choice":{"type":"function","function":{"name":"f"}})"),
            R"({"type":"tool","name":"f"})");
  EXPECT_EQ(choice(R"(,"parallel_tool_calls":true)"), "");
  EXPECT_EQ(choice(R"(,"parallel_tool_calls":false)"),
            R"({"type":"auto","disable_parallel_tool_use":true})");
  EXPECT_EQ(choice(R"(,"parallel_tool_calls":false,"tool_choice":"required")"),
            R"({"type":"any","disable_parallel_tool_use":true})");
  EXPECT_EQ(choice(R"(,"parallel_tool_calls":false,"tool_choice":"none")"), R"({"type":"none"})");
  EXPECT_EQ(choice(R"(,"tool_choice":"auto","parallel_tool_calls":false)", ""), "");
  EXPECT_NE(choice(R"(,"tool_choice":"required")", "").find("param=\"tool_choice\""),
            std::string::npos);
  EXPECT_NE(choice(R"(,"tool_choice":{"type":"allowed_tools"})").find("param=\"tool_choice\""),
            std::string::npos);
}

TEST(Tools, ThatWereCalledAreNamedWhereNoneAreGiven) {
  const std::string body =
      R"({"messages":[{"role":"user","content":"Hi"},{"role":"assistant","tool_calls":[
      {"id":"a","type":"function","function":{"name":"f","arguments":"{}"}},
      {"id":"b","type":"function","function":{"name":"f","arguments":"{}"}}]},
      {"role":"tool","tool_call_id":"a","content":"x"},{"role":"tool","tool_call_id":"b","content":"x"}]})";
  EXPECT_EQ(member("tools", body), R"([{"name":"f","input_schema":{"type":"object"}}])");
  EXPECT_EQ(member("tool_choice", body), R"({"type":"none"})");
}

std::string format(const std::string& model, const std::string& strict) {
  return R"("model":")" + model +
         R"(","response_format":{"type":"json_schema","json_schema":{"name":"r",)" + strict +
         R"("schema":{"type":"object","additionalProperties":false}}})";
}
constexpr auto kAnswer =
    R"([{"name":"sluice_answer","description":"Gives the user the final answer. Call it once, at the end.",)"
    R"("input_schema":{"type":"object","additionalProperties":false}}])";

TEST(Formats, AreNativeWhereTheModelKnowsThem) {
  const std::string strict = format("claude-sonnet-4-5-20250929", R"("strict":true,)");
  EXPECT_EQ(
      member("output_config", withHi(strict)),
      R"({"format":{"type":"json_schema","schema":{"type":"object","additionalProperties":false}}})");
  EXPECT_EQ(member("tools", withHi(strict)), "");
  EXPECT_EQ(
      member("output_config", withHi(format("other", "")), R"({"structured_outputs":"native"})"),
      R"({"format":{"type":"json_schema","schema":{"type":"object","additionalProperties":false}}})");
}

TEST(Formats, AreAToolElsewhere) {
  for (const std::string& body :
       {format("claude-3-5-haiku-20241022", R"("strict":true,)"),
        format("claude-sonnet-4-20250514", R"("strict":true,)"), format("claude-sonnet-4-5", "")}) {
    EXPECT_EQ(member("tools", withHi(body)), kAnswer);
    EXPECT_EQ(member("tool_choice", withHi(body)),
              R"({"type":"tool","name":"sluice_answer","disable_parallel_tool_use":true})");
    EXPECT_EQ(member("output_config", withHi(body)), "");
  }
  EXPECT_EQ(member("tools", withHi(format("claude-opus-4-7", R"("strict":true,)")),
                   R"({"structured_outputs":"tool"})"),
            kAnswer);
  // Besides the client's own tools, one of which may have to be called first.
  const std::string both = withHi(format("m", "") + R"(,"tools":[)" + kTool + "]");
  EXPECT_EQ(member("tool_choice", both), R"({"type":"any"})");
}

TEST(Formats, OfAnyObjectAreAnInstruction) {
  const std::string body =
      R"({"messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Hi"}],
          "response_format":{"type":"json_object"}})";
  EXPECT_EQ(
      member("system", body),
      R"([{"type":"text","text":"Be brief."},{"type":"text","text":"Answer with one JSON object )"
      R"(and nothing else: no words around it, no code fence."}])");
  EXPECT_EQ(member("system", withHi(R"("response_format":{"type":"text"})")), "");
  EXPECT_NE(
      sent(withHi(R"("response_format":{"type":"xml"})")).find("param=\"response_format.type\""),
      std::string::npos);
}

TEST(Limits, AreAlwaysSent) {
  EXPECT_EQ(member("max_tokens", withHi(R"("max_tokens":7)")), "7");
  EXPECT_EQ(member("max_tokens", withHi(R"("max_tokens":7,"max_completion_tokens":9)")), "9");
  EXPECT_EQ(member("max_tokens", withHi(R"("max_tokens":null)")), "8192");
  EXPECT_EQ(member("max_tokens", withHi(R"("n":1)"), R"({"max_tokens":100})"), "100");
  EXPECT_NE(sent(withHi(R"("max_tokens":"7")")).find("param=\"max_tokens\""), std::string::npos);
}

TEST(Sampling, IsKeptInsideWhatTheUpstreamTakes) {
  const std::string claude = R"("model":"claude-3-5-haiku-20241022",)";
  EXPECT_EQ(member("temperature", withHi(R"("temperature":0.70)")), "0.70");
  EXPECT_EQ(member("temperature", withHi(R"("temperature":1.5)")), "1");
  EXPECT_EQ(member("temperature", withHi(R"("temperature":-1)")), "0");
  EXPECT_EQ(member("temperature", withHi(R"("temperature":null)")), "");
  EXPECT_EQ(member("top_p", withHi(R"("top_p":0.9)")), "0.9");
  EXPECT_EQ(member("top_k", withHi(R"("top_k":40)")), "40");
  EXPECT_EQ(member("top_p", withHi(claude + R"("temperature":1,"top_p":0.9)")), "0.9");
  EXPECT_NE(sent(withHi(R"("temperature":"hot")")).find("param=\"temperature\""),
            std::string::npos);
}

TEST(Sampling, IsLeftOutWhereTheModelRefusesIt) {
  for (const char* model : {"claude-sonnet-4-5", "claude-opus-4-1-20250805", "claude-sonnet-4.6"}) {
    const std::string body =
        withHi(R"("model":")" + std::string(model) + R"(","temperature":0.5,"top_p":0.9)");
    EXPECT_EQ(member("temperature", body), "0.5") << model;
    EXPECT_EQ(member("top_p", body), "") << model;
  }
  for (const char* model :
       {"claude-opus-4-7", "claude-opus-4.8", "claude-sonnet-5", "claude-fable-5",
        "claude-mythos-preview", "vendor/claude-4.7-opus@20260416"}) {
    const std::string body = withHi(R"("model":")" + std::string(model) +
                                    R"(","temperature":0.5,"top_p":0.9,"top_k":4)");
    for (const char* name : {"temperature", "top_p", "top_k"})
      EXPECT_EQ(member(name, body), "") << model << name;
  }
}

TEST(Stops, AreAListWithoutBlanks) {
  EXPECT_EQ(member("stop_sequences", withHi(R"("stop":"END")")), R"(["END"])");
  EXPECT_EQ(member("stop_sequences", withHi(R"("stop":["\n","a","","b\n"])")), R"(["a","b\n"])");
  EXPECT_EQ(member("stop_sequences", withHi(R"("stop":["\n\n"])")), "");
  EXPECT_EQ(member("stop_sequences", withHi(R"("stop":null)")), "");
  EXPECT_NE(sent(withHi(R"("stop":[3])")).find("param=\"stop\""), std::string::npos);
}

TEST(User, IsTold) {
  EXPECT_EQ(member("metadata", withHi(R"("user":"u-7")")), R"({"user_id":"u-7"})");
  EXPECT_EQ(member("metadata", withHi(R"("safety_identifier":"s-8")")), R"({"user_id":"s-8"})");
  EXPECT_EQ(member("metadata", withHi(R"("user":")" + std::string(300, 'x') + "\"")), "");
}

// What is asked for as reasoning, with what becomes of the limit.
std::string thinking(const std::string& rest, std::string_view config = "{}") {
  return member("thinking", withHi(rest), config) + " " +
         member("max_tokens", withHi(rest), config);
}
std::string budget(int tokens, int limit) {
  return R"({"type":"enabled","budget_tokens":)" + std::to_string(tokens) + "} " +
         std::to_string(limit);
}

TEST(Thinking, HasABudgetBelowTheLimit) {
  EXPECT_EQ(thinking(R"("reasoning_effort":"none")"), " 8192");
  EXPECT_EQ(thinking(R"("reasoning_effort":null)"), " 8192");
  EXPECT_EQ(thinking(R"("reasoning_effort":"minimal")"), budget(1024, 9216));
  EXPECT_EQ(thinking(R"("reasoning_effort":"low")"), budget(2048, 10240));
  EXPECT_EQ(thinking(R"("reasoning_effort":"medium")"), budget(8192, 16384));
  EXPECT_EQ(thinking(R"("reasoning_effort":"high")"), budget(16384, 24576));
  EXPECT_EQ(thinking(R"("reasoning_effort":"xhigh")"), budget(20480, 28672));
  EXPECT_EQ(thinking(R"("reasoning_effort":"max")"), budget(23552, 31744));
  EXPECT_EQ(thinking(R"("reasoning_budget":5000)"), budget(5000, 13192));
  EXPECT_EQ(thinking(R"("reasoning_budget":5)"), budget(1024, 9216));
  EXPECT_EQ(thinking(R"("reasoning_budget":0)"), " 8192");
  EXPECT_EQ(thinking(R"("reasoning_budget":5000,"reasoning_effort":"low")"), budget(5000, 13192));
  EXPECT_NE(thinking(R"("reasoning_effort":"huge")").find("param=\"reasoning_effort\""),
            std::string::npos);
  EXPECT_NE(thinking(R"("reasoning_budget":-1)").find("param=\"reasoning_budget\""),
            std::string::npos);
}

TEST(Thinking, FitsIntoTheLimitOfTheRequest) {
  EXPECT_EQ(thinking(R"("max_tokens":4000,"reasoning_effort":"high")"), budget(2000, 4000));
  EXPECT_EQ(thinking(R"("max_tokens":64000,"reasoning_effort":"high")"), budget(16384, 64000));
  EXPECT_EQ(thinking(R"("max_tokens":4000,"reasoning_budget":3999)"), budget(3999, 4000));
  EXPECT_EQ(thinking(R"("max_tokens":4000,"reasoning_budget":4000)"), budget(2000, 4000));
  EXPECT_EQ(thinking(R"("max_tokens":2000,"reasoning_effort":"low")"), " 2000");
}

TEST(Thinking, IsAdaptiveWhereBudgetsAreRefused) {
  const auto asked = [](const std::string& rest, std::string_view config = "{}") {
    return member("thinking", withHi(rest), config) + member("output_config", withHi(rest), config);
  };
  const std::string adaptive = R"({"type":"adaptive","display":"summarized"})";
  EXPECT_EQ(asked(R"("model":"claude-opus-4-7","reasoning_effort":"xhigh")"),
            adaptive + R"({"effort":"xhigh"})");
  EXPECT_EQ(asked(R"("model":"claude-opus-4-6","reasoning_effort":"xhigh")"),
            adaptive + R"({"effort":"high"})");
  EXPECT_EQ(asked(R"("model":"claude-sonnet-4-6","reasoning_effort":"minimal")"),
            adaptive + R"({"effort":"low"})");
  EXPECT_EQ(asked(R"("model":"claude-opus-4-8","reasoning_budget":8000)"),
            adaptive + R"({"effort":"medium"})");
  EXPECT_EQ(asked(R"("model":"claude-opus-4-8","reasoning_budget":99000)"),
            adaptive + R"({"effort":"max"})");
  EXPECT_EQ(asked(R"("model":"claude-opus-4-5-20251101","reasoning_effort":"low")"),
            R"({"type":"enabled","budget_tokens":2048})");
  EXPECT_EQ(asked(R"("model":"other","reasoning_effort":"low")", R"({"thinking":"adaptive"})"),
            adaptive + R"({"effort":"low"})");
  EXPECT_EQ(
      asked(R"("model":"claude-opus-4-6","reasoning_effort":"low")", R"({"thinking":"budget"})"),
      R"({"type":"enabled","budget_tokens":2048})");
  EXPECT_EQ(asked(R"("reasoning_effort":"low",)" + format("claude-opus-4-7", R"("strict":true,)")),
            adaptive + R"({"effort":"low","format":{"type":"json_schema","schema":)"
                       R"({"type":"object","additionalProperties":false}}})");
}

TEST(Thinking, IsForbiddenWhereTheModelThinksUnasked) {
  EXPECT_EQ(thinking(R"("model":"claude-sonnet-5","reasoning_effort":"none")"),
            R"({"type":"disabled"} 8192)");
  EXPECT_EQ(thinking(R"("model":"claude-sonnet-5")"), " 8192");
  EXPECT_EQ(thinking(R"("model":"claude-fable-5","reasoning_effort":"none")"), " 8192");
  EXPECT_EQ(thinking(R"("model":"claude-opus-4-7","reasoning_effort":"none")"), " 8192");
  EXPECT_EQ(
      thinking(R"("model":"claude-sonnet-5","tool_choice":"required","tools":[)" + kTool + "]"),
      R"({"type":"disabled"} 8192)");
}

TEST(Thinking, LeavesOutTheSamplingThatItExcludes) {
  const std::string rest = R"("reasoning_effort":"low","temperature":0.2,"top_k":3,"top_p":)";
  for (const char* name : {"temperature", "top_k", "top_p"})
    EXPECT_EQ(member(name, withHi(rest + "0.9")), "") << name;
  EXPECT_EQ(member("top_p", withHi(rest + "0.97")), "0.97");
}

TEST(Thinking, GivesWayToAToolThatMustBeCalled) {
  const std::string low = R"("reasoning_effort":"low","tools":[)" + kTool + "]";
  EXPECT_EQ(thinking(low), budget(2048, 10240));
  EXPECT_EQ(thinking(low + R"(,"tool_choice":"none")"), budget(2048, 10240));
  EXPECT_EQ(thinking(low + R"(,"tool_choice":"required")"), " 8192");
  EXPECT_EQ(thinking(R"("reasoning_effort":"low",)" + format("m", "")), " 8192");
}

// Members of a request that are told to be left out.
std::string dropped(const std::string& more) {
  return sentBy("sluice.anthropic", withHi(more), "m", "{}").dropped;
}

TEST(Unsupported, NamesWhatWouldChangeTheAnswer) {
  const std::vector<std::pair<std::string, std::string>> members = {
      {"n", "2"},
      {"logprobs", "true"},
      {"logit_bias", R"({"50256":-100})"},
      {"audio", R"({"voice":"alloy"})"},
      {"modalities", R"(["text","audio"])"},
      {"web_search_options", R"({"search_context_size":"low"})"}};
  for (const auto& [name, value] : members)
    EXPECT_EQ(dropped(std::string("\"").append(name).append("\":").append(value)), name + "!");
  EXPECT_EQ(dropped(R"("n":1,"logprobs":false,"logit_bias":{},"modalities":["text"])"), "");
}

TEST(Unsupported, RefusesTheOldFormOfTools) {
  const std::vector<std::pair<std::string, std::string>> members = {
      {"functions", R"([{"name":"f"}])"}, {"function_call", R"({"name":"f"})"}};
  for (const auto& [name, value] : members) {
    const std::string error =
        sent(withHi(std::string("\"").append(name).append("\":").append(value)));
    EXPECT_EQ(
        error.rfind("error INVALID_ARGUMENT retryable type=\"invalid_request_error\" param=\"" +
                        name + "\"",
                    0),
        0u)
        << error;
  }
  EXPECT_EQ(
      member("messages", withHi(R"("n":1,"logprobs":false,"logit_bias":{},"modalities":["text"])")),
      kHi);
  for (const char* last : {R"({"role":"function","name":"f","content":"x"})",
                           R"({"role":"assistant","function_call":{"name":"f","arguments":"{}"}})"})
    EXPECT_NE(turns(kUser + "," + last).find("error INVALID_ARGUMENT retryable"),
              std::string::npos);
}

TEST(Droppable, IsNeverSent) {
  for (const std::string_view name : anthropic::droppable()) {
    const std::string body = sent(withHi("\"" + std::string(name) + "\":\"asked\""));
    EXPECT_EQ(body, R"({"model":"m","max_tokens":8192,"messages":)" + std::string(kHi) + "}")
        << name;
  }
}

}  // namespace
