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

// A way that looks at all names for each call takes minutes.
TEST(Tools, ThatWereCalledMayBeAsManyAsABodyHolds) {
  EXPECT_TRUE(endsWith(member("tools", R"({"messages":[)" + manyCalls(300'000) + "]}"),
                       R"({"name":"f299999","input_schema":{"type":"object"}}])"));
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
      {"web_search_options", "{}"}};
  for (const auto& [name, value] : members)
    EXPECT_EQ(dropped(std::string("\"").append(name).append("\":").append(value)), name + "!");
  EXPECT_EQ(dropped(R"("n":1,"logprobs":false,"logit_bias":{},"modalities":["text"])"), "");
}

TEST(Unsupported, NamesWhatMessagesLose) {
  EXPECT_EQ(sentBy("sluice.anthropic", R"({"messages":[
      {"role":"user","name":"ann","content":[{"type":"image_url",
        "image_url":{"url":"https://a/b.png","detail":"low"}}]},
      {"role":"user","name":"bob","content":"Hi"}]})",
                   "m", "{}")
                .dropped,
            "messages.name image_url.detail");
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
