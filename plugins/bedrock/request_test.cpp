// What becomes of canonical requests. Each test names what the upstream would refuse otherwise.
#include "../testing/requests.hpp"

namespace {

using namespace sluice::testing;

constexpr auto kClaude = "anthropic.claude-sonnet-4-5-20250929-v1:0";
constexpr auto kNova = "amazon.nova-pro-v1:0";
constexpr auto kLlama = "meta.llama3-3-70b-instruct-v1:0";

Sent sendTo(std::string_view model, std::string_view body) {
  return sentBy("sluice.bedrock", chat(model, body, false));
}

// A member of the body that is sent, as JSON; empty if it is not there; the error, if it is one.
std::string member(std::string_view name, std::string_view model, std::string_view body) {
  return sluice::testing::member(name, sendTo(model, body));
}
std::string turns(const std::string& messages, std::string_view model = kClaude) {
  return member("messages", model, R"({"messages":[)" + messages + "]}");
}
std::string withHi(const std::string& rest) {
  return R"({"messages":[{"role":"user","content":"Hi"}],)" + rest + "}";
}

const std::string kUser = R"({"role":"user","content":"Hi"})";
const std::string kHi = R"({"role":"user","content":[{"text":"Hi"}]})";

TEST(System, GathersSystemAndDeveloperMessagesWithCachePoints) {
  const std::string body = R"({"messages":[{"role":"system","content":"One."},)" + kUser +
                           R"(,{"role":"developer","content":[{"type":"text","text":"Two.",
          "cache_control":{"type":"ephemeral","ttl":"1h"}},{"type":"text","text":"Three."}]}]})";
  EXPECT_EQ(member("system", kClaude, body),
            R"([{"text":"One."},{"text":"Two."},{"cachePoint":{"type":"default","ttl":"1h"}},)"
            R"({"text":"Three."}])");
  EXPECT_EQ(
      member("system", kNova, body),
      R"([{"text":"One."},{"text":"Two."},{"cachePoint":{"type":"default"}},{"text":"Three."}])");
  EXPECT_EQ(member("messages", kClaude, body), "[" + kHi + "]");
}

TEST(System, LosesCachePointsThatAModelDoesNotTake) {
  const std::string body =
      R"({"messages":[{"role":"user","content":[{"type":"text","text":"Hi","cache_control":{"type":"ephemeral"}}]}]})";
  for (const char* model : {kLlama, "anthropic.claude-3-haiku-20240307-v1:0"}) {
    EXPECT_EQ(member("messages", model, body), "[" + kHi + "]") << model;
    EXPECT_EQ(sendTo(model, body).dropped, "messages.content.cache_control") << model;
  }
  EXPECT_EQ(sendTo("us.anthropic.claude-3-5-haiku-20241022-v1:0", body).dropped, "");
}

TEST(Turns, TellNamesAndDetailAsLeftOut) {
  EXPECT_EQ(sendTo(kClaude, R"({"messages":[{"role":"user","name":"ann","content":[
      {"type":"text","text":"Hi"},{"type":"image_url",
        "image_url":{"url":"data:image/png;base64,iVBO","detail":"low"}}]}]})")
                .dropped,
            "messages.name image_url.detail");
}

TEST(System, IsAskedItselfWhereNobodyElseSpeaks) {
  const std::string body = R"({"messages":[{"role":"system","content":"Hi"}]})";
  EXPECT_EQ(member("messages", kClaude, body), "[" + kHi + "]");
  EXPECT_EQ(member("system", kClaude, body), "");
}

TEST(Turns, MergeMessagesOfOneRoleAndLeaveBlankTextsOut) {
  EXPECT_EQ(
      turns(R"({"role":"user","content":"a"},{"role":"user","content":"b"},
                     {"role":"assistant","content":"c"},{"role":"assistant","content":" "},
                     {"role":"user","content":[{"type":"text","text":""},{"type":"text","text":"e"}]})"),
      R"([{"role":"user","content":[{"text":"a"},{"text":"b"}]},)"
      R"({"role":"assistant","content":[{"text":"c"}]},{"role":"user","content":[{"text":"e"}]}])");
  EXPECT_NE(turns(R"({"role":"user","content":" "})").find("param=\"messages\""),
            std::string::npos);
}

