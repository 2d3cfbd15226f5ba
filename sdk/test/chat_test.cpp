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

TEST_F(ChatTest, ElementsFollowOneAnother) {
  std::string list;
  json::next(list).string("a");
  json::next(list).beginObject().member("b", 1).endObject();
  std::string all;
  json::Writer(all).beginArray().raw(list).endArray();
  EXPECT_EQ(all, R"(["a",{"b":1}])");
}

}  // namespace
