#include <gtest/gtest.h>

#include "dialects/anthropic_messages.hpp"

namespace sluice::dialects {
namespace {

using calls::Problem;

// A request, parsed.
class Asked {
 public:
  explicit Asked(std::string body) : body_(std::move(body)) {
    inquiry_ = parseAnthropicMessages({body_, "req_1"}, problem_);
    EXPECT_TRUE(inquiry_) << problem_.message;
  }
  std::string own(std::string_view model = "up") const {
    std::string out;
    inquiry_->appendOwn(out, model, true);
    return out;
  }
  std::string canonical(std::string_view model = "up", bool askForUsage = true) {
    std::string out;
    fault_ = inquiry_->appendCanonical(out, model, askForUsage, dropped_);
    EXPECT_TRUE(!fault_ || !fault_->message.empty());
    return fault_ ? fault_->param + ": " + fault_->message : out;
  }
  std::vector<std::string> dropped() const {
    std::vector<std::string> names;
    for (const plugins::Dropped& one : dropped_) names.push_back(one.field);
    return names;
  }
  const calls::Inquiry& operator*() const { return *inquiry_; }

 private:
  std::string body_;
  Problem problem_;
  std::unique_ptr<calls::Inquiry> inquiry_;
  std::vector<plugins::Dropped> dropped_;
  std::optional<plugins::Fault> fault_;
};

// A request with these members beside the model and the limit.
std::string with(const std::string& members) {
  return R"({"model":"vm","max_tokens":9,)" + members + "}";
}
std::string turns(const std::string& messages) { return with(R"("messages":[)" + messages + "]"); }
// The canonical messages that these become.
std::string messagesOf(const std::string& messages) {
  const std::string whole = Asked(turns(messages)).canonical();
  const std::string head = R"({"model":"up","messages":[)";
  const std::string tail = R"(],"max_tokens":9})";
  if (!whole.starts_with(head) || !whole.ends_with(tail)) return whole;
  return whole.substr(head.size(), whole.size() - head.size() - tail.size());
}
// What other members become.
std::string membersOf(const std::string& members) {
  const std::string whole =
      Asked(with(members + R"(,"messages":[{"role":"user","content":"hi"}])")).canonical();
  const std::string head =
      R"({"model":"up","messages":[{"role":"user","content":"hi"}],"max_tokens":9)";
  if (!whole.starts_with(head)) return whole;
  return whole.substr(head.size(), whole.size() - head.size() - 1);
}

struct Pair {
  const char* from;
  const char* to;
};

TEST(MessagesRequest, onlyTheModelChangesForTheSameDialect) {
  for (
      const Pair& one : {
          Pair{R"({"model":"vm","max_tokens":9,"messages":[{"role":"user","content":"hi"}]})",
               R"({"model":"up","max_tokens":9,"messages":[{"role":"user","content":"hi"}]})"},
          {R"( {"messages":[{ }] ,"max_tokens": 9, "model" : "v\"m" , "x":1.0,"y":12345678901234567890123} )",
           R"( {"messages":[{ }] ,"max_tokens": 9, "model" : "up" , "x":1.0,"y":12345678901234567890123} )"},
          {R"({"model":"vm","max_tokens":9,"system":[{"type":"text","text":"x-anthropic-billing-header: a"}],"messages":[1]})",
           R"({"model":"up","max_tokens":9,"system":[{"type":"text","text":"x-anthropic-billing-header: a"}],"messages":[1]})"},
          {R"({"model":"vm","max_tokens":9,"messages":[{"role":"user" , "content":"what is sluice: a gate"} , {"role":"user","content":[ {"type":"text","text":"sluice:"} ]}]})",
           R"({"model":"up","max_tokens":9,"messages":[{"role":"user" , "content":"what is sluice: a gate"} , {"role":"user","content":[ {"type":"text","text":"sluice:"} ]}]})"},
      }) {
    EXPECT_EQ(one.to, Asked(one.from).own());
  }
}

