#include <gtest/gtest.h>

#include "dialects/json_document.hpp"
#include "dialects/json_view.hpp"
#include "dialects/openai_responses.hpp"

namespace sluice::dialects {
namespace {

using calls::Problem;

struct ResponsesRequestTest : testing::Test {
  std::unique_ptr<ResponsesInquiry> parsed(std::string_view text, ResponsesOptions options = {}) {
    body = text;
    Problem problem;
    auto inquiry = parseOpenAiResponses(body, options, problem);
    EXPECT_TRUE(inquiry) << problem.message;
    return inquiry;
  }
  std::string canonical(const ResponsesInquiry& inquiry) {
    std::string out;
    std::vector<plugins::Dropped> left;
    fault = inquiry.appendCanonical(out, "up", true, left);
    dropped.clear();
    for (const plugins::Dropped& one : left) dropped.push_back(one.field);
    simdjson::dom::element root;
    EXPECT_TRUE(fault || parseJson(out, root) == simdjson::SUCCESS) << out;
    return out;
  }
  std::string canonical(std::string_view text, ResponsesOptions options = {}) {
    return canonical(*parsed(text, options));
  }
  std::string member(std::string_view text, std::string_view name, ResponsesOptions options = {}) {
    const std::string made = canonical(text, options);
    return std::string(JsonView(made)[name].raw());
  }
  // The messages that items become.
  std::string messages(const std::string& items) {
    return member(R"({"model":"m","input":[)" + items + "]}", "messages");
  }
  std::string refusal(std::string_view text, ResponsesOptions options = {}) {
    canonical(text, options);
    return fault ? fault->param + ": " + fault->message : "said";
  }
  static std::string own(const ResponsesInquiry& inquiry, std::string_view provider = "p") {
    std::string out;
    inquiry.appendOwnTo({provider, !provider.empty()}, out, "up", true);
    return out;
  }
  std::string body;
  std::vector<std::string> dropped;
  std::optional<plugins::Fault> fault;
};

TEST_F(ResponsesRequestTest, whatIsWrongIsSaid) {
  const std::pair<const char*, const char*> cases[] = {
      {"[]", ""},
      {R"({"input":"x"})", "model"},
      {R"({"model":"m"})", "input"},
      {R"({"model":7,"input":"x"})", "model"},
      {R"({"model":"m","input":7})", "input"},
      {R"({"model":"m","input":"x","input":"y"})", "input"},
      {R"({"model":"m","input":"x","stream":"yes"})", "stream"},
      {R"({"model":"m","input":"x","store":1})", "store"},
      {R"({"model":"m","input":"x","tools":{}})", "tools"},
      {R"({"model":"m","input":"x","max_output_tokens":-1})", "max_output_tokens"},
      {R"({"model":"m","input":"x","previous_response_id":7})", "previous_response_id"},
  };
  for (const auto& [text, param] : cases) {
    std::string given = text;
    Problem problem;
    EXPECT_FALSE(parseOpenAiResponses(given, {}, problem)) << text;
    EXPECT_EQ(400, problem.status);
    EXPECT_EQ(param, problem.param) << problem.message;
  }
}

TEST_F(ResponsesRequestTest, textIsAMessageAndInstructionsGoBeforeIt) {
  EXPECT_EQ(
      R"({"model":"up","messages":[{"role":"system","content":"be \"nice\""},{"role":"user","content":"hi\n"}],"max_tokens":7,"temperature":1.0,"stream":true,"stream_options":{"include_usage":true}})",
      canonical(
          R"({"temperature":1.0,"model":"m","stream":true,"instructions":"be \"nice\"","input":"hi\n","max_output_tokens":7})"));
}

TEST_F(ResponsesRequestTest, partsBecomeParts) {
  EXPECT_EQ(
      R"([{"role":"system","content":"a"},{"role":"user","content":[{"type":"text","text":"b"},{"type":"image_url","image_url":{"url":"data:x","detail":"low"}},{"type":"file","file":{"file_data":"d","filename":"f"}},{"type":"input_audio","input_audio":{"data":"AA","format":"wav"}}]}])",
      messages(
          R"({"role":"developer","content":[{"type":"input_text","text":"a"}]},{"type":"message","role":"user","content":[{"type":"input_text","text":"b"},{"type":"input_image","image_url":"data:x","detail":"low"},{"type":"input_file","filename":"f","file_data":"d"},{"type":"input_audio","input_audio":{"data":"AA","format":"wav"}}]})"));
}

