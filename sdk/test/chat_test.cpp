// What the headers do for providers that read chat requests and have a wire of their own.
#include <gtest/gtest.h>

#include <sluice/plugin.hpp>
#include <sluice/testing.hpp>

namespace {

namespace json = sluice::json;
namespace testing_ = sluice::testing;
using testing_::chat;

struct ChatTest : ::testing::Test {
  json::Value read(std::string_view text) {
    EXPECT_TRUE(document.parse(text)) << text;
    return document.root();
  }
  // What a call that must throw says: its parameter, whether another upstream may do, its words.
  template <class Call>
  static std::string refusal(Call call) {
    try {
      call();
    } catch (const sluice::Error& error) {
      EXPECT_EQ(error.code, SLUICE_INVALID_ARGUMENT);
      EXPECT_EQ(error.type, "invalid_request_error");
      return error.param + (error.retryable ? " elsewhere: " : ": ") + error.message;
    }
    return "nothing was thrown";
  }
  json::Document document;
};

TEST_F(ChatTest, MembersAskUnlessTheySayNothing) {
  for (const char* nothing : {"null", "false", "0", "0.0", "\"\"", "[]", "{}"})
    EXPECT_FALSE(sluice::asks(read(nothing))) << nothing;
  for (const char* something : {"true", "-1", "0.5", "\" \"", "[null]", R"({"a":null})"})
    EXPECT_TRUE(sluice::asks(read(something))) << something;
  EXPECT_FALSE(sluice::asks(read("{}")["missing"]));
}

TEST_F(ChatTest, WhatAnotherUpstreamMayDoIsTriedThere) {
  EXPECT_EQ(refusal([] { sluice::unsupported("audio", "cannot be made here"); }),
            "audio elsewhere: audio cannot be made here");
}

TEST_F(ChatTest, MembersThatNobodyReadsAreTold) {
  const sluice_request request = chat(
      "m", R"({"model":"m","thinking":{"a":1},"top_p":1,"thinking":0,"off":false,"x":[1]})", false);
  sluice::Dropped dropped;
  dropped.hint("x");
  dropped.unknown(sluice::Body{sluice::Request(request)});
  std::string told;
  for (const auto& [name, weight] : dropped.members())
    told += name + (weight == SLUICE_DROPPED_HINT ? " " : "! ");
  EXPECT_EQ(told, "x thinking ");
}

TEST_F(ChatTest, NumbersMayBeMissingOrNull) {
  const sluice_request request = chat("m", R"({"a":1.50,"b":null,"c":"1"})", false);
  const sluice::Body body{sluice::Request(request)};
  EXPECT_EQ(body.number("a").raw(), "1.50");
  EXPECT_FALSE(body.number("b").exists());
  EXPECT_FALSE(body.number("missing").exists());
  EXPECT_EQ(refusal([&] { body.number("c"); }), "c: c must be a number");
}

TEST_F(ChatTest, StopsAreOneOrSeveral) {
  const auto stops = [](const char* json) {
    const std::string body = std::string(R"({"stop":)") + json + "}";
    const sluice_request request = chat("m", body, false);
    const sluice::Body asked{sluice::Request(request)};
    std::string all;
    for (const std::string_view stop : asked.stops()) all.append("<").append(stop).append(">");
    return all;
  };
  EXPECT_EQ(stops("null"), "");
  EXPECT_EQ(stops(R"("a\n")"), "<a\n>");
  EXPECT_EQ(stops(R"(["a","","b"])"), "<a><><b>");
  for (const char* wrong : {"1", "{}", "[1]", "[null]"})
    EXPECT_EQ(refusal([&] { stops(wrong); }), "stop: stop must be a string or an array of strings")
        << wrong;
}

TEST_F(ChatTest, MoreThanTextIsMadeElsewhere) {
  const auto refused = [](const std::string& member) {
    const std::string body = "{" + member + "}";
    const sluice_request request = chat("m", body, false);
    return refusal([&] { sluice::refuseMoreThanText(sluice::Body(sluice::Request(request))); });
  };
  EXPECT_EQ(refused(R"("audio":null,"functions":[],"function_call":"","modalities":["text"])"),
            "nothing was thrown");
  EXPECT_EQ(refused(R"("audio":{"voice":"a"})"), "audio elsewhere: audio cannot be made here");
  EXPECT_EQ(refused(R"("modalities":["text","audio"])"),
            "modalities elsewhere: modalities must be text");
  EXPECT_EQ(refused(R"("functions":[{"name":"f"}])"),
            "functions elsewhere: functions are not known to this upstream; use tools");
  EXPECT_EQ(
      refused(R"("function_call":"auto")"),
      "function_call elsewhere: function_call is not known to this upstream; use tool_choice");
}

TEST_F(ChatTest, SomebodyKnownSpeaks) {
  using sluice::Speaker;
  const auto speaker = [this](const char* message) { return sluice::speakerOf(read(message), 3); };
  EXPECT_EQ(speaker(R"({"role":"system"})"), Speaker::system);
  EXPECT_EQ(speaker(R"({"role":"developer"})"), Speaker::system);
  EXPECT_EQ(speaker(R"({"role":"user","audio":{}})"), Speaker::user);
  EXPECT_EQ(speaker(R"({"role":"tool"})"), Speaker::tool);
  EXPECT_EQ(speaker(R"({"role":"assistant","audio":null})"), Speaker::assistant);
  EXPECT_EQ(refusal([&] { speaker(R"({"role":"owl"})"); }),
            "messages[3].role: messages[3].role is none of system, developer, user, assistant and "
            "tool");
  EXPECT_EQ(refusal([&] { speaker(R"({"role":"function"})"); }),
            "messages[3].role elsewhere: messages[3].role is `function`, which this upstream does "
            "not know; use tools");
  for (const std::string name : {"audio", "function_call"}) {
    const std::string message = R"({"role":"assistant",")" + name + R"(":{}})";
    EXPECT_EQ(refusal([&] { speaker(message.c_str()); }),
              "messages[3]." + name + " elsewhere: messages[3]." + name +
                  " is nothing that this upstream knows");
  }
}

TEST_F(ChatTest, ToolsAreFunctionsWithNames) {
  EXPECT_EQ(sluice::functionOf(read(R"({"type":"function","function":{"name":"f"}})"), 0).raw(),
            R"({"name":"f"})");
  const auto refused = [this](const char* tool) {
    return refusal([&] { sluice::functionOf(read(tool), 2); });
  };
  const std::string other =
      "tools[2].type elsewhere: tools[2].type is not `function`, the only tools that this upstream "
      "can be given";
  EXPECT_EQ(refused(R"({"type":"web_search","function":{"name":"f"}})"), other);
  EXPECT_EQ(refused(R"({"type":"function"})"), other);
  EXPECT_EQ(refused(R"({"type":"function","function":{"name":""}})"),
            "tools[2].function.name: tools[2].function.name must be a string");
}

TEST_F(ChatTest, AToolIsChosenOrNone) {
  const auto choice = [](const std::string& member) {
    const std::string body = "{" + member + "}";
    const sluice_request request = chat("m", body, false);
    const sluice::Body asked{sluice::Request(request)};
    const auto [type, name] = sluice::toolChoiceOf(asked);
    return std::string(type).append(" ").append(name);
  };
  EXPECT_EQ(choice(""), "auto ");
  EXPECT_EQ(choice(R"("tool_choice":null)"), "auto ");
  EXPECT_EQ(choice(R"("tool_choice":"required")"), "required ");
  EXPECT_EQ(choice(R"("tool_choice":{"type":"function","function":{"name":"f"}})"), "tool f");
  for (const char* wrong : {R"("tool_choice":"some")", R"("tool_choice":{"type":"allowed_tools"})"})
    EXPECT_EQ(refusal([&] { choice(wrong); }),
              "tool_choice elsewhere: tool_choice is none of auto, none, required and the name of "
              "a function")
        << wrong;
}

TEST_F(ChatTest, CallsOfFunctionsAreRead) {
  const auto call = [&](std::string_view text) {
    json::Document arguments;
    const sluice::ToolCall made = sluice::toolCallOf(read(text), "calls[1]", arguments);
    return std::string(made.id).append(" ").append(made.name).append(made.arguments);
  };
  EXPECT_EQ(
      call(R"({"id":"c","type":"function","function":{"name":"f","arguments":" {\"a\":1}"}})"),
      "c f{\"a\":1}");
  EXPECT_EQ(call(R"({"function":{"name":"f","arguments":" \n"}})"), " f{}");
  EXPECT_EQ(refusal([&] { call(R"({"type":"custom","custom":{"name":"f"}})"); }),
            "calls[1].type elsewhere: calls[1].type is not `function`, the only tools that this "
            "upstream calls so");
  EXPECT_EQ(refusal([&] { call(R"({"type":"function","function":{"arguments":"{}"}})"); }),
            "calls[1].function.name: calls[1].function.name must be a string");
  for (const char* wrong : {"{", "[]", "7"})
    EXPECT_EQ(refusal([&] {
                call(R"({"function":{"name":"f","arguments":")" + std::string(wrong) + "\"}}");
              }),
              "calls[1].function.arguments: calls[1].function.arguments must be a JSON object");
}