TEST(MessagesRequest, thoughtsOfOtherMakersDoNotGoToAnthropic) {
  for (
      const Pair& one : {
          Pair{
              R"({"role":"assistant","content":[{"type":"thinking","thinking":"a","signature":"sluice:"}, {"type":"text","text":"b"}]})",
              R"({"role":"assistant","content":[{"type":"text","text":"b"}]})"},
          {R"({"role":"user","content":"x"},{"role":"assistant","content":[{"type":"thinking","thinking":"a","signature":"sluice:google:x"}]},{"role":"user","content":"y"})",
           R"({"role":"user","content":"x"},{"role":"user","content":"y"})"},
          {R"({"content":[{"type":"text","text":"b"},{"type":"redacted_thinking","data":"sluice:call:c:{}"},{"type":"tool_use","id":"c","name":"f","input":{"a": 1.0}},{"type":"thinking","thinking":"mine","signature":"real"}],"role":"assistant"})",
           R"({"content":[{"type":"text","text":"b"},{"type":"tool_use","id":"c","name":"f","input":{"a": 1.0}},{"type":"thinking","thinking":"mine","signature":"real"}],"role":"assistant"})"},
      }) {
    EXPECT_EQ(R"({"model":"up","max_tokens":9,"messages":[)" + std::string(one.to) + "]}",
              Asked(turns(one.from)).own());
  }
}

struct BadCase {
  const char* body;
  const char* message;
  const char* param;
};

TEST(MessagesRequest, whatIsWrongIsSaid) {
  for (const BadCase& one : {
           BadCase{"", "the body is not valid JSON", ""},
           {"[1]", "the body must be a JSON object", ""},
           {R"({"max_tokens":1,"messages":[1]})", "'model' is missing", "model"},
           {R"({"model":"m","max_tokens":1})", "'messages' is missing", "messages"},
           {R"({"model":"m","messages":[1]})", "'max_tokens' is missing", "max_tokens"},
           {R"({"model":"","max_tokens":1,"messages":[1]})", "the name of a model", "model"},
           {R"({"model":"m","max_tokens":-1,"messages":[1]})", "a whole number", "max_tokens"},
           {R"({"model":"m","max_tokens":"1","messages":[1]})", "a whole number", "max_tokens"},
           {R"({"model":"m","max_tokens":1,"messages":[1],"stream":1})", "true or false", "stream"},
           {R"({"model":"m","max_tokens":1,"messages":[1],"model":"n"})", "stands twice", "model"},
       }) {
    std::string body = one.body;
    Problem problem;
    EXPECT_FALSE(parseAnthropicMessages({body, "req_1"}, problem)) << one.body;
    EXPECT_EQ(400, problem.status);
    EXPECT_NE(problem.message.npos, problem.message.find(one.message)) << problem.message;
    EXPECT_EQ(one.param, problem.param);
  }
}

TEST(MessagesRequest, systemTextBecomesTheFirstMessage) {
  const std::string user = R"("messages":[{"role":"user","content":"hi"}])";
  const auto system = [&](const std::string& text) {
    const std::string whole = Asked(with("\"system\":" + text + "," + user)).canonical();
    return whole.substr(26, whole.find(R"({"role":"user")") - 26);
  };
  EXPECT_EQ(R"({"role":"system","content":"be \u00e9"},)", system(R"("be \u00e9")"));
  EXPECT_EQ(R"({"role":"system","content":"be"},)", system(R"([{"type":"text","text":"be"}])"));
  EXPECT_EQ(
      R"({"role":"system","content":[{"type":"text","text":"a","cache_control":{"type":"ephemeral","ttl":"1h"}},{"type":"text","text":"b"}]},)",
      system(
          R"([{"type":"text","text":"a","cache_control":{"type":"ephemeral","ttl":"1h"}},{"text":"b","type":"text"}])"));
  EXPECT_EQ("", system("null"));
  EXPECT_EQ("", system("[]"));
}