TEST(Turns, BeginWithTheUser) {
  EXPECT_EQ(turns(R"({"role":"assistant","content":"Welcome!"},)" + kUser),
            R"([{"role":"user","content":[{"text":"Begin."}]},)"
            R"({"role":"assistant","content":[{"text":"Welcome!"}]},)" +
                kHi + "]");
}

TEST(Turns, EndWithoutWhiteSpaceWhereTheAssistantIsToGoOn) {
  EXPECT_EQ(turns(kUser + R"(,{"role":"assistant","content":"{ \n"})"),
            "[" + kHi + R"(,{"role":"assistant","content":[{"text":"{"}]}])");
}

const std::string kCalls = R"({"role":"assistant","content":"Look:","tool_calls":[
    {"id":"call.1:a","type":"function","function":{"name":"f","arguments":" {\"n\": 1.0} "}},
    {"id":"c2","type":"function","function":{"name":"g","arguments":""}}]})";

TEST(Turns, CallToolsAndPutAllResultsIntoOneTurn) {
  EXPECT_EQ(
      turns(kUser + "," + kCalls + R"(,{"role":"tool","tool_call_id":"call.1:a","content":"1"},
          {"role":"tool","tool_call_id":"c2","is_error":true,"content":[{"type":"text","text":"no"},
            {"type":"image_url","image_url":{"url":"data:image/png;base64,iVBO"}}]},)" +
            kUser),
      "[" + kHi +
          R"(,{"role":"assistant","content":[{"text":"Look:"},)"
          R"({"toolUse":{"toolUseId":"call_1_a","name":"f","input":{"n": 1.0}}},)"
          R"({"toolUse":{"toolUseId":"c2","name":"g","input":{}}}]},)"
          R"({"role":"user","content":[)"
          R"({"toolResult":{"toolUseId":"call_1_a","content":[{"text":"1"}]}},)"
          R"({"toolResult":{"toolUseId":"c2","content":[{"text":"no"},)"
          R"({"image":{"format":"png","source":{"bytes":"iVBO"}}}],"status":"error"}},{"text":"Hi"}]}])");
}

TEST(Turns, GiveResultsThatAreEmptyFailedOrCached) {
  const auto result = [](std::string_view model, const std::string& rest) {
    const std::string all =
        turns(kUser + "," + kCalls + R"(,{"role":"tool","tool_call_id":"c2",)" + rest + "}", model);
    return all.substr(all.rfind(R"({"role":"user")"));
  };
  EXPECT_EQ(
      result(kClaude, R"("content":"")"),
      R"x({"role":"user","content":[{"toolResult":{"toolUseId":"c2","content":[{"text":"(empty)"}]}}]}])x");
  EXPECT_EQ(
      result(kLlama, R"("content":"x","is_error":true)"),
      R"({"role":"user","content":[{"toolResult":{"toolUseId":"c2","content":[{"text":"x"}]}}]}])");
  EXPECT_EQ(
      result(kClaude,
             R"("content":[{"type":"text","text":"x","cache_control":{"type":"ephemeral"}}])"),
      R"({"role":"user","content":[{"toolResult":{"toolUseId":"c2","content":[{"text":"x"}]}},)"
      R"({"cachePoint":{"type":"default"}}]}])");
  EXPECT_EQ(
      sendTo(kLlama, R"({"messages":[)" + kUser + "," + kCalls +
                         R"(,{"role":"tool","tool_call_id":"c2","content":"x","is_error":true}]})")
          .dropped,
      "messages.is_error");
}

TEST(Turns, ShortenIdsThatAreTooLong) {
  const std::string left(40, 'a'), right(40, 'b');
  const std::string all =
      turns(kUser + R"(,{"role":"assistant","tool_calls":[{"id":")" + left + "|" + right +
            R"(","type":"function","function":{"name":"f","arguments":"{}"}}]},
          {"role":"tool","tool_call_id":")" +
            left + "|" + right + R"(","content":"1"})");
  const std::string id = R"("toolUseId":")" + std::string(32, 'a') + std::string(32, 'b') + '"';
  EXPECT_NE(all.find(R"({"toolUse":{)" + id), std::string::npos) << all;
  EXPECT_NE(all.find(R"({"toolResult":{)" + id), std::string::npos) << all;
}