TEST_F(ResponsesRequestTest, anAssistantsItemsBecomeOneMessage) {
  EXPECT_EQ(
      R"([{"role":"user","content":"q"},{"role":"assistant","content":"let me see","reasoning_content":"hm","tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{\"a\":1.0}"}},{"id":"c2","type":"function","function":{"name":"g","arguments":"{}"}}]},{"role":"tool","tool_call_id":"c1","content":"one"},{"role":"tool","tool_call_id":"c2","content":[{"type":"text","text":"two"},{"type":"image_url","image_url":{"url":"u"}}]},{"role":"assistant","content":"done"},{"role":"assistant","content":null,"refusal":"no"}])",
      messages(
          R"({"role":"user","content":"q"},{"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"hm"}]},{"type":"message","role":"assistant","content":[{"type":"output_text","text":"let me see","annotations":[]}]},{"type":"function_call","id":"fc_1","call_id":"c1","name":"f","arguments":"{\"a\":1.0}"},{"type":"function_call","call_id":"c2","name":"g","arguments":""},{"type":"function_call_output","call_id":"c1","output":"one"},{"type":"function_call_output","call_id":"c2","output":[{"type":"input_text","text":"two"},{"type":"input_image","image_url":"u"}]},{"role":"assistant","content":"done"},{"type":"message","role":"assistant","content":[{"type":"refusal","refusal":"no"}]})"));
}

TEST_F(ResponsesRequestTest, proofsOfReasoningComeBack) {
  const std::string ours =
      R"("sluice:{\"type\":\"reasoning.text\",\"text\":\"t\",\"signature\":\"s\",\"format\":\"anthropic\"}")";
  const std::string ofCall =
      R"("sluice:{\"type\":\"tool_call\",\"call_id\":\"c\",\"extra_content\":{\"google\":{\"thought_signature\":\"x\"}}}")";
  EXPECT_EQ(
      R"([{"role":"assistant","content":null,"reasoning_content":"t","reasoning_details":[{"type":"reasoning.text","text":"t","signature":"s","format":"anthropic"},{"type":"reasoning.encrypted","format":"openai","data":"gAAA"}],"tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"},"extra_content":{"google":{"thought_signature":"x"}}}]}])",
      messages(
          R"({"type":"reasoning","summary":[],"content":[{"type":"reasoning_text","text":"t"}],"encrypted_content":)" +
          ours +
          R"(},{"type":"reasoning","summary":[],"encrypted_content":"gAAA"},{"type":"function_call","call_id":"c","name":"f","arguments":"{}"},{"type":"reasoning","summary":[],"encrypted_content":)" +
          ofCall + "}"));
  // What is not in order does no harm.
  for (const char* broken : {"sluice:", "sluice:{", "sluice:[]", "sluice:{}", "sluice:7"}) {
    EXPECT_EQ(R"([{"role":"assistant","content":"a"}])",
              messages(R"({"type":"reasoning","summary":[],"encrypted_content":")" +
                       std::string(broken) + R"("},{"role":"assistant","content":"a"})"));
  }
}

