#include "dialects/json_view.hpp"

#include <gtest/gtest.h>

namespace sluice::dialects {
namespace {

TEST(JsonView, findsMembersAndElementsByTheirPlace) {
  const std::string text =
      "{ \"a\" : [1.0, \"x\\\"]}\" ,{\"b\":{}} , null ] ,\n\"c\\u0064\": -1e3,\"e\":\"\\\\\" , "
      "\"f\" : true }";
  const JsonView root{text};
  JsonElements elements(root["a"]);
  std::vector<std::string> raw;
  while (elements.next()) raw.emplace_back(elements.value().raw());
  EXPECT_EQ((std::vector<std::string>{"1.0", "\"x\\\"]}\"", "{\"b\":{}}", "null"}), raw);
  EXPECT_EQ("-1e3", root["cd"].raw());
  EXPECT_EQ("\\", root["e"].text());
  EXPECT_EQ(true, root["f"].boolean());
  EXPECT_FALSE(root["g"].exists());
  EXPECT_FALSE(root["g"]["h"].exists());
  EXPECT_FALSE(root["f"]["h"].exists());
}

TEST(JsonView, undoesEscapes) {
  EXPECT_EQ("\b\f\n\r\t/\\\"", JsonView(R"("\b\f\n\r\t\/\\\"")").text());
  EXPECT_EQ("\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80",
            JsonView(R"("\u00e9\u20AC\ud83d\ude00")").text());
  EXPECT_EQ("\xEF\xBF\xBDx", JsonView(R"("\ud83dx")").text());
  EXPECT_TRUE(JsonView(R"("\u0061b")").says("ab"));
  EXPECT_FALSE(JsonView("7").says("7"));
}

TEST(JsonView, readsWholeNumbersOnly) {
  EXPECT_EQ(7u, JsonView(" 7 ").whole());
  for (const char* text : {"-7", "7.0", "7e1", "\"7\"", "null", ""}) {
    EXPECT_FALSE(JsonView(text).whole()) << text;
  }
}

TEST(JsonView, nothingIsInEmptyOnes) {
  EXPECT_FALSE(JsonMembers(JsonView("{ }")).next());
  EXPECT_FALSE(JsonElements(JsonView("[\n]")).next());
  EXPECT_FALSE(JsonMembers(JsonView("[1]")).next());
  EXPECT_FALSE(JsonElements(JsonView(R"({"a":1})")).next());
}

}  // namespace
}  // namespace sluice::dialects