TEST(Turns, RefuseArgumentsThatAreNoObject) {
  for (const char* arguments : {"[1]", "{", "3", "null"})
    EXPECT_NE(turns(kUser +
                    R"(,{"role":"assistant","tool_calls":[{"id":"a","type":"function",)"
                    R"("function":{"name":"f","arguments":")" +
                    arguments + R"("}}]})")
                  .find("param=\"messages[1].tool_calls[0].function.arguments\""),
              std::string::npos);
}

TEST(Turns, GiveProvenThoughtsBackToTheModelsThatMadeThem) {
  const std::string thoughts = kUser + R"(,{"role":"assistant","content":"So.","reasoning_details":[
      {"type":"reasoning.encrypted","data":"RW1=","format":"anthropic"},
      {"type":"reasoning.text","text":"a","signature":"Eq=","format":"anthropic"},
      {"type":"reasoning.text","text":"b","format":"anthropic"},
      {"type":"reasoning.text","text":"c","signature":"x","format":"google"}]},)" +
                               kUser;
  EXPECT_EQ(turns(thoughts),
            "[" + kHi +
                R"(,{"role":"assistant","content":[)"
                R"({"reasoningContent":{"redactedContent":"RW1="}},)"
                R"({"reasoningContent":{"reasoningText":{"text":"a","signature":"Eq="}}},)"
                R"({"text":"So."}]},)" +
                kHi + "]");
  EXPECT_EQ(turns(thoughts, kNova),
            "[" + kHi + R"(,{"role":"assistant","content":[{"text":"So."}]},)" + kHi + "]");
}

TEST(Turns, SeeCallsAndTheirResultsAsOne) {
  const std::string proof =
      R"("reasoning_details":[{"type":"reasoning.text","text":"t","signature":"s","format":"anthropic"}],)";
  const auto step = [](const std::string& details) {
    return R"(,{"role":"assistant",)" + details +
           R"("tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}}]},)"
           R"({"role":"tool","tool_call_id":"a","content":"x"})";
  };
  const auto asked = [](const std::string& effort, const std::string& rest) {
    const std::string body =
        sendTo(kClaude, "{" + effort + R"("messages":[)" + kUser + rest + "]}").body;
    const bool kept = body.find("reasoningContent") != std::string::npos;
    return (body.find("budget_tokens") != std::string::npos ? "on " : "off ") +
           std::string(kept ? "kept" : "none");
  };
  const std::string low = R"("reasoning_effort":"low",)";
  EXPECT_EQ(asked(low, step(proof) + step("")), "on kept");
  EXPECT_EQ(asked(low, step("") + step(proof)), "off none");
  EXPECT_EQ(asked("", step(proof)), "off none");
  EXPECT_EQ(asked("", step(proof) + R"(,{"role":"assistant","content":"Done."},)" + kUser),
            "off kept");
}

TEST(Turns, NeverHoldThoughtsAlone) {
  const std::string alone =
      R"(,{"role":"assistant","content":"","reasoning_details":[{"type":"reasoning.text","text":"t","signature":"s","format":"anthropic"}]},)";
  EXPECT_NE(turns(kUser + alone + kUser)
                .find(R"x("signature":"s"}}},{"text":"(empty)"}]},{"role":"user")x"),
            std::string::npos);
}

std::string block(const std::string& part) {
  std::string all = turns(R"({"role":"user","content":[{"type":"text","text":"t"},)" + part + "]}");
  const std::string before = R"([{"role":"user","content":[{"text":"t"},)";
  if (all.rfind(before, 0) != 0) return all;
  return all.substr(before.size(), all.size() - before.size() - 3);
}