TEST_F(ResponsesRequestTest, toolsAndChoicesBecomeThoseOfChat) {
  const std::string tools =
      R"("tools":[{"type":"function","name":"f","description":null,"parameters":{"type":"object","x":1e3},"strict":true},{"type":"function","name":"g"}])";
  const std::string begin = R"({"model":"m","input":"x",)";
  EXPECT_EQ(
      R"([{"type":"function","function":{"name":"f","parameters":{"type":"object","x":1e3},"strict":true}},{"type":"function","function":{"name":"g"}}])",
      member(begin + tools + "}", "tools"));
  const auto choice = [&](const std::string& given) {
    return member(begin + tools + R"(,"tool_choice":)" + given + "}", "tool_choice");
  };
  EXPECT_EQ("\"required\"", choice("\"required\""));
  EXPECT_EQ(R"({"type":"function","function":{"name":"g"}})",
            choice(R"({"type":"function","name":"g"})"));
  const std::string some =
      begin + tools +
      R"(,"tool_choice":{"type":"allowed_tools","mode":"required","tools":[{"type":"function","name":"g"}]}})";
  EXPECT_EQ("\"required\"", member(some, "tool_choice"));
  EXPECT_EQ(R"([{"type":"function","function":{"name":"g"}}])", member(some, "tools"));
  EXPECT_EQ("false",
            member(begin + tools + R"(,"parallel_tool_calls":false})", "parallel_tool_calls"));
  // Without tools, upstreams refuse what speaks of them.
  EXPECT_EQ("",
            member(begin + R"("tool_choice":"auto","parallel_tool_calls":true})", "tool_choice"));
}

TEST_F(ResponsesRequestTest, formatsAndReasoningBecomeThoseOfChat) {
  const std::string begin = R"({"model":"m","input":"x",)";
  EXPECT_EQ(
      R"({"type":"json_schema","json_schema":{"name":"n","schema":{"a":1},"strict":true}})",
      member(
          begin +
              R"("text":{"format":{"type":"json_schema","name":"n","schema":{"a":1},"strict":true}}})",
          "response_format"));
  EXPECT_EQ(R"({"type":"json_object"})",
            member(begin + R"("text":{"format":{"type":"json_object"}}})", "response_format"));
  EXPECT_EQ("", member(begin + R"("text":{"format":{"type":"text"}}})", "response_format"));
  EXPECT_EQ("\"low\"", member(begin + R"("reasoning":{"effort":"low","summary":"auto"}})",
                              "reasoning_effort"));
}

TEST_F(ResponsesRequestTest, hintsAreLeftOutAndTold) {
  canonical(
      R"({"model":"m","input":"x","metadata":{"a":"b"},"include":["reasoning.encrypted_content"],"prompt_cache_key":"k","truncation":"disabled","service_tier":"auto","text":{"verbosity":"low"}})");
  EXPECT_EQ((std::vector<std::string>{"metadata", "prompt_cache_key", "text.verbosity"}), dropped);
  canonical(R"({"model":"m","input":"x","metadata":{},"include":[],"truncation":"auto"})");
  EXPECT_EQ(std::vector<std::string>{"truncation"}, dropped);
  canonical(
      R"({"model":"m","input":"x","include":["reasoning.encrypted_content","file_search_call.results"]})");
  EXPECT_EQ(std::vector<std::string>{"include"}, dropped);
}

TEST_F(ResponsesRequestTest, membersThatNobodyKnowsAreToldOfToo) {
  canonical(R"({"model":"m","input":"x","client_metadata":{"a":"b"},"novelty":null})");
  EXPECT_EQ(std::vector<std::string>{"client_metadata"}, dropped);
}

TEST_F(ResponsesRequestTest, proofsOfReasoningThatAreAskedForAreNotReportedAsLeftOut) {
  canonical(R"({"model":"m","input":"x","include":["reasoning.encrypted_content"]})");
  EXPECT_TRUE(dropped.empty());
}

// They were left out without a word.
TEST_F(ResponsesRequestTest, membersThatNobodyKnowsAreTold) {
  canonical(R"({"model":"m","input":"x","seed":1,"stop":["a"],"logit_bias":null,"user":"u"})");
  EXPECT_EQ((std::vector<std::string>{"seed", "stop"}), dropped);
}