TEST(MessagesRequest, aBillingHeaderIsLeftOut) {
  const std::string user = R"(,"messages":[{"role":"user","content":"hi"}])";
  const std::string without = Asked(with(R"("system":"be")" + user)).canonical();
  for (
      const char* system :
      {R"([{"type":"text","text":"x-anthropic-billing-header: cc_version=1; cch=ab;"},{"type":"text","text":"be"}])",
       R"([{"type":"text","text":"x-anthropic-billing-header: cch=ab;\nbe"}])",
       R"("x-anthropic-billing-header: cch=ab;\nbe")"}) {
    EXPECT_EQ(without, Asked(with("\"system\":" + std::string(system) + user)).canonical());
  }
  const std::string inside = R"("system":"see x-anthropic-billing-header: a")";
  EXPECT_NE(std::string::npos, Asked(with(inside + user)).canonical().find("billing"));
}

TEST(MessagesRequest, turnsBecomeMessages) {
  for (
      const Pair& one : {
          Pair{R"({"role":"user","content":"hi"},{"content":"lo","role":"assistant"})",
               R"({"role":"user","content":"hi"},{"role":"assistant","content":"lo"})"},
          {R"({"role":"user","content":[{"type":"text","text":"hi"}]})",
           R"({"role":"user","content":"hi"})"},
          {R"({"role":"user","content":[{"type":"text","text":"a","cache_control":{"type":"ephemeral"}}]})",
           R"({"role":"user","content":[{"type":"text","text":"a","cache_control":{"type":"ephemeral"}}]})"},
          {R"({"role":"user","content":[]})", R"({"role":"user","content":""})"},
          {R"({"role":"system","content":"mid"})", R"({"role":"system","content":"mid"})"},
          {R"({"role":"assistant","content":[{"type":"text","text":"a"},{"type":"text","text":"b","citations":[{"type":"x"}]}]})",
           R"({"role":"assistant","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]})"},
      }) {
    EXPECT_EQ(one.to, messagesOf(one.from));
  }
}