TEST(Parts, ShowImagesByContent) {
  const auto image = [](const std::string& url) {
    return block(R"({"type":"image_url","image_url":{"url":")" + url + R"("}})");
  };
  EXPECT_EQ(image("data:image/jpg;base64,/9j/4A=="),
            R"({"image":{"format":"jpeg","source":{"bytes":"/9j/4A=="}}})");
  EXPECT_EQ(image("data:image/webp;base64,UklG"),
            R"({"image":{"format":"webp","source":{"bytes":"UklG"}}})");
  EXPECT_EQ(image("s3://bucket/a.jpg"),
            R"({"image":{"format":"jpeg","source":{"s3Location":{"uri":"s3://bucket/a.jpg"}}}})");
  EXPECT_EQ(image("https://example.org/a.png"),
            "error INVALID_ARGUMENT retryable type=\"invalid_request_error\" "
            "param=\"messages[0].content[1].image_url.url\" "
            "\"messages[0].content[1].image_url.url is an address, which this upstream does not "
            "fetch; send the image itself\"");
  for (const char* url : {"data:image/png,%89PNG", "data:image/tiff;base64,SUkq", "s3://b/c"})
    EXPECT_NE(image(url).find("param=\"messages[0].content[1].image_url.url\""), std::string::npos)
        << url;
}

std::string file(const std::string& members) {
  return block(R"({"type":"file","file":{)" + members + "}}");
}

TEST(Parts, ShowFilesAsDocuments) {
  EXPECT_EQ(
      file(R"("file_data":"data:application/pdf;base64,JVBERi0=","filename":"My report_1.pdf")"),
      R"({"document":{"format":"pdf","name":"My report 1","source":{"bytes":"JVBERi0="}}})");
  EXPECT_EQ(file(R"("file_data":"data:text/plain,a%2Cb")"),
            R"({"document":{"format":"txt","name":"document","source":{"bytes":"YSxi"}}})");
  EXPECT_EQ(file(R"("file_data":"data:text/csv;base64,YSxi","filename":"(1).csv")"),
            R"x({"document":{"format":"csv","name":"(1)","source":{"bytes":"YSxi"}}})x");
  EXPECT_EQ(file(R"("file_data":"data:application/json;base64,e30=")"),
            R"({"document":{"format":"txt","name":"document","source":{"bytes":"e30="}}})");
  EXPECT_EQ(file(R"("file_url":"s3://bucket/a.docx")"),
            R"({"document":{"format":"docx","name":"document",)"
            R"("source":{"s3Location":{"uri":"s3://bucket/a.docx"}}}})");
  EXPECT_EQ(file(R"("file_data":"data:image/png;base64,iVBO")"),
            R"({"image":{"format":"png","source":{"bytes":"iVBO"}}})");
}

TEST(Parts, NameEachDocumentOnceAndSayAWordBesideThem) {
  const std::string pdf =
      R"({"type":"file","file":{"file_data":"data:application/pdf;base64,JVBERi0=","filename":"a.pdf"}})";
  EXPECT_EQ(turns(R"({"role":"user","content":[)" + pdf + "," + pdf + "]}"),
            R"([{"role":"user","content":[)"
            R"({"document":{"format":"pdf","name":"a","source":{"bytes":"JVBERi0="}}},)"
            R"x({"document":{"format":"pdf","name":"a (2)","source":{"bytes":"JVBERi0="}}},)x"
            R"({"text":"See the document."}]}])");
}

// A way that tries all numbers for each document takes minutes.
TEST(Parts, NameAsManyDocumentsAsABodyHolds) {
  std::string files;
  for (int i = 0; i < 20'000; ++i)
    files.append(i ? "," : "").append(R"({"type":"file","file":{"file_data":"data:,"}})");
  const std::string sent = turns(R"({"role":"user","content":[)" + files + "]}");
  EXPECT_TRUE(
      endsWith(sent.substr(0, sent.rfind(R"(,"source")")), R"x("name":"document (20000)")x"));
}

TEST(Parts, RefuseWhatCannotBeShown) {
  EXPECT_NE(file(R"("file_data":"data:application/zip;base64,UEs=")")
                .find("retryable type=\"invalid_request_error\" "
                      "param=\"messages[0].content[1].file.file_data\""),
            std::string::npos);
  EXPECT_NE(file(R"("file_data":"data:text/plain,%zz")").find("file.file_data"), std::string::npos);
  EXPECT_NE(file(R"("file_url":"https://example.org/a.pdf")")
                .find("param=\"messages[0].content[1].file.file_url\""),
            std::string::npos);
  EXPECT_NE(file(R"("file_id":"f")").find("param=\"messages[0].content[1].file.file_id\""),
            std::string::npos);
  EXPECT_NE(file(R"("filename":"x")").find("param=\"messages[0].content[1].file\""),
            std::string::npos);
  EXPECT_NE(block(R"({"type":"input_audio","input_audio":{"data":"","format":"wav"}})")
                .find("retryable type=\"invalid_request_error\" param=\"messages[0].content[1]\""),
            std::string::npos);
  EXPECT_NE(block(R"({"type":"smell"})").find("param=\"messages[0].content[1].type\""),
            std::string::npos);
}

const std::string kTool =
    R"({"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object"}}})";
const std::string kSpec =
    R"({"toolSpec":{"name":"f","description":"d","inputSchema":{"json":{"type":"object"}}}})";

TEST(Tools, HaveSchemasThatAreObjectsAndCachePointsBehindThem) {
  const std::string body =
      withHi(R"("tools":[{"type":"function","function":{"name":"g","strict":true,
      "description":" ","parameters":{"properties":{}}},"cache_control":{"type":"ephemeral"}}])");
  const std::string spec =
      R"({"toolSpec":{"name":"g","inputSchema":{"json":{"type":"object","properties":{}}}}})";
  EXPECT_EQ(member("toolConfig", kClaude, body),
            R"({"tools":[)" + spec + R"(,{"cachePoint":{"type":"default"}}]})");
  EXPECT_EQ(sendTo(kClaude, body).dropped, "tools.function.strict");
  EXPECT_EQ(member("toolConfig", kNova, body), R"({"tools":[)" + spec + "]}");
  EXPECT_EQ(sendTo(kNova, body).dropped, "tools.function.strict tools.cache_control");
  EXPECT_NE(sendTo(kClaude, withHi(R"("tools":[{"type":"custom","custom":{"name":"x"}}])"))
                .body.find("param=\"tools[0].type\""),
            std::string::npos);
}

std::string choice(const std::string& rest, std::string_view model = kClaude) {
  return member("toolConfig", model, withHi(R"("tools":[)" + kTool + "]" + rest));
}

TEST(Tools, AreChosen) {
  const std::string tools = R"({"tools":[)" + kSpec + "]";
  EXPECT_EQ(choice(""), tools + "}");
  EXPECT_EQ(choice(R"(,"tool_choice":"auto")"), tools + "}");
  EXPECT_EQ(choice(R"(,"tool_choice":null)"), tools + "}");
  EXPECT_EQ(choice(R"(,"tool_choice":"required")"), tools + R"(,"toolChoice":{"any":{}}})");
  EXPECT_EQ(choice(R"(,"tool_choice":{"type":"function","function":{"name":"f"}})"),
            tools + R"(,"toolChoice":{"tool":{"name":"f"}}})");
  EXPECT_EQ(choice(R"(,"tool_choice":"none")"), "");
  EXPECT_NE(choice(R"(,"tool_choice":{"type":"allowed_tools"})").find("param=\"tool_choice\""),
            std::string::npos);
  EXPECT_NE(sendTo(kClaude, withHi(R"("tool_choice":"required")")).body.find("there are no tools"),
            std::string::npos);
}

TEST(Tools, AreChosenOnlyWhereTheModelCanBeTold) {
  const std::string tools = R"({"tools":[)" + kSpec + "]";
  EXPECT_EQ(choice(R"(,"tool_choice":"required")", kLlama), tools + "}");
  EXPECT_EQ(sendTo(kLlama, withHi(R"("tool_choice":"required","tools":[)" + kTool + "]")).dropped,
            "tool_choice!");
  EXPECT_EQ(choice(R"(,"tool_choice":"required")", "mistral.mistral-large-2402-v1:0"),
            tools + R"(,"toolChoice":{"any":{}}})");
  EXPECT_EQ(
      sendTo(kClaude, withHi(R"("parallel_tool_calls":false,"tools":[)" + kTool + "]")).dropped,
      "parallel_tool_calls");
}

TEST(Tools, StayWhereTheConversationCalledThem) {
  const std::string body = R"({"messages":[)" + kUser + "," + kCalls +
                           R"(,{"role":"tool","tool_call_id":"c2","content":"1"}])";
  EXPECT_EQ(member("toolConfig", kClaude, body + "}"),
            R"({"tools":[{"toolSpec":{"name":"f","inputSchema":{"json":{"type":"object"}}}},)"
            R"({"toolSpec":{"name":"g","inputSchema":{"json":{"type":"object"}}}}]})");
  const std::string none = body + R"(,"tool_choice":"none","tools":[)" + kTool + "]}";
  EXPECT_EQ(member("toolConfig", kClaude, none), R"({"tools":[)" + kSpec + "]}");
  EXPECT_EQ(member("system", kClaude, none),
            R"([{"text":"Do not call any tool now: answer in words."}])");
  EXPECT_EQ(sendTo(kClaude, none).dropped, "tool_choice");
}

// A way that looks at all names for each call takes minutes.
TEST(Tools, ThatWereCalledMayBeAsManyAsABodyHolds) {
  const std::string body = R"({"messages":[)" + manyCalls(300'000) + "]}";
  EXPECT_TRUE(
      endsWith(member("toolConfig", kClaude, body),
               R"({"toolSpec":{"name":"f299999","inputSchema":{"json":{"type":"object"}}}}]})"));
}

const std::string kSchema =
    R"("response_format":{"type":"json_schema","json_schema":{"name":"r","schema":{"type":"object"}}})";

TEST(Formats, AreAToolWhereOneCanBeForced) {
  const std::string answer =
      R"({"toolSpec":{"name":"sluice_answer","description":"Gives the user the final answer. Call it )"
      R"(once, at the end.","inputSchema":{"json":{"type":"object"}}}})";
  EXPECT_EQ(member("toolConfig", kClaude, withHi(kSchema)),
            R"({"tools":[)" + answer + R"(],"toolChoice":{"tool":{"name":"sluice_answer"}}})");
  EXPECT_EQ(member("toolConfig", "mistral.mistral-large-2402-v1:0", withHi(kSchema)),
            R"({"tools":[)" + answer + R"(],"toolChoice":{"any":{}}})");
  EXPECT_EQ(member("toolConfig", kClaude, withHi(kSchema + R"(,"tools":[)" + kTool + "]")),
            R"({"tools":[)" + kSpec + "," + answer + R"(],"toolChoice":{"any":{}}})");
}

