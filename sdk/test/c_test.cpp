// sluice/json.h, sluice/error.h and sluice/http.h, for plugins in C, beside what C++ has.
#include <gtest/gtest.h>
#include <sluice/error.h>
#include <sluice/http.h>
#include <sluice/json.h>

#include <sluice/core.hpp>
#include <sluice/json.hpp>
#include <string>

namespace {

sluice_str str(const std::string& text) { return {text.data(), text.size()}; }

std::string get(const std::string& object, const char* name) {
  const sluice_str value = sluice_json_get(str(object), name);
  return value.len ? std::string(value.ptr, value.len) : "none";
}

std::string text(const std::string& value) {
  std::string out(value.size(), '?');
  out.resize(sluice_json_string(str(value), out.data()));
  return out;
}

TEST(HttpC, FindsHeadersInAnyCase) {
  const sluice_kv headers[] = {{{"Server", 6}, {"s", 1}}, {{"RETRY-After", 11}, {"2", 1}}};
  for (const char* name : {"retry-after", "Retry-After"})
    EXPECT_EQ(sluice::view(sluice_header(headers, 2, name)), "2");
  EXPECT_EQ(sluice_header(headers, 2, "retry-afte").len, 0u);
  EXPECT_EQ(sluice_header(headers, 1, "retry-after").len, 0u);
  EXPECT_EQ(sluice_header(nullptr, 0, "retry-after").len, 0u);
}

TEST(JsonC, AgreesWithTheCxxReaderOnWhatIsAnObject) {
  for (const std::string& one : {"{}",
                                 " {\"a\":1} ",
                                 "{\"a\":[1,-0.5e+3,{\"b\":null}],\"c\":\"\\u00e9\\n\"}",
                                 "",
                                 "{",
                                 "}",
                                 "{\"a\"}",
                                 "{\"a\":}",
                                 "{\"a\":1,}",
                                 "{,}",
                                 "{\"a\":01}",
                                 "{\"a\":1.}",
                                 "{\"a\":-}",
                                 "{\"a\":\"\\x\"}",
                                 "{\"a\":\"\\u12\"}",
                                 "{\"a\":\"\n\"}",
                                 "{\"a\":tru}",
                                 "{} {}",
                                 "{\"a\":\"",
                                 "{\"a\":1 \"b\":2}",
                                 "{a:1}",
                                 "{\"a\":[1,]}",
                                 "{\"a\":[}"}) {
    sluice::json::Document document;
    const bool object = document.parse(one) && document.root().isObject();
    EXPECT_EQ(sluice_json_is_object(str(one)) != 0, object) << one;
  }
  EXPECT_FALSE(sluice_json_is_object({nullptr, 0}));
  EXPECT_TRUE(sluice_json_is_array(str("[[], {}]")));
  EXPECT_FALSE(sluice_json_is_array(str("{}")));
  std::string deep = "{\"a\":" + std::string(100000, '[');
  EXPECT_FALSE(sluice_json_is_object(str(deep)));
}

TEST(JsonC, EndsAtEveryByteWithoutReadingOn) {
  const std::string whole = R"({"a":[1.5e3,true,null,{"b":"\u00e9\ud83d\ude00\\"}],"c":-0})";
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const std::string cut = whole.substr(0, size);  // a copy: a sanitizer sees what is read behind
    EXPECT_FALSE(sluice_json_is_object(str(cut))) << cut;
  }
  EXPECT_TRUE(sluice_json_is_object(str(whole)));
}

TEST(JsonC, FindsMembers) {
  const std::string object = R"( {"a" : {"b":1}, "bb":2,"b":"x","c":[ ]} )";
  EXPECT_EQ(get(object, "a"), "{\"b\":1}");
  EXPECT_EQ(get(object, "b"), "\"x\"");
  EXPECT_EQ(get(object, "c"), "[ ]");
  EXPECT_EQ(get(object, "d"), "none");
  EXPECT_EQ(get("{}", "a"), "none");
  EXPECT_EQ(get("[\"a\"]", "a"), "none");
  EXPECT_EQ(get("7", "a"), "none");
}

TEST(JsonC, StepsThroughElements) {
  for (const std::string& list : {"[1, \"two\" ,[3]]", " [1,\"two\",[3] ] "}) {
    std::string seen;
    const char* at = nullptr;
    for (sluice_str one; (one = sluice_json_next(str(list), &at, nullptr)).len;)
      seen += std::string(one.ptr, one.len) + ";";
    EXPECT_EQ(seen, "1;\"two\";[3];");
  }
  const char* at = nullptr;
  EXPECT_EQ(sluice_json_next(str("[ ]"), &at, nullptr).len, 0u);
  EXPECT_EQ(sluice_json_next({nullptr, 0}, &at, nullptr).len, 0u);
}

TEST(JsonC, ReadsTextsAndNumbers) {
  EXPECT_EQ(text(R"("a\"\\\/\b\f\n\r\t")"), "a\"\\/\b\f\n\r\t");
  EXPECT_EQ(text(R"("\u0041\u00e9\u20AC\uD83D\ude00")"), "A\u00e9\u20ac\U0001F600");
  EXPECT_EQ(text(R"("\ud83dx\udc00")"), "\uFFFDx\uFFFD");
  EXPECT_EQ(text("7"), "");
  std::uint64_t number = 5;
  EXPECT_TRUE(sluice_json_whole(str("18446744073709551615"), &number));
  EXPECT_EQ(number, UINT64_MAX);
  for (const std::string& odd : {"18446744073709551616", "-1", "1.0", "1e2", "\"1\"", "", "null"})
    EXPECT_FALSE(sluice_json_whole(str(odd), &number)) << odd;
  EXPECT_EQ(number, UINT64_MAX);
}

TEST(ErrorC, AgreesWithTheCxxOneOnWhatIsCopied) {
  const std::string filler(sizeof(sluice_error::message) - 3, 'x');
  for (const std::string& said :
       {std::string(), std::string("plain"), std::string("a\0b", 3), filler + "ab", filler + "abc",
        filler + "a\xc3\xa9", filler + "\xe2\x82\xac", std::string("\xff\xc3\xa9\xc3"),
        std::string("\xe2\x82\xac\xed\xa0\x80\xf0\x9f\x98\x80\xc0\x80\xf4\x90\x80\x80"),
        std::string("\xe0\x80\x80\xf0\x80\x80\x80\xe2\x82")}) {
    sluice_error c{}, cxx{};
    EXPECT_EQ(sluice_fail_with(&c, SLUICE_INTERNAL, str(said)), SLUICE_INTERNAL);
    sluice::detail::fill(&cxx, SLUICE_INTERNAL, said);
    EXPECT_STREQ(c.message, cxx.message);
    EXPECT_EQ(c.code, SLUICE_INTERNAL);
  }
}

}  // namespace
