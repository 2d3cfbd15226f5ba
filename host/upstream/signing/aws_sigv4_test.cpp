// The signatures of `iam`, `vanilla` and of the two of s3 are those that AWS's documentation gives
// for these requests; the others come from another implementation, which gives these four too.
#include "upstream/signing/aws_sigv4.hpp"

#include <gtest/gtest.h>

#include <string>

#include "upstream/signing/digest.hpp"

namespace sluice::upstream {
namespace {

using std::chrono::system_clock;

constexpr std::string_view kKey = "AKIDEXAMPLE:wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
constexpr std::string_view kS3Key = "AKIAIOSFODNN7EXAMPLE:wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
constexpr std::time_t kTime = 1'440'938'160;    // 2015-08-30 12:36:00
constexpr std::time_t kS3Time = 1'369'353'600;  // 2013-05-24

struct Case {
  const char* name;
  std::string_view method, authority, target, fields, body;
  std::string_view service, region;
  std::string_view key = kKey;
  std::time_t time = kTime;
  std::string_view names, signature;
};

constexpr std::string_view kBody = R"({"messages":[{"role":"user","content":[{"text":"Hi"}]}]})";
constexpr std::string_view kConverse =
    "/model/anthropic.claude-3-haiku-20240307-v1%3A0/converse-stream";
constexpr std::string_view kBedrock = "bedrock-runtime.eu-west-1.amazonaws.com";

const Case kCases[] = {
    {"iam", "GET", "iam.amazonaws.com", "/?Action=ListUsers&Version=2010-05-08",
     "Content-Type:  application/x-www-form-urlencoded;  charset=utf-8 \r\n", "", "iam",
     "us-east-1", kKey, kTime, "content-type;host;x-amz-date",
     "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"},
    {"vanilla", "GET", "example.amazonaws.com", "/", "", "", "service", "us-east-1", kKey, kTime,
     "host;x-amz-date", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
    {"dot_segments", "GET", "example.amazonaws.com", "/./a/..//", "", "", "service", "us-east-1",
     kKey, kTime, "host;x-amz-date",
     "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
    {"s3_without_a_value", "GET", "examplebucket.s3.amazonaws.com", "/?lifecycle", "", "", "s3",
     "us-east-1", kS3Key, kS3Time, "host;x-amz-content-sha256;x-amz-date",
     "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"},
    {"s3_list", "GET", "examplebucket.s3.amazonaws.com", "/?max-keys=2&prefix=J", "", "", "s3",
     "us-east-1", kS3Key, kS3Time, "host;x-amz-content-sha256;x-amz-date",
     "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"},
    {"s3_path_is_encoded_once", "PUT", "examplebucket.s3.amazonaws.com", "/a%20b//c%2Bd/%E2%82%AC",
     "", "Hello", "s3", "us-east-1", kKey, kTime, "host;x-amz-content-sha256;x-amz-date",
     "b8e342ddfe206f706be46b83cc1e9b02b7adbef620acf581901c3aeb03e2efab"},
    {"bedrock_path_is_encoded_twice", "POST", kBedrock, kConverse,
     "Content-Type: application/json\r\nX-Amzn-Bedrock-Trace: ENABLED\r\nAccept: x\r\n", kBody,
     "bedrock", "eu-west-1", kKey, kTime, "content-type;host;x-amz-date;x-amzn-bedrock-trace",
     "e9a5f46513ecf1df20c99a5af87d13ac8d9d3f155a1f2e336656912e483434e2"},
    {"session_token", "POST", kBedrock, kConverse, "Content-Type: application/json\r\n", kBody,
     "bedrock", "eu-west-1",
     "AKIDEXAMPLE:wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY:IQoJb3JpZ2luX2VjEXAMPLE//token==", kTime,
     "content-type;host;x-amz-date;x-amz-security-token",
     "2dd9fd00e321a6d4f49f5f670af7833619a045f27855d8525408f7dfd704a8f6"},
    {"query_is_sorted", "GET", "example.amazonaws.com:8443",
     "/base/list?b=2&a=%20x&B=%2F&a=%C3%A4&c", "", "", "service", "us-east-1", kKey, kTime,
     "host;x-amz-date", "d73b7d9c50fe35ab1b4a47b9ba888dbb780f4f02ecfa957fb7e868d510cdc725"},
};

std::string fieldsOf(const Case& c) {
  const auto key = parseAwsKey(c.key);
  if (!key) return key.error().message;
  const std::string payload = toHex(sha256(c.body));
  const auto made = signSigV4({c.method, c.authority, c.target, c.fields, payload},
                              {c.service, c.region, system_clock::from_time_t(c.time)}, *key);
  return made ? *made : made.error().message;
}

class SigV4 : public testing::TestWithParam<Case> {};

TEST_P(SigV4, Signs) {
  const Case& c = GetParam();
  const std::string fields = fieldsOf(c);
  const std::size_t at = fields.find("Authorization: ");
  ASSERT_NE(at, fields.npos) << fields;
  std::string credential(c.key.substr(0, c.key.find(':')));
  credential.append("/").append(c.time == kTime ? "20150830" : "20130524");
  credential.append("/").append(c.region).append("/").append(c.service).append("/aws4_request");
  EXPECT_EQ(fields.substr(at), "Authorization: AWS4-HMAC-SHA256 Credential=" + credential +
                                   ", SignedHeaders=" + std::string(c.names) +
                                   ", Signature=" + std::string(c.signature) + "\r\n");
}

INSTANTIATE_TEST_SUITE_P(Requests, SigV4, testing::ValuesIn(kCases),
                         [](const auto& info) { return info.param.name; });

TEST(SigV4Fields, AreWhatIsSent) {
  const std::string fields = fieldsOf(kCases[7]);
  EXPECT_TRUE(
      fields.starts_with("X-Amz-Date: 20150830T123600Z\r\n"
                         "X-Amz-Security-Token: IQoJb3JpZ2luX2VjEXAMPLE//token==\r\n"
                         "Authorization: "))
      << fields;
  EXPECT_NE(fieldsOf(kCases[3]).find("X-Amz-Content-Sha256: "
                                     "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852"
                                     "b855\r\n"),
            std::string::npos);
  EXPECT_EQ(fieldsOf(kCases[0]).find("Content-Sha256"), std::string::npos);
}

TEST(SigV4Fields, OnesThatAreSetAlreadyAreAFault) {
  for (const char* fields :
       {"authorization: x\r\n", "X-Amz-Date: x\r\n", "a: b\r\nX-AMZ-SECURITY-TOKEN: x\r\n"}) {
    Case c = kCases[1];
    c.fields = fields;
    EXPECT_TRUE(fieldsOf(c).ends_with("already, which the signature sets")) << fieldsOf(c);
  }
}

TEST(SigV4Fields, SeveralOfOneNameAreSignedTogether) {
  Case c = kCases[1];
  c.fields = "X-Amz-Meta-A: 1\r\nx-amz-meta-a:  2   3\r\n";
  Case joined = kCases[1];
  joined.fields = "x-amz-meta-a: 1,2 3\r\n";
  EXPECT_EQ(fieldsOf(c), fieldsOf(joined));
  EXPECT_NE(fieldsOf(c), fieldsOf(kCases[1]));
}

TEST(AwsKeys, AreOfTwoOrThreeParts) {
  const auto two = parseAwsKey("AKID:a/b+c");
  ASSERT_TRUE(two);
  EXPECT_EQ(two->id, "AKID");
  EXPECT_EQ(two->secret, "a/b+c");
  EXPECT_EQ(two->sessionToken, "");
  const auto three = parseAwsKey("AKID:a/b+c:to:ken==");
  ASSERT_TRUE(three);
  EXPECT_EQ(three->secret, "a/b+c");
  EXPECT_EQ(three->sessionToken, "to:ken==");
  // As of a variable that is not set.
  const auto empty = parseAwsKey("AKID:secret:");
  ASSERT_TRUE(empty);
  EXPECT_EQ(empty->secret, "secret");
  EXPECT_EQ(empty->sessionToken, "");
}

TEST(AwsKeys, OthersAreRefusedWithoutBeingShown) {
  for (const char* key :
       {"AKID", "AKID:", ":secret", "AKID::token", "AKID:sec ret", "", "AKID:secret:to\nken"}) {
    const auto parsed = parseAwsKey(key);
    ASSERT_FALSE(parsed) << key;
    EXPECT_EQ(parsed.error().message,
              "the key is not ACCESS_KEY_ID:SECRET_ACCESS_KEY[:SESSION_TOKEN]");
  }
}

}  // namespace
}  // namespace sluice::upstream
