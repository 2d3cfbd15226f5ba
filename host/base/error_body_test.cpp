#include "base/error_body.hpp"

#include <gtest/gtest.h>

namespace sluice {
namespace {

TEST(ErrorBody, isWhatClientsReadAnErrorFrom) {
  std::string made;
  appendErrorBody(made, "no", "server_error", "", "");
  EXPECT_TRUE(isErrorBody(made));
  for (const char* body :
       {R"({"error":{"code":"404","message":"Resource not found"}})",
        R"( {"error":{"message":"flagged","code":403,"metadata":{"reasons":["x"]}}})",
        R"({"type":"error","error":{"type":"not_found_error","message":"no"},"request_id":"r"})"})
    EXPECT_TRUE(isErrorBody(body)) << body;
}

// Of Mistral, Cloudflare, xAI, FastAPI and others: clients would find no error in them.
TEST(ErrorBody, ofAnotherFormIsNone) {
  for (const char* body :
       {R"({"object":"error","message":"Tool call id was x","type":"invalid_function_call"})",
        R"({"errors":[{"message":"No such model","code":5007}],"success":false})",
        R"({"code":"Client specified an invalid argument","error":"Incorrect API key"})",
        R"({"detail":[{"loc":["body"],"msg":"Field required"}]})", R"({"error":{"message":""}})",
        R"({"error":{"message":null}})", R"([{"error":{"message":"no"}}])", "{", ""})
    EXPECT_FALSE(isErrorBody(body)) << body;
}

}  // namespace
}  // namespace sluice
