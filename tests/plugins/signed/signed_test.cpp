#include <gtest/gtest.h>

#include <sluice/testing.hpp>

namespace {

using namespace sluice::testing;

constexpr auto kConfig = R"({"scheme":"aws.sigv4","params":{"service":"a","region":"b"}})";

TEST(Signed, AsksForASignatureAndEvents) {
  Host host;
  const Instance plugin("test.signed", host, kConfig);
  const sluice_request request = chat("m:1", "{}", true);
  HttpRequest http;
  sluice_error error = emptyError();
  ASSERT_EQ(plugin.codec()->encode(plugin.get(), &request, http.out(), &error), SLUICE_OK);
  EXPECT_EQ(http.line, "POST /model/m%3A1/talk?a=b%20c");
  EXPECT_EQ(http.signing, R"(aws.sigv4 {"service":"a","region":"b"})");
  EXPECT_EQ(http.body, "{}");
}

TEST(Signed, ReadsEventsAndWholeAnswers) {
  Host host;
  const Instance plugin("test.signed", host, kConfig);
  const sluice_request streamed = chat("m", "{}", true);
  EXPECT_EQ(
      decode(plugin, streamed, 200, {}, {{"text", "Hel"}, {"text", "lo"}, {"stop", "length"}}),
      "text \"Hel\"\ntext \"lo\"\nfinish length\n");
  EXPECT_EQ(decode(plugin, chat("m", "{}", false), 200, {}, {{"", "Hello"}}),
            "text \"Hello\"\nfinish stop\n");
  const std::string slow = decode(plugin, streamed, 200, {}, {{"!slow", "later"}});
  EXPECT_NE(slow.find("slow: later"), std::string::npos) << slow;
  const std::string cut = decode(plugin, streamed, 200, {}, {{"text", "Hel"}});
  EXPECT_NE(cut.find("ended before"), std::string::npos) << cut;
}

}  // namespace