TEST_F(ChatTest, WhatFewUpstreamsKnowIsToldButForWhatIsRead) {
  const std::string text =
      R"({"user":"u","store":true,"verbosity":"low","logit_bias":{"1":2},"tools":[{}],"x":1,"y":2,)"
      R"("parallel_tool_calls":false,"metadata":{}})";
  const auto told = [&](std::initializer_list<std::string_view> own) {
    sluice::Dropped dropped;
    dropped.usual(sluice::Body{sluice::Request(chat("m", text, false))}, own);
    std::string all;
    for (const auto& [name, weight] : dropped.members())
      all += name + (weight == SLUICE_DROPPED_HINT ? " " : "! ");
    return all;
  };
  EXPECT_EQ(told({}), "user store verbosity logit_bias! parallel_tool_calls x y ");
  EXPECT_EQ(told({"user", "x", "logit_bias", "parallel_tool_calls"}), "store verbosity y ");
}

TEST_F(ChatTest, DroppedMembersAreToldOnce) {
  sluice::Dropped dropped;
  dropped.hint("seed");
  dropped.meaning("n");
  dropped.hint("n");
  dropped.meaning("seed");
  testing_::HttpRequest http;
  sluice::HttpOut out(http.out());
  dropped.tell(out);
  ASSERT_EQ(http.dropped.size(), 2u);
  EXPECT_EQ(http.dropped[0].field, "seed");
  EXPECT_EQ(http.dropped[0].weight, static_cast<std::uint32_t>(SLUICE_DROPPED_HINT));
  EXPECT_EQ(http.dropped[1].field, "n");
  EXPECT_EQ(http.dropped[1].weight, static_cast<std::uint32_t>(SLUICE_DROPPED_MEANING));
}