TEST(MessagesRequest, imagesAndDocumentsBecomeParts) {
  const auto part = [](const std::string& block) {
    const std::string made = messagesOf(R"({"role":"user","content":[)" + block + "]}");
    const std::string head = R"({"role":"user","content":[)";
    return made.starts_with(head) ? made.substr(head.size(), made.size() - head.size() - 2) : made;
  };
  for (
      const Pair& one : {
          Pair{
              R"({"type":"image","source":{"type":"base64","media_type":"image/png","data":"AA\/B="}})",
              R"({"type":"image_url","image_url":{"url":"data:image/png;base64,AA\/B="}})"},
          {R"({"type":"image","source":{"type":"url","url":"https://x/y"},"cache_control":{"type":"ephemeral"}})",
           R"({"type":"image_url","image_url":{"url":"https://x/y"},"cache_control":{"type":"ephemeral"}})"},
          {R"({"type":"document","title":"T","source":{"data":"AA==","type":"base64","media_type":"application/pdf"}})",
           R"({"type":"file","file":{"file_data":"data:application/pdf;base64,AA==","filename":"T"}})"},
          {R"({"type":"document","source":{"type":"url","url":"https://x/y.pdf"},"citations":{"enabled":false}})",
           R"({"type":"file","file":{"file_url":"https://x/y.pdf"}})"},
          {R"({"type":"document","source":{"type":"file","file_id":"f_1"}})",
           R"({"type":"file","file":{"file_id":"f_1"}})"},
          {R"({"type":"document","context":"C","source":{"type":"text","media_type":"text/plain","data":"h\u00e9\n"}})",
           R"({"type":"text","text":"C"},{"type":"file","file":{"file_data":"data:text/plain;base64,aMOpCg=="}})"},
          {R"({"type":"document","source":{"type":"content","content":[{"type":"text","text":"x"}]}})",
           R"({"type":"text","text":"x"})"},
          {R"({"type":"search_result","source":"https://x","title":"T","content":[{"type":"text","text":"x"}]})",
           R"({"type":"text","text":"T"},{"type":"text","text":"https://x"},{"type":"text","text":"x"})"},
      }) {
    EXPECT_EQ(one.to, part(one.from));
  }
}

TEST(MessagesRequest, toolsAreCalledAndAnswered) {
  for (
      const Pair& one : {
          Pair{
              R"({"role":"assistant","content":[{"type":"text","text":"a"},{"type":"tool_use","id":"t1","name":"f","input":{"n":12345678901234567890123, "x":"\u00e9"}},{"type":"tool_use","id":"t2","name":"g","input":{}}]})",
              R"({"role":"assistant","content":"a","tool_calls":[{"id":"t1","type":"function","function":{"name":"f","arguments":"{\"n\":12345678901234567890123, \"x\":\"\\u00e9\"}"}},{"id":"t2","type":"function","function":{"name":"g","arguments":"{}"}}]})"},
          {R"({"role":"assistant","content":[{"type":"tool_use","id":"t1","name":"f","input":{}}]})",
           R"({"role":"assistant","content":null,"tool_calls":[{"id":"t1","type":"function","function":{"name":"f","arguments":"{}"}}]})"},
          {R"({"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":"ok"},{"type":"tool_result","tool_use_id":"t2","is_error":true,"content":[{"type":"text","text":"no"}]},{"type":"text","text":"go on"}]})",
           R"({"role":"tool","tool_call_id":"t1","content":"ok"},{"role":"tool","tool_call_id":"t2","content":"no","is_error":true},{"role":"user","content":"go on"})"},
          {R"({"role":"user","content":[{"type":"tool_result","tool_use_id":"t1"}]})",
           R"({"role":"tool","tool_call_id":"t1","content":""})"},
          {R"({"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AA=="}}]}]})",
           R"({"role":"tool","tool_call_id":"t1","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,AA=="}}]})"},
          // Claude Code's search of tools was refused, and given up by it.
          {R"({"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":[{"type":"tool_reference","tool_name":"WebFetch"},{"type":"tool_reference","tool_name":"a\u0022b"}]}]})",
           R"({"role":"tool","tool_call_id":"t1","content":[{"type":"text","text":"The tool WebFetch is there to be called."},{"type":"text","text":"The tool a\u0022b is there to be called."}]})"},
          {R"({"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":"x","cache_control":{"type":"ephemeral"}}]})",
           R"({"role":"tool","tool_call_id":"t1","content":[{"type":"text","text":"x","cache_control":{"type":"ephemeral"}}]})"},
      }) {
    EXPECT_EQ(one.to, messagesOf(one.from));
  }
}

TEST(MessagesRequest, thoughtsGoBackWithTheirProofs) {
  for (
      const Pair& one : {
          Pair{
              R"({"role":"assistant","content":[{"type":"thinking","thinking":"hm","signature":"s"},{"type":"redacted_thinking","data":"d"},{"type":"text","text":"a"}]})",
              R"({"role":"assistant","reasoning_content":"hm","reasoning_details":[{"type":"reasoning.text","text":"hm","signature":"s","format":"anthropic"},{"type":"reasoning.encrypted","data":"d","format":"anthropic"}],"content":"a"})"},
          {R"({"role":"assistant","content":[{"type":"thinking","thinking":"hm","signature":"sluice:"},{"type":"text","text":"a"}]})",
           R"({"role":"assistant","reasoning_content":"hm","content":"a"})"},
          {R"({"role":"assistant","content":[{"type":"thinking","thinking":"","signature":"sluice:google:a:b"},{"type":"redacted_thinking","data":"sluice:openai:x"},{"type":"text","text":"a"}]})",
           R"({"role":"assistant","reasoning_details":[{"type":"reasoning.text","text":"","signature":"a:b","format":"google"},{"type":"reasoning.encrypted","data":"x","format":"openai"}],"content":"a"})"},
          {R"({"role":"assistant","content":[{"type":"redacted_thinking","data":"sluice:call:t1:{\"google\":{\"thought_signature\":\"s\"}}"},{"type":"tool_use","id":"t1","name":"f","input":{}}]})",
           R"({"role":"assistant","content":null,"tool_calls":[{"id":"t1","type":"function","function":{"name":"f","arguments":"{}"},"extra_content":{"google":{"thought_signature":"s"}}}]})"},
      }) {
    EXPECT_EQ(one.to, messagesOf(one.from));
  }
}

