#include "config/environment.hpp"

#include <gtest/gtest.h>

#include "config/expand.hpp"

namespace sluice::config {
namespace {

std::map<std::string, std::string> parsed(const std::string& text) {
  Report report;
  const auto values = parseDotEnv(report, report.addFile(".env", text));
  EXPECT_EQ(render(report.faults()), "");
  return values;
}

std::string faultOf(const std::string& text) {
  Report report;
  parseDotEnv(report, report.addFile(".env", text));
  return render(report.faults());
}

using Values = std::map<std::string, std::string>;

TEST(DotEnv, TakesPlainValuesToTheEndOfTheLineOrAComment) {
  EXPECT_EQ(parsed("A=1\nB = two words \nC=\nD=x#y #z\nE=# nothing\n"),
            (Values{{"A", "1"}, {"B", "two words"}, {"C", ""}, {"D", "x#y"}, {"E", ""}}));
}

TEST(DotEnv, TakesQuotedValuesAsTheyStand) {
  EXPECT_EQ(parsed("A=' a # b '\nB=\" a # b \" # c\nC='a\\n$b'\nD=\"a\\n\\t\\\"\\\\\\$b\"\n"),
            (Values{{"A", " a # b "}, {"B", " a # b "}, {"C", "a\\n$b"}, {"D", "a\n\t\"\\$b"}}));
}

TEST(DotEnv, SkipsBlankLinesCommentsAndExport) {
  EXPECT_EQ(parsed("\n  # A=0\n\t\nexport A=1\n  export\tB=2\nexports=3\r\n"),
            (Values{{"A", "1"}, {"B", "2"}, {"exports", "3"}}));
}

TEST(DotEnv, LetsTheLastLineForANameCount) { EXPECT_EQ(parsed("A=1\nA=2"), (Values{{"A", "2"}})); }

TEST(DotEnv, ReplacesNothingInValues) {
  EXPECT_EQ(parsed("A=1\nB=${A}\n"), (Values{{"A", "1"}, {"B", "${A}"}}));
}

TEST(DotEnv, RefusesWhatIsNoAssignment) {
  EXPECT_NE(faultOf("A 1").find(".env:1:1: error: expected NAME=value"), std::string::npos);
  EXPECT_NE(faultOf("\n=1").find(".env:2:1: error: a variable's name"), std::string::npos);
  EXPECT_NE(faultOf("A-B=1").find("a variable's name"), std::string::npos);
  EXPECT_NE(faultOf("A='1").find("the quote is not closed"), std::string::npos);
  EXPECT_NE(faultOf("A=\"1\\").find("the quote is not closed"), std::string::npos);
  EXPECT_NE(faultOf("A='1'2").find("nothing but a comment"), std::string::npos);
}

TEST(DotEnv, NeverShowsAValue) {
  for (const char* text : {"A='hunter2", "hunter2", "A=\"hunter2\\q\"", "A='x' hunter2"}) {
    EXPECT_EQ(faultOf(text).find("hunter2"), std::string::npos) << text;
  }
}

TEST(Lookup, PrefersTheFirstUnlessItIsEmpty) {
  const Lookup lookup =
      orElse(orElse({}, {{"A", "1"}, {"B", ""}}), {{"A", "2"}, {"B", "2"}, {"C", "2"}});
  EXPECT_EQ(lookup("A"), "1");
  EXPECT_EQ(lookup("B"), "2");
  EXPECT_EQ(lookup("C"), "2");
  EXPECT_EQ(lookup("D"), std::nullopt);
}

TEST(Lookup, SeesTheProcess) {
  ASSERT_EQ(setenv("SLUICE_CONFIG_TEST", "seen", 1), 0);
  EXPECT_EQ(processEnvironment()("SLUICE_CONFIG_TEST"), "seen");
  unsetenv("SLUICE_CONFIG_TEST");
  EXPECT_EQ(processEnvironment()("SLUICE_CONFIG_TEST"), std::nullopt);
}

TEST(Variables, AreBoundInWhatTheyPutIn) {
  std::string written;
  for (int i = 0; i < 1000; ++i) written += "${A}";
  Report report;
  Node node;
  node.mark = {report.addFile("sluice.yaml"), 1, 1};
  node.text = written;
  expandVariables(node, orElse({}, {{"A", std::string(100'000, 'x')}}), report);
  EXPECT_EQ(render(report.faults()),
            "sluice.yaml:1:1: error: the variables' values are more than 16 MiB");
}

}  // namespace
}  // namespace sluice::config