TEST_F(ChatTest, NamesStandOnceInTheOrderTheyCame) {
  sluice::Names names;
  EXPECT_TRUE(names.add("b"));
  EXPECT_TRUE(names.add("a"));
  EXPECT_FALSE(names.add("b"));
  EXPECT_EQ(names.all(), (std::vector<std::string_view>{"b", "a"}));
  EXPECT_TRUE(names.has("a"));
  EXPECT_FALSE(names.has("c"));
}

TEST_F(ChatTest, ElementsFollowOneAnother) {
  std::string list;
  json::next(list).string("a");
  json::next(list).beginObject().member("b", 1).endObject();
  std::string all;
  json::Writer(all).beginArray().raw(list).endArray();
  EXPECT_EQ(all, R"(["a",{"b":1}])");
}

TEST(DataUrlTest, SaysWhatItHolds) {
  const auto url = sluice::parseDataUrl("data:text/plain;charset=utf-8;base64,SGk=");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->type, "text/plain");
  EXPECT_EQ(url->data, "SGk=");
  EXPECT_TRUE(url->base64);
  EXPECT_EQ(textOf(*url), "Hi");
  const auto plain = sluice::parseDataUrl("data:,a%20b,c");
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->type, "");
  EXPECT_FALSE(plain->base64);
  EXPECT_EQ(textOf(*plain), "a b,c");
  for (const char* none : {"", "data:", "data:image/png;base64", "https://example.org/a,b"})
    EXPECT_FALSE(sluice::parseDataUrl(none)) << none;
}

TEST(DataUrlTest, HoldsNoTextWhereItIsBroken) {
  for (const char* bad : {"data:;base64,S*k=", "data:;base64,/w==", "data:,%4", "data:,%zz",
                          "data:,%ff", "data:,%C3%28"}) {
    const auto url = sluice::parseDataUrl(bad);
    ASSERT_TRUE(url) << bad;
    EXPECT_FALSE(textOf(*url)) << bad;
  }
}

TEST(DataUrlTest, KnowsTypesOfTexts) {
  for (const char* text : {"", "text/plain", "text/csv", "application/json", "application/xml"})
    EXPECT_TRUE(sluice::isTextType(text)) << text;
  for (const char* other : {"image/png", "application/pdf", "text", "application/jsonx"})
    EXPECT_FALSE(sluice::isTextType(other)) << other;
}

}  // namespace
