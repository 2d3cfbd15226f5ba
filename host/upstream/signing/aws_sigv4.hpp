// AWS Signature Version 4, in the form that goes into the request's fields.
// Threads: plain values and pure functions.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace sluice::upstream {

// `ACCESS_KEY_ID:SECRET_ACCESS_KEY` or `ACCESS_KEY_ID:SECRET_ACCESS_KEY:SESSION_TOKEN`, where the
// token may be empty. Views into the text. The error does not repeat any of it.
struct AwsKey {
  std::string_view id;
  std::string_view secret;
  std::string_view sessionToken;  // empty: none
};
Result<AwsKey> parseAwsKey(std::string_view text);

// What is signed. Views must live as long as it is used.
struct AwsRequest {
  std::string_view method;
  std::string_view authority;    // as in its Host field
  std::string_view target;       // path and query, as they are sent
  std::string_view fields;       // "Name: value\r\n" each, without Host
  std::string_view payloadHash;  // SHA-256 in hex
};

struct AwsScope {
  std::string_view service;  // "bedrock"
  std::string_view region;   // "eu-west-1"
  std::chrono::system_clock::time_point time;
};

// The fields to add: X-Amz-Date, Authorization, where there is a session token
// X-Amz-Security-Token, and for s3 X-Amz-Content-Sha256. Signed are these, Host, Content-Type and
// every field of `request` that begins with x-amz. An error if one of those to add is there
// already.
Result<std::string> signSigV4(const AwsRequest& request, const AwsScope& scope, const AwsKey& key);

}  // namespace sluice::upstream