TEST(Formats, AreSaidElsewhere) {
  constexpr auto only =
      "Answer with one JSON object and nothing else: no words around it, no code fence.";
  EXPECT_EQ(member("system", kLlama, withHi(kSchema)),
            std::string(R"([{"text":")") + only +
                R"( It satisfies this JSON schema:\n{\"type\":\"object\"}"}])");
  EXPECT_EQ(sendTo(kLlama, withHi(kSchema)).dropped, "response_format");
  EXPECT_EQ(member("system", kClaude, withHi(R"("response_format":{"type":"json_object"})")),
            std::string(R"([{"text":")") + only + R"("}])");
  EXPECT_NE(sendTo(kClaude, withHi(R"("response_format":{"type":"xml"})"))
                .body.find("param=\"response_format.type\""),
            std::string::npos);
}

TEST(Inference, KeepsWhatTheUpstreamTakes) {
  const auto inference = [](const std::string& rest, std::string_view model = kNova) {
    return member("inferenceConfig", model, withHi(rest));
  };
  EXPECT_EQ(inference(R"("max_tokens":9,"temperature":0.5,"top_p":0.9,"stop":"x")"),
            R"({"maxTokens":9,"temperature":0.5,"topP":0.9,"stopSequences":["x"]})");
  EXPECT_EQ(inference(R"("temperature":1.7)"), R"({"temperature":1})");
  EXPECT_EQ(inference(R"("stop":["","y"])"), R"({"stopSequences":["y"]})");
  EXPECT_EQ(inference(R"("temperature":null,"max_completion_tokens":7)"), R"({"maxTokens":7})");
  EXPECT_EQ(inference(R"("temperature":0.5,"top_p":0.9)", kClaude), R"({"temperature":0.5})");
  EXPECT_EQ(inference(R"("temperature":0.5)", "anthropic.claude-opus-4-7-v1"), "");
  EXPECT_EQ(sendTo("anthropic.claude-opus-4-7-v1", withHi(R"("temperature":0.5)")).dropped,
            "temperature");
  EXPECT_NE(inference(R"("temperature":"hot")").find("param=\"temperature\""), std::string::npos);
  EXPECT_EQ(inference(R"("max_tokens":9000)", "anthropic.claude-3-haiku-20240307-v1:0"),
            R"({"maxTokens":4096})");
}

