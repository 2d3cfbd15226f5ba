#include <gtest/gtest.h>

#include <sluice/testing.hpp>

namespace {

using namespace sluice::testing;

std::string answer(const std::string& body, bool stream = false, const char* model = "echo") {
  Host host;
  const Instance demo("sluice.demo", host);
  return run(demo, chat(model, body, stream));
}

TEST(Demo, SaysTheLastUserMessageBackWhole) {
  EXPECT_EQ(answer(R"({"messages":[{"role":"system","content":"be brief"},
                                   {"role":"user","content":"first"},
                                   {"role":"user","content":"Hello, my  world"},
                                   {"role":"assistant","content":"not me"}]})"),
            "start id=\"echo-1\" name=\"echo\"\n"
            "text \"Hello, my  world\"\n"
            "finish stop\n"
            "usage input=8 output=3\n");
}

TEST(Demo, StreamsWordByWordWithTheSpaceBehind) {
  EXPECT_EQ(answer(R"({"messages":[{"role":"user","content":"Hello, my  world"}]})", true),
            "start id=\"echo-1\" name=\"echo\"\n"
            "text \"Hello, \"\n"
            "text \"my  \"\n"
            "text \"world\"\n"
            "finish stop\n"
            "usage input=3 output=3\n");
}

TEST(Demo, PiecesTogetherAreTheMessage) {
  Host host;
  const Instance demo("sluice.demo", host);
  for (const std::string message :
       {"a", " a", "a ", "\n\ta  b\r\n\nc ", "  ", "é ü", "a\u00a0b c"}) {
    std::string body = R"({"messages":[{"role":"user","content":)";
    sluice::json::quote(body, message);
    body += "}]}";
    for (const bool stream : {false, true}) {
      const sluice_request request = chat("echo", body, stream);
      Recorder recorder;
      sluice_error error = emptyError();
      void* call = nullptr;
      ASSERT_EQ(demo.direct()->start(demo.get(), &request, recorder.sink(), &call, &error),
                SLUICE_OK);
      EXPECT_EQ(recorder.said(), message);
      EXPECT_EQ(recorder.finished(), 1);
      demo.direct()->release(call);
    }
  }
}

TEST(Demo, ReadsTextParts) {
  EXPECT_EQ(answer(R"({"messages":[{"role":"user","content":[
                        {"type":"text","text":"look: "},
                        {"type":"image_url","image_url":{"url":"data:,"}},
                        {"type":"text","text":"here"}]}]})"),
            "start id=\"echo-1\" name=\"echo\"\ntext \"look: here\"\nfinish stop\n"
            "usage input=2 output=2\n");
}

TEST(Demo, AnEmptyMessageIsAnEmptyAnswer) {
  for (const bool stream : {false, true})
    EXPECT_EQ(answer(R"({"messages":[{"role":"user","content":""}]})", stream),
              "start id=\"echo-1\" name=\"echo\"\nfinish stop\nusage\n");
}

TEST(Demo, StopsAtTheLimit) {
  const std::string messages = R"("messages":[{"role":"user","content":" one two  three "}]})";
  for (const char* name : {"max_tokens", "max_completion_tokens"}) {
    const auto limited = [&](int limit) {
      return answer("{\"" + std::string(name) + "\":" + std::to_string(limit) + "," + messages);
    };
    EXPECT_EQ(limited(2),
              "start id=\"echo-1\" name=\"echo\"\ntext \" one two\"\nfinish length\n"
              "usage input=3 output=2\n");
    EXPECT_EQ(limited(3),
              "start id=\"echo-1\" name=\"echo\"\ntext \" one two  three \"\nfinish stop\n"
              "usage input=3 output=3\n");
    EXPECT_EQ(limited(0), "start id=\"echo-1\" name=\"echo\"\nfinish length\nusage input=3\n");
  }
  EXPECT_EQ(answer("{\"max_tokens\":1," + messages, true),
            "start id=\"echo-1\" name=\"echo\"\ntext \" one\"\nfinish length\n"
            "usage input=3 output=1\n");
  EXPECT_EQ(answer("{\"max_tokens\":null," + messages), answer("{" + messages));
  EXPECT_EQ(answer("{\"max_tokens\":-1," + messages),
            "error INVALID_ARGUMENT reason=BAD_REQUEST type=\"invalid_request_error\" "
            "param=\"max_tokens\" \"max_tokens must be a whole number, not negative\"\n");
}