TEST(MessagesRequest, theOtherMembersHaveTheirCanonicalNames) {
  for (
      const Pair& one : {
          Pair{R"("temperature":1.0,"top_p":1e-1,"top_k":5,"stop_sequences":["a","b"])",
               R"(,"temperature":1.0,"top_p":1e-1,"top_k":5,"stop":["a","b"])"},
          {R"("stop_sequences":[],"temperature":null)", ""},
          {R"("tools":[{"name":"f","description":"d","input_schema":{"type":"object"},"cache_control":{"type":"ephemeral"}},{"type":"custom","name":"g","input_schema":{},"strict":true}])",
           R"(,"tools":[{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object"}},"cache_control":{"type":"ephemeral"}},{"type":"function","function":{"name":"g","parameters":{},"strict":true}}])"},
          {R"("tool_choice":{"type":"auto"})", R"(,"tool_choice":"auto")"},
          {R"("tool_choice":{"type":"any","disable_parallel_tool_use":true})",
           R"(,"tool_choice":"required","parallel_tool_calls":false)"},
          {R"("tool_choice":{"type":"none"})", R"(,"tool_choice":"none")"},
          {R"("tool_choice":{"type":"tool","name":"f"})",
           R"(,"tool_choice":{"type":"function","function":{"name":"f"}})"},
          {R"("thinking":{"type":"enabled","budget_tokens":2048})", R"(,"reasoning_budget":2048)"},
          {R"("thinking":{"type":"disabled"})", R"(,"reasoning_budget":0)"},
          {R"("thinking":{"type":"adaptive"},"output_config":{"effort":"low"})",
           R"(,"reasoning_effort":"low")"},
          {R"("thinking":{"type":"adaptive"})", R"(,"reasoning_effort":"high")"},
          {R"("output_config":{"format":{"type":"json_schema","schema":{"type":"object"}}})",
           R"(,"response_format":{"type":"json_schema","json_schema":{"name":"answer","schema":{"type":"object"},"strict":true}})"},
          {R"("output_format":{"type":"json_schema","schema":{}})",
           R"(,"response_format":{"type":"json_schema","json_schema":{"name":"answer","schema":{},"strict":true}})"},
          {R"("metadata":{"user_id":"u"})", R"(,"user":"u")"},
          {R"("service_tier":"standard_only")", R"(,"service_tier":"default")"},
          {R"("stream":true)", R"(,"stream":true,"stream_options":{"include_usage":true})"},
          {R"("mcp_servers":[],"container":null)", ""},
      }) {
    EXPECT_EQ(one.to, membersOf(one.from));
  }
}

TEST(MessagesRequest, usageIsNotAskedForWhereItMayNotBe) {
  const std::string body = with(R"("stream":true,"messages":[{"role":"user","content":"hi"}])");
  const std::string made = Asked(body).canonical("up", false);
  EXPECT_NE(made.npos, made.find("\"stream\":true"));
  EXPECT_EQ(made.npos, made.find("stream_options"));
}

TEST(MessagesRequest, whatHasNoPlaceIsToldOf) {
  Asked asked(with(
      R"("context_management":{},"speed":"fast","tools":[{"name":"f","input_schema":{},"input_examples":[1]},{"name":"g","input_schema":{},"input_examples":[1]}],"messages":[{"role":"user","content":"hi"}])"));
  asked.canonical();
  const std::vector<std::string> expected{"context_management", "speed", "tools.input_examples"};
  EXPECT_EQ(expected, asked.dropped());
}

