// What becomes of canonical requests. Each test names what the upstream would refuse otherwise.
#include "../testing/requests.hpp"

namespace {

using namespace sluice::testing;

Sent send(const std::string& body, const char* component, std::string_view config) {
  return sentBy(component, body, "gemini-2.5-flash", config);
}
Sent send(const std::string& body, std::string_view config = "{}") {
  return send(body, "sluice.gemini", config);
}

std::string contents(const std::string& messages, const std::string& model = "gemini-2.5-flash") {
  return member("contents", send(R"({"model":")" + model + R"(","messages":[)" + messages + "]}"));
}

constexpr auto kHi = R"([{"role":"user","parts":[{"text":"Hi"}]}])";
const std::string kUser = R"({"role":"user","content":"Hi"})";
const std::string kCalls = kUser + R"(,{"role":"assistant","content":null,"tool_calls":[
    {"id":"a","type":"function","function":{"name":"f","arguments":"{}"}},
    {"id":"b","type":"function","function":{"name":"g","arguments":"{\"n\": 1.0}"}}]})";
const std::string kCallsSent =
    R"({"role":"user","parts":[{"text":"Hi"}]},{"role":"model","parts":[)"
    R"({"functionCall":{"name":"f","args":{}}},{"functionCall":{"name":"g","args":{"n": 1.0}}}]})";

TEST(System, GathersSystemAndDeveloperMessagesInOrder) {
  const Sent sent = send(R"({"messages":[
      {"role":"system","content":"One."},
      {"role":"user","content":"Hi"},
      {"role":"developer","content":[{"type":"text","text":"Two.","cache_control":{"type":"ephemeral"}},
                                     {"type":"text","text":"Three."}]},
      {"role":"system","content":""}]})");
  EXPECT_EQ(member("systemInstruction", sent),
            R"({"parts":[{"text":"One."},{"text":"Two."},{"text":"Three."}]})");
  EXPECT_EQ(member("contents", sent), kHi);
  EXPECT_EQ(sent.dropped, "cache_control");
}

TEST(System, IsAskedItselfWhereNobodyElseSpeaks) {
  const Sent sent = send(R"({"messages":[{"role":"system","content":"Hi"}]})");
  EXPECT_EQ(sent.body, R"({"contents":[{"role":"user","parts":[{"text":"Hi"}]}]})");
}

TEST(Turns, MergeMessagesOfOneRole) {
  const Sent sent = send(R"({"messages":[
      {"role":"user","content":"a"},{"role":"user","content":"b","name":"Ann"},
      {"role":"assistant","content":"c"},{"role":"system","content":"s"},
      {"role":"assistant","content":[{"type":"text","text":"d"},{"type":"refusal","refusal":"e"}]},
      {"role":"assistant","content":null,"refusal":"f"},{"role":"user","content":"g"}]})");
  EXPECT_EQ(member("contents", sent),
            R"([{"role":"user","parts":[{"text":"a"},{"text":"b"}]},)"
            R"({"role":"model","parts":[{"text":"c"},{"text":"d"},{"text":"e"},{"text":"f"}]},)"
            R"({"role":"user","parts":[{"text":"g"}]}])");
  EXPECT_EQ(sent.dropped, "messages.name");
}

TEST(Turns, LeaveEmptyTextsOut) {
  EXPECT_EQ(contents(R"({"role":"user","content":""},{"role":"assistant","content":null},
                        {"role":"user","content":[{"type":"text","text":""},{"type":"text","text":"Hi"}]})"),
            kHi);
  EXPECT_EQ(contents(R"({"role":"user","content":""})"),
            R"(error INVALID_ARGUMENT reason=BAD_REQUEST type="invalid_request_error" )"
            R"(param="messages" "messages hold nothing to answer")");
}

// There are no ids: results are matched by their names and their order.
TEST(Turns, AnswerCallsByNameInTheirOrder) {
  EXPECT_EQ(contents(kCalls + R"(,{"role":"tool","tool_call_id":"b","content":"two"},
                                 {"role":"tool","tool_call_id":"a","content":"{\"x\": [1]}"},
                                 {"role":"user","content":"and now?"})"),
            "[" + kCallsSent +
                R"(,{"role":"user","parts":[)"
                R"({"functionResponse":{"name":"f","response":{"x": [1]}}},)"
                R"({"functionResponse":{"name":"g","response":{"output":"two"}}}]},)"
                R"({"role":"user","parts":[{"text":"and now?"}]}])");
}