TEST(Inference, AsksAClaudeWhichSequenceEndedItsAnswer) {
  EXPECT_EQ(member("additionalModelResponseFieldPaths", kClaude, withHi(R"("stop":"x")")),
            R"(["/stop_sequence","/delta/stop_sequence"])");
  EXPECT_EQ(member("additionalModelResponseFieldPaths", kNova, withHi(R"("stop":"x")")), "");
  EXPECT_EQ(sendTo(kClaude, withHi(R"("stop":[" "])")).dropped, "stop");
}

std::string additional(std::string_view model, const std::string& rest) {
  return member("additionalModelRequestFields", model, withHi(rest));
}

TEST(Additional, HoldsTopKAsTheMakersCallIt) {
  EXPECT_EQ(additional(kClaude, R"("top_k":3)"), R"({"top_k":3})");
  EXPECT_EQ(additional(kNova, R"("top_k":3)"), R"({"inferenceConfig":{"topK":3}})");
  EXPECT_EQ(additional(kLlama, R"("top_k":3)"), "");
  EXPECT_EQ(sendTo(kLlama, withHi(R"("top_k":3)")).dropped, "top_k");
}

TEST(Thinking, HasABudgetAtClaude) {
  EXPECT_EQ(additional(kClaude, R"("reasoning_effort":"low","temperature":0.2)"),
            R"({"thinking":{"type":"enabled","budget_tokens":2048}})");
  EXPECT_EQ(
      member("inferenceConfig", kClaude, withHi(R"("reasoning_effort":"low","temperature":0.2)")),
      R"({"maxTokens":10240})");
  EXPECT_EQ(sendTo(kClaude, withHi(R"("reasoning_effort":"low","temperature":0.2)")).dropped,
            "temperature");
  EXPECT_EQ(additional(kClaude, R"("reasoning_budget":4000,"max_tokens":9000)"),
            R"({"thinking":{"type":"enabled","budget_tokens":4000}})");
  EXPECT_EQ(
      additional("eu.anthropic.claude-opus-4-6-v1", R"("reasoning_effort":"high")"),
      R"({"thinking":{"type":"adaptive","display":"summarized"},"output_config":{"effort":"high"}})");
  EXPECT_EQ(additional(kClaude, R"("reasoning_effort":"low",)" + kSchema), "");
  EXPECT_EQ(
      sendTo("anthropic.claude-3-5-sonnet-20241022-v2:0", withHi(R"("reasoning_effort":"low")"))
          .dropped,
      "reasoning_effort");
  EXPECT_EQ(sendTo(kClaude, withHi(R"("reasoning_effort":"low",)" + kSchema)).dropped,
            "reasoning_effort");
}

