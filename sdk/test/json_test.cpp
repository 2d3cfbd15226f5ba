#include <gtest/gtest.h>

#include <random>
#include <sluice/json.hpp>

namespace sluice::json {
namespace {

bool parses(std::string_view text) { return Document().parse(text); }

std::string readString(std::string_view text) {
  Document document;
  return document.parse(text) ? std::string(document.root().string("no string")) : "no JSON";
}

// A value written again, so that a whole tree can be compared.
void write(Writer& writer, Value value) {
  switch (value.type()) {
    case Type::object:
      writer.beginObject();
      for (auto at = value.begin(); at != value.end(); ++at) {
        writer.key(at.key());
        write(writer, *at);
      }
      writer.endObject();
      break;
    case Type::array:
      writer.beginArray();
      for (const Value item : value) write(writer, item);
      writer.endArray();
      break;
    case Type::string: writer.string(value.string()); break;
    default: writer.raw(value.raw());
  }
}

std::string again(std::string_view text) {
  Document document;
  if (!document.parse(text)) return document.error();
  std::string out;
  Writer writer(out);
  write(writer, document.root());
  return out;
}

TEST(Json, KeepsOrderAndNumberText) {
  const std::string text =
      R"({"z":1.50,"a":[1e400,-0,12345678901234567890,[],{}],"":null,"t":true,"f":false,"s":"é\n"})";
  EXPECT_EQ(again(text), text);
  EXPECT_EQ(again(" [ 1 , { \"a\" : \"b\" } ]\r\n\t"), R"([1,{"a":"b"}])");
}

TEST(Json, NumbersBeyondADoubleAreNothingOrOtherwise) {
  const std::string text = "[1e-999, -1E-999, 1e999, -1e400, 0." + std::string(400, '0') + "1]";
  Document document;
  ASSERT_TRUE(document.parse(text));
  const Value root = document.root();
  EXPECT_EQ(root[0].number(7), 0);
  EXPECT_EQ(root[1].number(7), 0);
  EXPECT_EQ(root[2].number(7), 7);
  EXPECT_EQ(root[3].number(7), 7);
  EXPECT_EQ(root[4].number(7), 0);
}

TEST(Json, FindsAndForgives) {
  Document document;
  ASSERT_TRUE(document.parse(
      R"({"choices":[{"delta":{"content":"hi"}},{"n":2}],"id":7,"x":-3,"d":2.5,"b":true,"id":8})"));
  const Value root = document.root();
  EXPECT_EQ(root["choices"][0]["delta"]["content"].string(), "hi");
  EXPECT_EQ(root["choices"][1]["n"].unsignedInteger(), 2u);
  EXPECT_EQ(root["id"].unsignedInteger(), 7u);  // the first of two
  EXPECT_FALSE(root["x"].unsignedInteger());
  EXPECT_EQ(root["x"].number(), -3);
  EXPECT_FALSE(root["d"].unsignedInteger());
  EXPECT_EQ(root["d"].number(), 2.5);
  EXPECT_TRUE(root["b"].boolean());
  EXPECT_EQ(root["choices"].raw(), R"([{"delta":{"content":"hi"}},{"n":2}])");
  EXPECT_FALSE(root["nothing"]["at"][3]["all"].exists());
  EXPECT_EQ(root["nothing"].string("otherwise"), "otherwise");
  EXPECT_FALSE(root["choices"][2].exists());
  EXPECT_FALSE(root["id"]["x"].exists());
  EXPECT_FALSE(Value()["x"].exists());
  int seen = 0;
  for (const Value value : root["id"]) {
    static_cast<void>(value);
    ++seen;
  }
  EXPECT_EQ(seen, 0);
}

TEST(Json, ReadsEscapes) {
  EXPECT_EQ(readString(R"("\"\\\/\b\f\n\r\t")"), "\"\\/\b\f\n\r\t");
  EXPECT_EQ(readString(R"("a\u0041\u00e9\u20AC\ud83d\ude00z")"), "aAé€😀z");
  EXPECT_EQ(readString(R"("\u0000")"), std::string(1, '\0'));
  EXPECT_EQ(readString(R"("\ud83d")"), "\xEF\xBF\xBD");
  EXPECT_EQ(readString(R"("\ude00x")"), "\xEF\xBF\xBDx");
  EXPECT_EQ(readString(R"("\ud83d\u0041")"),
            "\xEF\xBF\xBD"
            "A");
  EXPECT_EQ(readString(R"("\ud83d\ud83d\ude00")"), "\xEF\xBF\xBD😀");
  EXPECT_EQ(readString(R"("\ud83d\n")"), "\xEF\xBF\xBD\n");
  EXPECT_EQ(readString("\"\xFF\xFE\""), "\xFF\xFE");  // passes as it is
}

TEST(Json, UnescapedStringsStayWhereTheyAre) {
  std::string text = "[";
  for (int i = 0; i < 1000; ++i)
    text += (i ? ",\"\\u0061" : "\"\\u0061") + std::to_string(i) + "\"";
  text += "]";
  Document document;
  ASSERT_TRUE(document.parse(text));
  int i = 0;
  for (const Value value : document.root()) ASSERT_EQ(value.string(), "a" + std::to_string(i++));
  EXPECT_EQ(i, 1000);
}

TEST(Json, RefusesWhatIsNotJson) {
  for (const char* text :
       {"",           " ",           "{",         "}",          "[",        "]",
        "[1,]",       "[,1]",        "[1 2]",     "{\"a\":1,}", "{\"a\"}",  "{\"a\":}",
        "{a:1}",      "{1:2}",       "{\"a\" 1}", "\"",         "\"a",      "\"\\\"",
        "\"\\x\"",    "\"\\u12g4\"", "\"\\u12",   "\"\n\"",     "\"\x01\"", "01",
        "-",          "-a",          "+1",        "1.",         ".5",       "1e",
        "1e+",        "0x10",        "tru",       "True",       "nul",      "NaN",
        "Infinity",   "1 2",         "[1]]",      "//x\n1",     "'a'",      "\xEF\xBB\xBF{}",
        "[\"a\",\"b]"})
    EXPECT_FALSE(parses(text)) << text;
  for (const char* text : {"0", "-0", "1", "-1.5e-3", "1E5", "null", "\"\"", "[]", "{}", "[[]]"})
    EXPECT_TRUE(parses(text)) << text;
  EXPECT_FALSE(parses(std::string_view("1\0", 2)));
  EXPECT_FALSE(parses(std::string_view("\"\\\0\"", 4)));
}

TEST(Json, SaysWhatIsWrongAndWhere) {
  Document document;
  EXPECT_FALSE(document.parse(R"({"a":1 "b":2})"));
  EXPECT_STREQ(document.error(), "a comma or a brace is missing");
  EXPECT_EQ(document.errorOffset(), 7u);
  EXPECT_FALSE(document.root().exists());
  EXPECT_TRUE(document.parse("[true]"));  // and is good for the next text
  EXPECT_TRUE(document.root()[0].boolean());
}

TEST(Json, BoundsDepth) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_TRUE(parses(nested(kMaxDepth)));
  EXPECT_FALSE(parses(nested(kMaxDepth + 1)));
  EXPECT_FALSE(parses(std::string(1000000, '[')));
  std::string objects;
  for (int i = 0; i < 100000; ++i) objects += "{\"a\":";
  EXPECT_FALSE(parses(objects));
}

// Every text that was cut short, and many that were damaged, is refused or read; nothing is read
// beyond its end (each lives in memory of its own, for the address sanitizer).
TEST(Json, SurvivesCutAndDamagedTexts) {
  const std::string text =
      R"({"id":"c-1","n":-12.5e+3,"list":[true,false,null,{"k":"v\u00e9\ud83d\ude00\\"}],"s":"é"})";
  for (std::size_t size = 0; size < text.size(); ++size) {
    const std::vector<char> cut(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_FALSE(parses({cut.data(), cut.size()})) << size;
  }
  std::mt19937 random(7);
  for (int round = 0; round < 20000; ++round) {
    std::vector<char> damaged(text.begin(), text.end());
    for (int i = 0; i < 3; ++i) damaged[random() % damaged.size()] = static_cast<char>(random());
    Document document;
    if (!document.parse({damaged.data(), damaged.size()})) continue;
    std::string out;
    Writer writer(out);
    write(writer, document.root());
    EXPECT_TRUE(parses(out));
  }
}

TEST(Json, WritesStrings) {
  std::string out;
  quote(out, std::string_view("a\"b\\c\n\r\t\x01\x1F\0é", 13));
  EXPECT_EQ(out, "\"a\\\"b\\\\c\\n\\r\\t\\u0001\\u001f\\u0000é\"");
}

TEST(Json, WritesTrees) {
  std::string out;
  Writer(out)
      .beginObject()
      .key("a")
      .beginArray()
      .number(1)
      .beginObject()
      .endObject()
      .null()
      .endArray()
      .key("b")
      .boolean(true)
      .key("c")
      .raw("1.0")
      .key("d")
      .string("x")
      .endObject();
  EXPECT_EQ(out, R"({"a":[1,{},null],"b":true,"c":1.0,"d":"x"})");
}

}  // namespace
}  // namespace sluice::json