TEST(Turns, WrapResultsThatAreNoObjects) {
  const auto response = [](const std::string& rest) {
    const std::string all =
        contents(kCalls + R"(,{"role":"tool","tool_call_id":"a",)" + rest + "}");
    const std::size_t at = all.find(R"("response":)");
    return at == std::string::npos ? all : all.substr(at + 11, all.size() - at - 11 - 5);
  };
  EXPECT_EQ(response(R"("content":"[1, 2]")"), R"({"output":"[1, 2]"})");
  EXPECT_EQ(response(R"("content":"7")"), R"({"output":"7"})");
  EXPECT_EQ(response(R"("content":"")"), R"({"output":""})");
  EXPECT_EQ(response(R"("content":[{"type":"text","text":"a\n"},{"type":"text","text":"b"}])"),
            R"({"output":"a\nb"})");
  EXPECT_EQ(response(R"("content":"no such town","is_error":true)"), R"({"error":"no such town"})");
  EXPECT_EQ(response(R"("content":"{\"a\":1}","is_error":true)"), R"({"error":"{\"a\":1}"})");
}

TEST(Turns, KnowTheLatestCallOfAnId) {
  const std::string again = R"(,{"role":"tool","tool_call_id":"a","content":"1"},
      {"role":"assistant","tool_calls":[
        {"id":"a","type":"function","function":{"name":"h","arguments":""}},
        {"id":"a","type":"function","function":{"name":"i","arguments":" "}}]},
      {"role":"tool","tool_call_id":"a","content":"2"},
      {"role":"tool","tool_call_id":"a","content":"3"},
      {"role":"tool","tool_call_id":"b","content":"4"})";
  EXPECT_EQ(
      contents(kCalls + again),
      "[" + kCallsSent +
          R"(,{"role":"user","parts":[{"functionResponse":{"name":"f","response":{"output":"1"}}}]},)"
          R"({"role":"model","parts":[{"functionCall":{"name":"h","args":{}}},{"functionCall":{"name":"i","args":{}}}]},)"
          R"({"role":"user","parts":[{"functionResponse":{"name":"g","response":{"output":"4"}}},)"
          R"({"functionResponse":{"name":"h","response":{"output":"2"}}},)"
          R"({"functionResponse":{"name":"i","response":{"output":"3"}}}]}])");
  EXPECT_EQ(
      contents(kUser + R"(,{"role":"tool","tool_call_id":"z","name":"f","content":"1"})"),
      R"([{"role":"user","parts":[{"text":"Hi"}]},)"
      R"({"role":"user","parts":[{"functionResponse":{"name":"f","response":{"output":"1"}}}]}])");
  EXPECT_EQ(contents(kUser + R"(,{"role":"tool","tool_call_id":"z","content":"1"})"),
            refused("messages[1].tool_call_id", "is the id of no call before it"));
}

// A way that looks at all calls for each result takes minutes.
TEST(Turns, AnswerAsManyCallsAsABodyHolds) {
  for (const char* id : {"", "same"})
    EXPECT_TRUE(endsWith(contents(manyCalls(300'000, id)),
                         R"({"functionResponse":{"name":"f299999","response":{"output":""}}}]}])"))
        << id;
}

TEST(Turns, ShowPicturesOfToolsWhereTheModelSeesThem) {
  const std::string shown = kCalls + R"(,{"role":"tool","tool_call_id":"a","content":[
      {"type":"text","text":"a map"},
      {"type":"image_url","image_url":{"url":"data:image/png;base64,iVBO"}}]},
      {"role":"tool","tool_call_id":"b","content":"2"})";
  const std::string picture = R"({"inlineData":{"mimeType":"image/png","data":"iVBO"}})";
  EXPECT_EQ(
      contents(shown),
      "[" + kCallsSent +
          R"(,{"role":"user","parts":[{"functionResponse":{"name":"f","response":{"output":"a map"}}},)"
          R"({"functionResponse":{"name":"g","response":{"output":"2"}}}]},)"
          R"({"role":"user","parts":[)" +
          picture + "]}]");
  const std::string asked = contents(shown + R"(,{"role":"user","content":"Where?"})");
  EXPECT_NE(asked.find(R"({"role":"user","parts":[)" + picture + R"(,{"text":"Where?"}]}])"),
            std::string::npos)
      << asked;
  const std::string told = contents(shown + R"(,{"role":"assistant","content":"There."})");
  EXPECT_NE(told.find(R"({"role":"user","parts":[)" + picture +
                      R"(]},{"role":"model","parts":[{"text":"There."}]}])"),
            std::string::npos)
      << told;
  EXPECT_NE(contents(shown, "gemini-3-flash-preview")
                .find(R"({"name":"f","response":{"output":"a map"},"parts":[)" + picture + "]}}"),
            std::string::npos);
}