TEST_F(ResponsesRequestTest, whatOnlyThisDialectKnowsIsRefusedByItsName) {
  const std::pair<const char*, const char*> cases[] = {
      {R"({"model":"m","input":"x","tools":[{"type":"web_search"}]})", "tools[0]: "},
      {R"({"model":"m","input":"x","background":true})", "background: "},
      {R"({"model":"m","prompt":{"id":"p"}})", "prompt: "},
      {R"({"model":"m","input":"x","previous_response_id":"resp_1"})", "previous_response_id: "},
      {R"({"model":"m","input":[{"type":"item_reference","id":"msg_1"}]})", "input[0]: "},
      {R"({"model":"m","input":[{"role":"user","content":"x"},{"type":"computer_call"}]})",
       "input[1]: "},
      {R"({"model":"m","input":[{"role":"user","content":[{"type":"input_image","file_id":"f"}]}]})",
       "input[0].content[0].file_id: "},
      {R"({"model":"m","input":[{"type":"function_call_output","output":"x"}]})",
       "input[0].call_id: "},
      {R"({"model":"m","input":[{"role":"robot","content":"x"}]})", "input[0].role: "},
      {R"({"model":"m","input":[]})", "input: "},
      {R"({"model":"m","input":"x","tools":[{"type":"function","name":"f"}],"tool_choice":"soon"})",
       "tool_choice: "},
      {R"({"model":"m","input":"x","text":{"format":{"type":"json_schema","name":"n"}}})",
       "text.format.schema: "},
  };
  for (const auto& [text, begin] : cases) {
    EXPECT_EQ(0u, refusal(text).find(begin)) << refusal(text);
    EXPECT_EQ(plugins::Code::invalidArgument, fault->code);
    EXPECT_TRUE(fault->retryable);  // of another target, perhaps
  }
  canonical(R"({"model":"m","input":"x","previous_response_id":"resp_1"})");
  EXPECT_EQ("previous_response_not_found", fault->symbol);
}

TEST_F(ResponsesRequestTest, hostedToolsAreDroppedWhereThatIsWanted) {
  ResponsesOptions options;
  options.dropHostedTools = true;
  const std::string text =
      R"({"model":"m","input":[{"role":"user","content":"x"},{"type":"web_search_call","id":"ws"}],"tools":[{"type":"web_search"},{"type":"function","name":"f"}]})";
  EXPECT_EQ(R"([{"type":"function","function":{"name":"f"}}])", member(text, "tools", options));
  EXPECT_EQ((std::vector<std::string>{"input[1]", "tools[0]"}), dropped);
}

TEST_F(ResponsesRequestTest, freeformToolsAndThoseInNamespacesBecomeFunctions) {
  const std::string text =
      R"({"model":"m","input":"x","tools":[{"type":"custom","name":"patch","description":"Edits","format":{"type":"grammar","syntax":"lark","definition":"start: /.+/s"}},{"type":"namespace","name":"mcp__files","description":"d","tools":[{"type":"function","name":"read","strict":false},{"type":"custom","name":"write"}]}],)";
  const std::string input =
      R"({"type":"object","properties":{"input":{"type":"string"}},"required":["input"],"additionalProperties":false})";
  EXPECT_EQ(
      R"([{"type":"function","function":{"name":"patch","description":"Edits\n\nThe input follows this grammar (lark):\nstart: /.+/s","parameters":)" +
          input +
          R"(}},{"type":"function","function":{"name":"mcp__files__read","strict":false}},{"type":"function","function":{"name":"mcp__files__write","description":"","parameters":)" +
          input + "}}]",
      member(text + R"("tool_choice":"auto"})", "tools"));
  EXPECT_EQ(std::vector<std::string>{"tools[0].format"}, dropped);
  EXPECT_EQ(R"({"type":"function","function":{"name":"patch"}})",
            member(text + R"("tool_choice":{"type":"custom","name":"patch"}})", "tool_choice"));
  EXPECT_EQ(
      "tools[0].tools[0]: 'tools[0].tools[0]' is of the type 'web_search', which only "
      "providers of the Responses API can run",
      refusal(R"({"model":"m","input":"x","tools":[{"type":"namespace","name":"n",)"
              R"("tools":[{"type":"web_search"}]}]})"));
}

