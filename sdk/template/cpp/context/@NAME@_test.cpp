#include <gtest/gtest.h>

#include <sluice/testing.hpp>

namespace {

using namespace sluice::testing;

std::string exchange(const std::string& scope, const std::string& asked,
                     const std::string& answered) {
  return R"({"request_id":"r","at_ms":1,"scope":")" + scope +
         R"(","messages":[{"role":"user","content":")" + asked +
         R"("}],"answer":{"model":"m","finish_reason":"stop","message":{"role":"assistant","content":")" +
         answered + R"("}}})";
}

std::string ask(const Instance& context, const std::string& scope, const std::string& query) {
  const std::string body =
      R"({"query":")" + query + R"(","messages":[],"scope":")" + scope + R"(","limit":2})";
  return run(context, request(SLUICE_OP_CONTEXT, body));
}

TEST(@CLASS@, RemembersWithinAScope) {
  Host host;
  const Instance context("@ID@", host);
  EXPECT_EQ(remember(context, exchange("ann", "my dog's name", "Rex")), "");
  EXPECT_EQ(ask(context, "ann", "dog"), "item name=\"my dog's name\" \"Rex\"\n");
  EXPECT_EQ(ask(context, "bob", "dog"), "");
  EXPECT_EQ(ask(context, "ann", "cat"), "");
}

TEST(@CLASS@, KeepsAsManyAsItIsTold) {
  Host host;
  const Instance context("@ID@", host, R"({"keep":1})");
  EXPECT_EQ(remember(context, exchange("ann", "dog one", "Rex")), "");
  EXPECT_EQ(remember(context, exchange("ann", "dog two", "Bella")), "");
  EXPECT_EQ(ask(context, "ann", "dog"), "item name=\"dog two\" \"Bella\"\n");
}

TEST(@CLASS@, RefusesWhatIsNoExchange) {
  Host host;
  const Instance context("@ID@", host);
  EXPECT_EQ(remember(context, "{}"),
            "error INVALID_ARGUMENT reason=BAD_REQUEST type=\"invalid_request_error\" "
            "param=\"request_id\" \"request_id is missing from the exchange, or has another "
            "type\"\n");
}

}  // namespace
