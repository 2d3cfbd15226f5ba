#include "dialects/openai_embeddings.hpp"

#include <gtest/gtest.h>

#include "dialects/json_view.hpp"

namespace sluice::dialects {
namespace {

using calls::Problem;
using plugins::Chunk;
using plugins::ChunkType;

struct EmbeddingsTest : testing::Test {
  void ask(std::string request) {
    body = std::move(request);
    Problem problem;
    inquiry = parseOpenAiEmbeddings(body, problem);
    ASSERT_TRUE(inquiry) << problem.message;
  }
  std::string canonical() {
    std::string out;
    dropped.clear();
    const auto fault = inquiry->appendCanonical(out, "up", true, dropped);
    return fault ? "fault at " + fault->param : out;
  }
  // What an answer of the canonical form becomes.
  std::string rendered(std::string_view json, const plugins::Usage* usage = nullptr) {
    const auto rendering = inquiry->rendering("up-1", "req_1");
    Chunk chunk;
    chunk.type = ChunkType::json;
    chunk.extra = json;
    rendering->push(chunk);
    if (rendering->progress().fault) return "fault: " + rendering->progress().fault->message;
    EXPECT_TRUE(rendering->progress().settled);
    if (usage != nullptr) {
      Chunk counted;
      counted.type = ChunkType::usage;
      counted.usage = usage;
      rendering->push(counted);
    }
    std::string out;
    rendering->close(out);
    return out;
  }
  // What of an upstream's body goes on.
  std::string passed(std::string_view answer) {
    passage = inquiry->passage();
    passage->whole(answer);
    if (passage->progress().fault) return "fault: " + passage->progress().fault->message;
    EXPECT_TRUE(passage->progress().ended);
    return std::string(passage->restated().empty() ? answer : passage->restated());
  }

