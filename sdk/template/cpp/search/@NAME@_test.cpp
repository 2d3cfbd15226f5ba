#include <gtest/gtest.h>

#include <sluice/testing.hpp>

namespace {

using namespace sluice::testing;

constexpr auto kPages = R"({"pages":[
  {"title":"Ham","uri":"https://example.com/ham","text":"a river and a ford"},
  {"title":"Ems","uri":"https://example.com/ems","text":"a river, and again a river"}]})";

TEST(@CLASS@, FindsTheBestFirst) {
  Host host;
  const Instance search("@ID@", host, kPages);
  EXPECT_EQ(run(search, request(SLUICE_OP_SEARCH, R"({"query":"river"})")),
            "item id=\"https://example.com/ems\" name=\"Ems\" \"a river, and again a river\"\n"
            "item id=\"https://example.com/ham\" name=\"Ham\" \"a river and a ford\"\n");
  EXPECT_EQ(run(search, request(SLUICE_OP_SEARCH, R"({"query":"ford river","limit":1})")),
            "item id=\"https://example.com/ham\" name=\"Ham\" \"a river and a ford\"\n");
  EXPECT_EQ(run(search, request(SLUICE_OP_SEARCH, R"({"query":"lake"})")), "");
}

TEST(@CLASS@, RefusesWhatIsNoQuery) {
  Host host;
  const Instance search("@ID@", host);
  EXPECT_EQ(run(search, request(SLUICE_OP_SEARCH, "{}")),
            "error INVALID_ARGUMENT reason=BAD_REQUEST type=\"invalid_request_error\" "
            "param=\"query\" \"query must be a string\"\n");
}

}  // namespace