// Claude Code's is a JSON object of three ids; no other maker takes as much.
TEST(MessagesRequest, aLongNameOfTheUserIsLeftOut) {
  const auto asked = [](const std::string& user) {
    return Asked(with(R"("metadata":{"user_id":")" + user +
                      R"("},"messages":[{"role":"user","content":"hi"}])"));
  };
  Asked fits = asked(std::string(64, 'u'));
  EXPECT_NE(std::string::npos, fits.canonical().find(std::string(64, 'u')));
  EXPECT_EQ(std::vector<std::string>{}, fits.dropped());
  Asked tooLong = asked(std::string(65, 'u'));
  EXPECT_EQ(std::string::npos, tooLong.canonical().find("uuu"));
  EXPECT_EQ(std::vector<std::string>{"metadata.user_id"}, tooLong.dropped());
}

// They were left out without a word.
TEST(MessagesRequest, citationsThatAreAskedForAreToldOf) {
  const auto document = [](const char* citations) {
    return std::string(R"({"type":"document","source":{"type":"text","media_type":"text/plain",)") +
           R"("data":"d"},"citations":)" + citations + "}";
  };
  const std::string user = R"({"role":"user","content":[)";
  Asked without(turns(user + document(R"({"enabled":false})") + "]}"));
  without.canonical();
  EXPECT_EQ(std::vector<std::string>{}, without.dropped());
  Asked with(turns(user + document(R"({"enabled":true})") + "]}"));
  with.canonical();
  EXPECT_EQ(std::vector<std::string>{"citations"}, with.dropped());
  Asked inside(turns(user + R"({"type":"tool_result","tool_use_id":"t","content":[)" +
                     document(R"({"enabled":true})") + "]}]}"));
  inside.canonical();
  EXPECT_EQ(std::vector<std::string>{"citations"}, inside.dropped());
}

TEST(MessagesRequest, whatCannotBeSaidIsRefusedByName) {
  const std::string user = R"(,"messages":[{"role":"user","content":"hi"}])";
  for (const Pair& one : {
           Pair{R"("tools":[{"type":"web_search_20250305","name":"web_search"}])",
                "tools[0].type: "},
           {R"("tools":[{"name":"f"}])", "tools[0].input_schema: "},
           {R"("tools":{})", "tools: "},
           {R"("tool_choice":{"type":"tool"})", "tool_choice.name: "},
           {R"("tool_choice":{"type":"some"})", "tool_choice.type: "},
           {R"("tool_choice":"auto")", "tool_choice: "},
           {R"("mcp_servers":[{}])", "mcp_servers: "},
           {R"("thread":{"type":"create"})", "thread: "},
           {R"("thinking":{"type":"enabled"})", "thinking.budget_tokens: "},
           {R"("thinking":{"type":"wild"})", "thinking.type: "},
           {R"("temperature":"hot")", "temperature: "},
           {R"("stop_sequences":"x")", "stop_sequences: "},
           {R"("system":7)", "system: "},
           {R"("output_config":{"format":{"type":"grammar"}})", "output_config.format.type: "},
       }) {
    const std::string said = Asked(with(one.from + user)).canonical();
    EXPECT_TRUE(said.starts_with(one.to)) << said;
  }
  for (
      const Pair& one : {
          Pair{R"({"role":"tool","content":"x"})", "messages[0].role: "},
          {R"({"content":"x"})", "messages[0].role: "},
          {R"(7)", "messages[0]: "},
          {R"({"role":"user","content":7})", "messages[0].content: "},
          {R"({"role":"user","content":[{"type":"server_tool_use"}]})",
           "messages[0].content[0].type: "},
          {R"({"role":"user","content":[{"text":"x"}]})", "messages[0].content[0].type: "},
          {R"({"role":"user","content":[{"type":"text"}]})", "messages[0].content[0].text: "},
          {R"({"role":"user","content":[{"type":"text","text":1}]})",
           "messages[0].content[0].text: "},
          {R"({"role":"user","content":[{"type":"image","source":{"type":"file","file_id":"f"}}]})",
           "messages[0].content[0].source.type: "},
          {R"({"role":"user","content":[{"type":"image","source":{"type":"base64"}}]})",
           "messages[0].content[0].source.media_type: "},
          {R"({"role":"user","content":[{"type":"tool_result","content":"x"}]})",
           "messages[0].content[0].tool_use_id: "},
          {R"({"role":"assistant","content":[{"type":"tool_use","id":"a","name":"f","input":[]}]})",
           "messages[0].content[0].input: "},
      }) {
    const std::string said = messagesOf(one.from);
    EXPECT_TRUE(said.starts_with(one.to)) << said;
  }
}