TEST_F(ResponsesRequestTest, callsOfSuchToolsAreSaidAsFunctionsToo) {
  EXPECT_EQ(
      R"([{"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"patch","arguments":"{\"input\":\"a\\n\\\"b\\\"\"}"}},{"id":"c2","type":"function","function":{"name":"mcp__files__read","arguments":"{}"}}]},{"role":"tool","tool_call_id":"c1","content":"done"}])",
      messages(
          R"({"type":"custom_tool_call","call_id":"c1","name":"patch","input":"a\n\"b\""},{"type":"function_call","call_id":"c2","namespace":"mcp__files","name":"read","arguments":"{}"},{"type":"custom_tool_call_output","call_id":"c1","output":"done"})"));
}

TEST_F(ResponsesRequestTest, onlyTheModelChangesForAnUpstreamOfTheDialect) {
  const std::string text =
      "{ \"input\" : [{\"type\":\"computer_call\",\"n\":1.0}] ,\"tools\":[{\"type\":\"mcp\"}],"
      "\"model\" : \"vm\", \"x\":1e-7,\"previous_response_id\":\"resp_1\"}\n";
  std::string expected = text;
  expected.replace(expected.find("vm"), 2, "up");
  const auto inquiry = parsed(text);
  EXPECT_EQ(expected, own(*inquiry));
  // Nor is a conversation that the provider keeps put in.
  Conversation kept;
  kept.found = true;
  kept.items = {R"({"role":"user","content":"first"})"};
  kept.provider = "p";
  inquiry->continueFrom(kept);
  EXPECT_EQ(expected, own(*inquiry));
}

TEST_F(ResponsesRequestTest, reasoningThatNobodyProvesIsLeftOut) {
  const std::string begin = R"({"model":"up","input":[)";
  const std::string said = R"({"role":"user","content":"x"}]})";
  const auto inquiry = parsed(
      begin + R"({"type":"reasoning","summary":[{"text":"t"}],"encrypted_content":"sluice:"},)" +
      said);
  EXPECT_EQ(begin + said, own(*inquiry));
  EXPECT_EQ(R"([{"role":"user","content":"x"}])", JsonView(canonical(*inquiry))["messages"].raw());
}

TEST_F(ResponsesRequestTest, whatIsKeptHereIsPutInForOthers) {
  const auto inquiry = parsed(
      R"({"model":"vm","previous_response_id":"resp_1","input":[{"type":"item_reference","id":"msg_2"},{"role":"user","content":"now"}]})");
  EXPECT_EQ(std::vector<std::string>{"msg_2"}, inquiry->references());
  Conversation kept;
  kept.found = true;
  kept.items = {
      R"({"role":"user","content":"first"})",
      R"({"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"sluice:{\"type\":\"reasoning.text\",\"text\":\"\",\"signature\":\"s\",\"format\":\"f\"}"})",
      R"({"role":"assistant","content":"then"})"};
  kept.references = {{"msg_2", R"({"id":"msg_2","type":"message","role":"user","content":"two"})"}};
  inquiry->continueFrom(kept);
  const std::string made = canonical(*inquiry);
  EXPECT_EQ(
      R"([{"role":"user","content":"first"},{"role":"assistant","content":"then","reasoning_details":[{"type":"reasoning.text","text":"","signature":"s","format":"f"}]},{"role":"user","content":"two"},{"role":"user","content":"now"}])",
      JsonView(made)["messages"].raw());
  EXPECT_EQ(
      R"({"model":"up","previous_response_id":null,"input":[{"role":"user","content":"first"},{"role":"assistant","content":"then"},{"id":"msg_2","type":"message","role":"user","content":"two"},{"role":"user","content":"now"}]})",
      own(*inquiry));
}

TEST_F(ResponsesRequestTest, reasoningThatNoUpstreamKnowsGoesToNone) {
  const auto inquiry = parsed(
      R"({"model":"vm","input":[{"role":"user","content":"x"},{"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"sluice:"},{"type":"function_call","call_id":"c","name":"f","arguments":"{}"},{"type":"function_call_output","call_id":"c","output":"1"}]})");
  EXPECT_EQ(
      R"({"model":"up","input":[{"role":"user","content":"x"},{"type":"function_call","call_id":"c","name":"f","arguments":"{}"},{"type":"function_call_output","call_id":"c","output":"1"}]})",
      own(*inquiry));
  EXPECT_EQ(std::string::npos, canonical(*inquiry).find("reasoning"));
}