TEST(Thinking, IsAskedForAsOtherMakersWantIt) {
  EXPECT_EQ(additional("us.amazon.nova-2-lite-v1:0", R"("reasoning_effort":"minimal")"),
            R"({"reasoningConfig":{"type":"enabled","maxReasoningEffort":"low"}})");
  EXPECT_EQ(additional("us.amazon.nova-2-lite-v1:0", R"("reasoning_effort":"none")"),
            R"({"reasoningConfig":{"type":"disabled"}})");
  // At its highest effort it takes no limit: the limit holds.
  EXPECT_EQ(additional("us.amazon.nova-2-lite-v1:0", R"("reasoning_effort":"max","max_tokens":9)"),
            R"({"reasoningConfig":{"type":"enabled","maxReasoningEffort":"medium"}})");
  const std::string most = withHi(R"("reasoning_effort":"high","temperature":0.3,"top_k":3)");
  EXPECT_EQ(member("inferenceConfig", "us.amazon.nova-2-lite-v1:0", most), "");
  EXPECT_EQ(sendTo("us.amazon.nova-2-lite-v1:0", most).dropped, "top_k temperature");
  EXPECT_EQ(additional("openai.gpt-oss-120b-1:0", R"("reasoning_effort":"xhigh")"),
            R"({"reasoning_effort":"high"})");
  for (const char* model : {kNova, kLlama}) {
    EXPECT_EQ(additional(model, R"("reasoning_budget":9000)"), "") << model;
    EXPECT_EQ(sendTo(model, withHi(R"("reasoning_budget":9000)")).dropped, "reasoning_budget");
  }
}

TEST(Dropped, IsTold) {
  EXPECT_EQ(
      sendTo(kClaude, withHi(R"("seed":7,"user":"u","store":false,"n":2,"metadata":{"a":"b"})"))
          .dropped,
      "n! seed metadata user");
  EXPECT_NE(
      sendTo(kClaude, withHi(R"("functions":[{"name":"f"}])")).body.find("param=\"functions\""),
      std::string::npos);
}

}  // namespace