  std::string body;
  std::unique_ptr<calls::Inquiry> inquiry;
  std::unique_ptr<calls::Passage> passage;
  std::vector<plugins::Dropped> dropped;
};

TEST_F(EmbeddingsTest, onlyTheModelChanges) {
  ask(R"( {"input":[1, 2],"x":1.0, "model" : "vm","stream":true,"dimensions":null} )");
  std::string out;
  inquiry->appendOwn(out, "up", true);
  EXPECT_EQ(out, R"( {"input":[1, 2],"x":1.0, "model" : "up","stream":true,"dimensions":null} )");
  EXPECT_EQ(inquiry->op(), plugins::Op::embed);
  EXPECT_FALSE(inquiry->stream());
}

TEST_F(EmbeddingsTest, textsBecomeCanonical) {
  for (const auto& [request, expected] : std::vector<std::pair<const char*, const char*>>{
           {R"({"input":"a\"","model":"m"})", R"({"model":"up","input":["a\""]})"},
           {R"({"model":"m","input":[ "a","" ],"dimensions":3,"encoding_format":"base64"})",
            R"({"model":"up","input":[ "a","" ],"dimensions":3})"},
           {R"({"model":"m","input":"a","dimensions":null,"user":null})",
            R"({"model":"up","input":["a"]})"},
           {R"({"model":"m","input":"a","input_type":"search_query"})",
            R"({"model":"up","input":["a"],"purpose":"query"})"},
           {R"({"model":"m","input":"a","input_type":"passage"})",
            R"({"model":"up","input":["a"],"purpose":"document"})"},
           {R"({"model":"m","input":[1,2]})", "fault at input"},
           {R"({"model":"m","input":[[1],[2]]})", "fault at input"},
       }) {
    ask(request);
    EXPECT_EQ(canonical(), expected);
    EXPECT_TRUE(dropped.empty()) << request;
  }
}

TEST_F(EmbeddingsTest, whatHasNoPlaceIsTold) {
  ask(R"({"model":"m","input":"a","user":"u","input_type":"image","truncate":"END"})");
  EXPECT_EQ(canonical(), R"({"model":"up","input":["a"]})");
  ASSERT_EQ(dropped.size(), 3U);
  EXPECT_EQ(dropped[0].field, "user");
  EXPECT_EQ(dropped[1].field, "input_type");
  EXPECT_EQ(dropped[2].field, "truncate");
  EXPECT_FALSE(dropped[0].meaning);
}

TEST_F(EmbeddingsTest, whatIsWrongIsSaid) {
  for (const auto& [request, param] : std::vector<std::pair<const char*, const char*>>{
           {R"({"model":"m"})", "input"},
           {R"({"input":"a"})", "model"},
           {R"({"model":"m","input":null})", "input"},
           {R"({"model":"m","input":[]})", "input"},
           {R"({"model":"m","input":[[]]})", "input"},
           {R"({"model":"m","input":["a",1]})", "input"},
           {R"({"model":"m","input":[1,"a"]})", "input"},
           {R"({"model":"m","input":["a",[1]]})", "input"},
           {R"({"model":"m","input":[[1],"a"]})", "input"},
           {R"({"model":"m","input":[[1],["a"]]})", "input"},
           {R"({"model":"m","input":[1.5]})", "input"},
           {R"({"model":"m","input":{"a":1}})", "input"},
           {R"({"model":"m","input":"a","encoding_format":"int8"})", "encoding_format"},
           {R"({"model":"m","input":"a","encoding_format":1})", "encoding_format"},
           {R"({"model":"m","input":"a","dimensions":0})", "dimensions"},
           {R"({"model":"m","input":"a","dimensions":"3"})", "dimensions"},
       }) {
    body = request;
    Problem problem;
    EXPECT_FALSE(parseOpenAiEmbeddings(body, problem)) << request;
    EXPECT_EQ(problem.status, 400);
    EXPECT_EQ(problem.param, param) << request;
  }
}

constexpr std::string_view kTwo = R"({"data":[{"embedding":[0.5,-1e-05]},{"embedding":[1]}]})";

TEST_F(EmbeddingsTest, numbersAreRenderedAsTheyCame) {
  ask(R"({"model":"m","input":["a","b"]})");
  const plugins::Usage usage{5, 2, 0, 0, 0};
  EXPECT_EQ(rendered(kTwo, &usage),
            R"({"object":"list","data":[)"
            R"({"object":"embedding","index":0,"embedding":[0.5,-1e-05]},)"
            R"({"object":"embedding","index":1,"embedding":[1]}],)"
            R"("model":"up-1","usage":{"prompt_tokens":7,"total_tokens":7}})");
}

TEST_F(EmbeddingsTest, base64HoldsLittleEndianFloats) {
  ask(R"({"model":"m","input":["a","b"],"encoding_format":"base64"})");
  const std::string out = rendered(R"({"data":[{"embedding":[1,-2,0.1]},{"embedding":[1e-45]}]})");
  JsonElements data{JsonView(out)["data"]};
  data.next();
  // 00 00 80 3f, 00 00 00 c0, cd cc cc 3d
  EXPECT_EQ(data.value()["embedding"].text(), "AACAPwAAAMDNzMw9");
  data.next();
  EXPECT_EQ(data.value()["embedding"].text(), "AQAAAA==");  // the smallest there is
}

TEST_F(EmbeddingsTest, tokensThatNobodyCountedAreEstimated) {
  ask(R"({"model":"m","input":")" + std::string(4000, 'a') + R"("})");
  const std::string out = rendered(R"({"data":[{"embedding":[1]}]})");
  const auto tokens = JsonView(out)["usage"]["prompt_tokens"].whole();
  ASSERT_TRUE(tokens);
  EXPECT_GE(*tokens, 1000U);
  EXPECT_LT(*tokens, 1100U);
}

TEST_F(EmbeddingsTest, whatIsNoAnswerIsAFault) {
  ask(R"({"model":"m","input":["a","b"]})");
  for (const char* wrong : {"", "[]", "{}", R"({"data":{}})", R"({"data":[]})",
                            R"({"data":[{"embedding":[1]}]})", R"({"data":[{"embedding":[1]},{}]})",
                            R"({"data":[{"embedding":[1]},{"embedding":"AAAA"}]})",
                            R"({"data":[{"embedding":[1]},{"embedding":["1"]}]})",
                            R"({"data":[{"embedding":[1]},{"embedding":[null]}]})",
                            R"({"data":[{"embedding":[1]},{"embedding":[1e39]}]})"}) {
    EXPECT_EQ(rendered(wrong).substr(0, 6), "fault:") << wrong;
  }
}

TEST_F(EmbeddingsTest, anAnswerIsPassedOnAsItCame) {
  ask(R"({"model":"m","input":"a"})");
  const std::string_view odd =
      R"( {"x":12345678901234567890123,"data":[ {"embedding":[0.10]} ],"usage":{"prompt_tokens":4}} )";
  EXPECT_EQ(passed(odd), odd);
  EXPECT_EQ(passage->progress().usage, (plugins::Usage{4, 0, 0, 0, 0}));
  const std::string_view text = R"({"data":[{"embedding":"AACAPw=="}]})";
  EXPECT_EQ(passed(text), text);
}

TEST_F(EmbeddingsTest, numbersBecomeTheBase64ThatWasAskedFor) {
  ask(R"({"model":"m","input":["a","b","c"],"encoding_format":"base64"})");
  EXPECT_EQ(passed(R"({"y":1.0,"data":[{"embedding" : [1, -2],"index":0},{"embedding":"AACAPw=="},)"
                   R"({"index":2,"embedding":[]}]})"),
            R"({"y":1.0,"data":[{"embedding" : "AACAPwAAAMA=","index":0},{"embedding":"AACAPw=="},)"
            R"({"index":2,"embedding":""}]})");
}

// The client would take one text's vector for another's.
TEST_F(EmbeddingsTest, anAnswerWithoutOneForEachInputIsAFault) {
  constexpr std::string_view kOne = R"({"data":[{"embedding":[1],"index":0}]})";
  ask(R"({"model":"m","input":["a","b"]})");
  EXPECT_EQ(passed(kOne).substr(0, 6), "fault:");
  ask(R"({"model":"m","input":[1,2]})");
  EXPECT_EQ(passed(kOne), kOne);
  ask(R"({"model":"m","input":[[1,2],[3]]})");
  EXPECT_EQ(passed(kOne).substr(0, 6), "fault:");
}

TEST_F(EmbeddingsTest, anErrorInsideIsAFault) {
  ask(R"({"model":"m","input":"a"})");
  EXPECT_EQ(passed(R"({"error":{"message":"no","code":"429"}})"), "fault: no");
  EXPECT_EQ(passage->progress().fault->reason, plugins::Reason::rateLimit);
  EXPECT_EQ(passed("{}").substr(0, 6), "fault:");
  EXPECT_EQ(passed("nothing").substr(0, 6), "fault:");
  EXPECT_EQ(passed(R"({"data":[{"embedding":3}]})").substr(0, 6), "fault:");
}

}  // namespace
}  // namespace sluice::dialects