// Each had what belongs to all of its id: a small request became one of gigabytes.
TEST_F(ResponsesRequestTest, callsOfOneIdShareOneProof) {
  std::string items;
  for (int i = 0; i < 3; ++i) {
    items += R"({"type":"function_call","call_id":"a","name":"f","arguments":"{}"},)";
    items += R"({"type":"reasoning","summary":[],"encrypted_content":"sluice:{\"type\":)"
             R"(\"tool_call\",\"call_id\":\"a\",\"extra_content\":{\"g\":1}}"},)";
  }
  const std::string made = messages(items + R"({"role":"user","content":"x"})");
  const std::size_t first = made.find("extra_content");
  ASSERT_NE(made.npos, first);
  EXPECT_EQ(made.npos, made.find("extra_content", first + 1)) << made;
}

// Every tool was compared with every name: this takes minutes then, and the test's time is over.
TEST_F(ResponsesRequestTest, manyAllowedToolsAreFound) {
  std::string tools, allowed;
  for (int i = 0; i < 20000; ++i) {
    tools += R"({"type":"function","name":"a"},)";
    allowed += R"({"type":"function","name":"b"},)";
  }
  tools += R"({"type":"function","name":"c"})";
  allowed += R"({"type":"function","name":"c"})";
  const std::string made =
      member(R"({"model":"m","input":"x","tools":[)" + tools +
                 R"(],"tool_choice":{"type":"allowed_tools","tools":[)" + allowed + "]}}",
             "tools");
  EXPECT_EQ(R"([{"type":"function","function":{"name":"c"}}])", made);
}

// They were taken for none, and the call went on as {}.
TEST_F(ResponsesRequestTest, argumentsThatAreNoTextAreRefused) {
  EXPECT_EQ("input[0].arguments: 'input[0].arguments' must be text that holds a JSON object",
            refusal(R"({"model":"m","input":[{"type":"function_call","call_id":"a","name":"f",)"
                    R"("arguments":{"a":1}}]})"));
}

TEST_F(ResponsesRequestTest, inputsOfFreeformToolsThatAreNoTextAreRefused) {
  EXPECT_EQ("input[0].input: 'input[0].input' must be text",
            refusal(R"({"model":"m","input":[{"type":"custom_tool_call","call_id":"a",)"
                    R"("name":"f","input":{"a":1}}]})"));
}

// Its id was somebody else's, and the upstream refused the request for it.
TEST_F(ResponsesRequestTest, reasoningThatNobodyProvesIsNotPutIn) {
  const auto inquiry = parsed(R"({"model":"m","previous_response_id":"r","input":"x"})");
  Conversation known;
  known.found = true;
  known.items = {R"({"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":null})",
                 R"({"type":"reasoning","id":"rs_2","summary":[],"encrypted_content":"theirs"})"};
  inquiry->continueFrom(known);
  EXPECT_EQ(R"({"model":"up","previous_response_id":null,"input":[)" + known.items[1] +
                R"(,{"type":"message","role":"user","content":"x"}]})",
            own(*inquiry));
}

// Its place was looked for where there is none.
TEST_F(ResponsesRequestTest, aConversationIsPutInWhereAPromptHoldsTheInput) {
  const auto inquiry =
      parsed(R"({"model":"m","prompt":{"id":"p"},"previous_response_id":"r","stream":true})");
  Conversation known;
  known.found = true;
  known.provider = "q";
  known.items = {R"({"role":"user","content":"one"})"};
  inquiry->continueFrom(known);
  EXPECT_EQ(R"({"model":"up","prompt":{"id":"p"},"previous_response_id":null,)"
            R"("input":[{"role":"user","content":"one"}],"stream":true})",
            own(*inquiry));
  known.items = {R"({"type":"reasoning","encrypted_content":"sluice:{}"})"};
  inquiry->continueFrom(known);
  EXPECT_EQ(R"({"model":"up","prompt":{"id":"p"},"previous_response_id":"r","stream":true})",
            own(*inquiry, "q"));
}

}  // namespace
}  // namespace sluice::dialects