TEST(Demo, RefusesWhatItCannotEcho) {
  EXPECT_EQ(answer(R"({"messages":[{"role":"system","content":"x"}]})"),
            "error INVALID_ARGUMENT reason=BAD_REQUEST type=\"invalid_request_error\" "
            "param=\"messages\" \"messages must hold one of role user: the echo model says the "
            "last one back\"\n");
  EXPECT_EQ(answer("{}"),
            "error INVALID_ARGUMENT reason=BAD_REQUEST type=\"invalid_request_error\" "
            "param=\"messages\" \"messages must be an array\"\n");
  EXPECT_EQ(answer("{"),
            "error INVALID_ARGUMENT reason=BAD_REQUEST type=\"invalid_request_error\" "
            "\"the request is not JSON: a member's name is missing\"\n");
  EXPECT_EQ(answer("{}", false, "parrot"),
            "error NOT_FOUND reason=MODEL_NOT_FOUND type=\"invalid_request_error\" "
            "symbol=\"model_not_found\" param=\"model\" \"there is no model 'parrot' here; the "
            "demo provider has one model, 'echo'\"\n");
}

TEST(Demo, ListsItsModel) {
  Host host;
  const Instance demo("sluice.demo", host);
  EXPECT_EQ(run(demo, models()),
            "json {\"object\":\"list\",\"data\":[{\"id\":\"echo\",\"object\":\"model\","
            "\"owned_by\":\"demo\"}]}\n");
}

std::string embedded(const std::string& body) {
  Host host;
  const Instance demo("sluice.demo", host);
  sluice_request request = chat("echo", body, false);
  request.op = SLUICE_OP_EMBED;
  request.dialect = str("sluice.embed/1");
  return run(demo, request);
}

TEST(Demo, EmbedsTextsByTheirWords) {
  EXPECT_EQ(embedded(R"({"input":["a","a a","", "  a\n"],"dimensions":1})"),
            "usage input=4\n"
            "json {\"data\":[{\"embedding\":[-1]},{\"embedding\":[-1]},{\"embedding\":[0]},"
            "{\"embedding\":[-1]}]}\n");
  // Texts that share words are near each other.
  EXPECT_EQ(embedded(R"({"input":["red river"]})"), embedded(R"({"input":["river red"]})"));
  EXPECT_NE(embedded(R"({"input":["red river"]})"), embedded(R"({"input":["red rivers"]})"));
}

TEST(Demo, SaysWhatItCannotEmbed) {
  for (const char* body :
       {"{}", R"({"input":"a"})", R"({"input":[1]})", R"({"input":[["a"]]})",
        R"({"input":["a"],"dimensions":0})", R"({"input":["a"],"dimensions":100000000})"})
    EXPECT_EQ(embedded(body).rfind("error INVALID_ARGUMENT", 0), 0U) << body;
  std::string many = R"({"input":[""])";
  for (int i = 0; i < 2048; ++i) many.insert(10, "\"\",");
  EXPECT_NE(embedded(many + "}").find("at most 2048 texts"), std::string::npos);
}

TEST(Demo, RefusesOtherOperations) {
  Host host;
  const Instance demo("sluice.demo", host);
  EXPECT_EQ(run(demo, count("echo", "{}")),
            "error UNIMPLEMENTED \"this component does not serve operation 6\"\n");
}

}  // namespace