TEST(Turns, RefuseWhatIsNoCall) {
  const auto call = [](const std::string& rest) {
    return contents(kUser + R"(,{"role":"assistant","tool_calls":[{"id":"a",)" + rest + "}]}");
  };
  const std::string at = "messages[1].tool_calls[0].";
  EXPECT_EQ(call(R"("type":"function","function":{"name":"f","arguments":"[1]"})"),
            refused(at + "function.arguments", "must be a JSON object"));
  EXPECT_EQ(call(R"("type":"function","function":{"arguments":"{}"})"),
            refused(at + "function.name", "must be a string"));
  EXPECT_EQ(
      call(R"("type":"custom","custom":{"name":"f","input":""})"),
      refused(at + "type", "is not `function`, the only tools that this upstream calls so", true));
  EXPECT_EQ(contents(R"({"role":"owl","content":"x"})"),
            refused("messages[0].role", "is none of system, developer, user, assistant and tool"));
  EXPECT_EQ(contents(R"({"role":"function","name":"f","content":"x"})"),
            refused("messages[0].role",
                    "is `function`, which this upstream does not know; use tools", true));
}

TEST(Thoughts, GoBackWithTheirSignatures) {
  EXPECT_EQ(
      contents(kUser + R"(,{"role":"assistant","content":"Look.","reasoning_content":"never sent",
        "reasoning_details":[
          {"type":"reasoning.text","text":"I think.","signature":"S1+/=","format":"google"},
          {"type":"reasoning.text","text":"no proof","format":"google"},
          {"type":"reasoning.text","text":"x","signature":"y","format":"anthropic"},
          {"type":"reasoning.text","text":"","signature":"S2","format":"google"},
          {"type":"reasoning.text","text":"","signature":"S3","format":"google"}],
        "tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"},
                       "extra_content":{"google":{"thought_signature":"S4"}}}]})"),
      R"([{"role":"user","parts":[{"text":"Hi"}]},{"role":"model","parts":[)"
      R"({"text":"I think.","thought":true,"thoughtSignature":"S1+/="},)"
      R"({"text":"","thoughtSignature":"S2"},{"text":"Look.","thoughtSignature":"S3"},)"
      R"({"functionCall":{"name":"f","args":{}},"thoughtSignature":"S4"}]}])");
  EXPECT_EQ(contents(kUser + R"(,{"role":"assistant","content":"","reasoning_details":[
          {"type":"reasoning.text","text":"","signature":"S","format":"google"}]})"),
            R"([{"role":"user","parts":[{"text":"Hi"}]},)"
            R"({"role":"model","parts":[{"text":"","thoughtSignature":"S"}]}])");
}

// Clients that keep no members of calls may keep the thoughts before them.
TEST(Thoughts, ProveACallThatHasNoSignatureOfItsOwn) {
  EXPECT_EQ(contents(kUser + R"(,{"role":"assistant","content":null,"reasoning_details":[
          {"type":"reasoning.text","text":"","signature":"S","format":"google"}],
        "tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}},
                      {"id":"d","type":"function","function":{"name":"f","arguments":"{}"}}]})"),
            R"([{"role":"user","parts":[{"text":"Hi"}]},{"role":"model","parts":[)"
            R"({"functionCall":{"name":"f","args":{}},"thoughtSignature":"S"},)"
            R"({"functionCall":{"name":"f","args":{}}}]}])");
}

// Gemini 3 refuses a turn whose first call has no signature: other models' calls have none.
TEST(Thoughts, AreExcusedWhereAnotherModelCalled) {
  const std::string excused = R"("thoughtSignature":"skip_thought_signature_validator")";
  const std::string sent = contents(kCalls, "gemini-3-pro-preview");
  EXPECT_NE(sent.find(R"({"functionCall":{"name":"f","args":{}},)" + excused + "}"),
            std::string::npos)
      << sent;
  EXPECT_EQ(sent.find(excused), sent.rfind(excused));
  EXPECT_EQ(contents(kCalls).find("thoughtSignature"), std::string::npos);
}

// ---- parts -------------------------------------------------------------------------------------

Sent part(const std::string& part, const char* component = "sluice.gemini",
          std::string_view config = "{}") {
  Sent sent = send(R"({"messages":[{"role":"user","content":[)" + part + "]}]}", component, config);
  const std::string before = R"({"contents":[{"role":"user","parts":[)";
  if (sent.body.rfind(before, 0) == 0)
    sent.body = sent.body.substr(before.size(), sent.body.size() - before.size() - 4);
  return sent;
}
Sent image(const std::string& url, const char* component = "sluice.gemini",
           std::string_view config = "{}") {
  return part(R"({"type":"image_url","image_url":{"url":")" + url + "\"}}", component, config);
}
Sent file(const std::string& members, const char* component = "sluice.gemini") {
  return part(R"({"type":"file","file":{)" + members + "}}", component,
              component == std::string("sluice.vertex") ? R"({"project":"p"})" : "{}");
}
std::string fileData(const std::string& type, const std::string& uri) {
  return R"({"fileData":{"mimeType":")" + type + R"(","fileUri":")" + uri + "\"}}";
}