TEST(MessagesRequest, noMessagesGoOnWithWhatAnUpstreamHolds) {
  const std::string text =
      with(R"("messages":[],"thread":{"type":"continue","previous_message_id":"msg_1"})");
  std::string expected = text;
  expected.replace(expected.find("vm"), 2, "up");
  EXPECT_EQ(expected, Asked(text).own());
  EXPECT_TRUE(Asked(with(R"("messages":[])")).canonical().starts_with("messages: "));
}

TEST(MessagesRequest, blocksInBlocksHaveAnEnd) {
  std::string block = R"({"type":"text","text":"x"})";
  for (int i = 0; i < 20; ++i) {
    block = R"({"type":"tool_result","tool_use_id":"t","content":[)" + block + "]}";
  }
  const std::string said = messagesOf(R"({"role":"user","content":[)" + block + "]}");
  EXPECT_NE(said.npos, said.find("too deep")) << said;
}

// The mark was measured with its escapes, which ended beyond the proof.
TEST(MessagesRequest, aCallsIdMayBeWrittenWithEscapes) {
  EXPECT_EQ(R"({"role":"assistant","content":null,"tool_calls":[{"id":"\u0041","type":"function",)"
            R"("function":{"name":"n","arguments":"{}"},"extra_content":{"g":1}}]})",
            messagesOf(R"({"role":"assistant","content":[{"type":"redacted_thinking",)"
                       R"("data":"sluice:call:\u0041:{\"g\":1}"},)"
                       R"({"type":"tool_use","id":"\u0041","name":"n","input":{}}]})"));
}

// Each had what belongs to all of its id: a small request became one of gigabytes.
TEST(MessagesRequest, callsOfOneIdShareOneProof) {
  std::string blocks = R"({"type":"redacted_thinking","data":"sluice:call:a:{\"g\":1}"})";
  for (int i = 0; i < 3; ++i) blocks += R"(,{"type":"tool_use","id":"a","name":"n","input":{}})";
  const std::string made = messagesOf(R"({"role":"assistant","content":[)" + blocks + "]}");
  const std::size_t first = made.find("extra_content");
  ASSERT_NE(made.npos, first);
  EXPECT_EQ(made.npos, made.find("extra_content", first + 1)) << made;
}

// Each was compared with all before it.
TEST(MessagesRequest, ofManyUnknownMembersOfToolsSomeAreTold) {
  std::string tool = R"("name":"n","input_schema":{})";
  for (int i = 0; i < 1000; ++i) tool += ",\"m" + std::to_string(i) + "\":1";
  Asked asked(with(R"("messages":[{"role":"user","content":"hi"}],"tools":[{)" + tool + "}]"));
  asked.canonical();
  EXPECT_EQ(64U, asked.dropped().size());
  EXPECT_EQ("tools.m0", asked.dropped().front());
}

// Anthropic refuses to think behind calls that do not begin with a thought of its own.
TEST(AnthropicMessagesRequest, CallsWithoutTheThoughtBehindThemEndThinking) {
  const std::string head = R"({"model":"up","max_tokens":9,"thinking":)";
  const std::string budget = R"({"type":"enabled","budget_tokens":2048})";
  const std::string foreign = R"({"type":"thinking","thinking":"a","signature":"sluice:"})";
  const std::string ours = R"({"type":"thinking","thinking":"a","signature":"s"})";
  const std::string call = R"({"type":"tool_use","id":"c","name":"f","input":{}})";
  const auto asked = [&](const std::string& thinking, const std::string& blocks) {
    return head + thinking + R"(,"messages":[{"role":"user","content":"x"},)" +
           R"({"role":"assistant","content":[)" + blocks +
           R"(]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"c"}]}]})";
  };
  EXPECT_EQ(Asked(asked(budget, foreign + "," + call)).own(),
            asked(R"({"type":"disabled"})", call));
  const std::string text = R"({"type":"text","text":"b"})";
  EXPECT_EQ(Asked(asked(budget, foreign + "," + text)).own(), asked(budget, text));
  EXPECT_EQ(Asked(asked(budget, ours + "," + foreign + "," + call)).own(),
            asked(budget, ours + "," + call));
  const std::string adaptive = R"({"type":"adaptive"})";
  EXPECT_EQ(Asked(asked(adaptive, foreign + "," + call)).own(), asked(adaptive, call));
  // What another maker said without any thought.
  EXPECT_EQ(Asked(asked(budget, call)).own(), asked(R"({"type":"disabled"})", call));
  EXPECT_EQ(Asked(asked(budget, ours + "," + call)).own(), asked(budget, ours + "," + call));
}