TEST(Parts, ShowImagesByContent) {
  EXPECT_EQ(image("data:image/png;base64,iVBO+/==").body,
            R"({"inlineData":{"mimeType":"image/png","data":"iVBO+/=="}})");
  EXPECT_EQ(image("data:image/jpg;base64,/9j/").body,
            R"({"inlineData":{"mimeType":"image/jpeg","data":"/9j/"}})");
  EXPECT_EQ(image("data:image/png,%89PNG").body,
            refused("messages[0].content[0].image_url.url", "must be base64 if it is a data URL"));
  EXPECT_EQ(image("cat.png").body,
            refused("messages[0].content[0].image_url.url", "must be a URL"));
  EXPECT_EQ(part(R"({"type":"image_url","image_url":{"url":"data:image/png;base64,iVBO",
                     "detail":"low"},"cache_control":{"type":"ephemeral"}})")
                .dropped,
            "cache_control image_url.detail");
}

TEST(Parts, ShowImagesByAddressWhereTheUpstreamFetches) {
  const std::string url = "https://example.org/a.PNG?w=1";
  const std::string no = refused(
      "messages[0].content[0].image_url.url",
      "is an address that this upstream does not fetch; send the content as a data URL", true);
  EXPECT_EQ(image(url).body, fileData("image/png", url));
  EXPECT_EQ(image(url, "sluice.gemini", R"({"fetch_urls":false})").body, no);
  const auto older = [&](std::string_view config) {
    return sentBy("sluice.gemini",
                  R"({"model":"gemini-2.0-flash","messages":[{"role":"user","content":[)"
                  R"({"type":"image_url","image_url":{"url":")" +
                      url + R"("}}]}]})",
                  "m", config)
        .body;
  };
  EXPECT_EQ(older("{}"), no);
  EXPECT_NE(older(R"({"fetch_urls":true})").find(url), std::string::npos);
  EXPECT_EQ(image(url, "sluice.vertex", R"({"project":"p"})").body, fileData("image/png", url));
  EXPECT_EQ(image("gs://b/a", "sluice.vertex", R"({"project":"p"})").body,
            fileData("image/jpeg", "gs://b/a"));
  EXPECT_EQ(
      image("https://generativelanguage.googleapis.com/v1beta/files/x").body,
      R"({"fileData":{"fileUri":"https://generativelanguage.googleapis.com/v1beta/files/x"}})");
  EXPECT_EQ(image("https://youtu.be/x").body, fileData("video/mp4", "https://youtu.be/x"));
}

TEST(Parts, ShowFiles) {
  EXPECT_EQ(file(R"("filename":"a.pdf","file_data":"data:application/pdf;base64,JVBE")").body,
            R"({"inlineData":{"mimeType":"application/pdf","data":"JVBE"}})");
  EXPECT_EQ(
      file(R"("filename":"a.csv","file_data":"data:application/octet-stream;base64,YQ==")").body,
      R"({"inlineData":{"mimeType":"text/csv","data":"YQ=="}})");
  EXPECT_EQ(
      file(R"("file_id":"files/abc")").body,
      R"({"fileData":{"fileUri":"https://generativelanguage.googleapis.com/v1beta/files/abc"}})");
  EXPECT_EQ(file(R"("file_id":"gs://b/x","filename":"x.pdf")", "sluice.vertex").body,
            fileData("application/pdf", "gs://b/x"));
  EXPECT_EQ(file(R"("file_url":"https://example.org/a.txt")", "sluice.vertex").body,
            fileData("text/plain", "https://example.org/a.txt"));
  EXPECT_EQ(file(R"("file_id":"file-123")").body,
            refused("messages[0].content[0].file.file_id", "must be a URL"));
  EXPECT_EQ(file(R"("file_data":"JVBE")").body,
            refused("messages[0].content[0].file.file_data", "must be a data URL"));
  EXPECT_EQ(file("").body,
            refused("messages[0].content[0].file", "has none of file_data, file_url and file_id"));
}

TEST(Parts, PlayAudio) {
  EXPECT_EQ(part(R"({"type":"input_audio","input_audio":{"data":"UklG","format":"wav"}})").body,
            R"({"inlineData":{"mimeType":"audio/wav","data":"UklG"}})");
  EXPECT_EQ(part(R"({"type":"input_audio","input_audio":{"data":"AA","format":"opus"}})").body,
            R"({"inlineData":{"mimeType":"audio/opus","data":"AA"}})");
  EXPECT_EQ(part(R"({"type":"hologram"})").body,
            refused("messages[0].content[0].type",
                    "is none of text, image_url, input_audio, file and refusal"));
}

}  // namespace