// What clears thoughts is refused where there are to be none.
TEST(AnthropicMessagesRequest, WithoutThinkingNoThoughtsAreCleared) {
  const auto asked = [](const std::string& thinking, const std::string& edits) {
    return R"({"model":"up","max_tokens":9,"context_management":{"edits":)" + edits +
           R"(,"x":1},"thinking":)" + thinking + R"(,"messages":[{"role":"user","content":"x"},)" +
           R"({"role":"assistant","content":[{"type":"tool_use","id":"c","name":"f","input":{}}]},)" +
           R"({"role":"user","content":[{"type":"tool_result","tool_use_id":"c"}]}]})";
  };
  const std::string budget = R"({"type":"enabled","budget_tokens":2048})";
  const std::string none = R"({"type":"disabled"})";
  const std::string thoughts = R"({"type":"clear_thinking_20251015","keep":"all"})";
  const std::string uses = R"({"keep":{"type":"tool_uses"},"type":"clear_tool_uses_20250919"})";
  EXPECT_EQ(Asked(asked(budget, "[" + thoughts + "]")).own(), asked(none, "[]"));
  EXPECT_EQ(Asked(asked(budget, "[" + thoughts + ", " + uses + "]")).own(),
            asked(none, "[" + uses + "]"));
  EXPECT_EQ(Asked(asked(budget, "7")).own(), asked(none, "7"));
  EXPECT_EQ(Asked(asked(none, "[" + thoughts + "]")).own(), asked(none, "[" + thoughts + "]"));
}

// Within a turn, later calls need no thought; in turns that are over, no call does.
TEST(AnthropicMessagesRequest, CallsAndTheirResultsAreOneTurn) {
  const std::string head =
      R"({"model":"up","max_tokens":9,"messages":[{"role":"user","content":"x"},)";
  const std::string end = R"(],"thinking":{"type":"enabled","budget_tokens":2048}})";
  const auto step = [](const std::string& blocks) {
    return R"({"role":"assistant","content":[)" + blocks +
           R"({"type":"tool_use","id":"c","name":"f","input":{}}]},)"
           R"({"role":"user","content":[{"type":"tool_result","tool_use_id":"c"}]})";
  };
  const std::string ours = R"({"type":"thinking","thinking":"a","signature":"s"},)";
  const std::string foreign = R"({"type":"thinking","thinking":"a","signature":"sluice:"},)";
  const std::string done =
      R"(,{"role":"assistant","content":"Done."},{"role":"user","content":"y"})";
  for (const std::string& kept : {step(ours) + "," + step(""), step("") + done,
                                  step("") + done + "," + step(ours) + "," + step("")})
    EXPECT_EQ(Asked(head + kept + end).own(), head + kept + end);
  EXPECT_EQ(Asked(head + step(foreign) + done + "," + step(ours) + "," + step("") + end).own(),
            head + step("") + done + "," + step(ours) + "," + step("") + end);
  EXPECT_EQ(Asked(head + step(foreign) + "," + step(ours) + end).own(),
            head + step("") + "," + step("") + R"(],"thinking":{"type":"disabled"}})");
}

}  // namespace
}  // namespace sluice::dialects
