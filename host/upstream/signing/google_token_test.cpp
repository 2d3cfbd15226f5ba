#include "upstream/signing/google_token.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <simdjson.h>

#include <fstream>

#include "base/json.hpp"
#include "base/text.hpp"
#include "upstream/signing/digest.hpp"
#include "upstream/signing/signer.hpp"
#include "upstream/upstream_fixture.hpp"

namespace sluice::upstream::test {
namespace {

using Kind = SigningTrouble::Kind;
using std::chrono::system_clock;

struct RsaKey {
  RsaKey() : key(EVP_RSA_gen(2048), EVP_PKEY_free) {
    const std::unique_ptr<BIO, int (*)(BIO*)> out(BIO_new(BIO_s_mem()), BIO_free);
    PEM_write_bio_PKCS8PrivateKey(out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    char* text = nullptr;
    const long size = BIO_get_mem_data(out.get(), &text);
    pem.assign(text, static_cast<std::size_t>(size));
  }
  bool verifies(std::string_view bytes, std::string_view signature) const {
    const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(),
                                                                     EVP_MD_CTX_free);
    const auto raw = [](std::string_view text) {
      return reinterpret_cast<const unsigned char*>(text.data());
    };
    return EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) == 1 &&
           EVP_DigestVerify(context.get(), raw(signature), signature.size(), raw(bytes),
                            bytes.size()) == 1;
  }
  std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key;
  std::string pem;
};

const RsaKey& rsaKey() {
  static const RsaKey made;
  return made;
}

std::string fromBase64Url(std::string_view text) {
  std::string made;
  unsigned bits = 0;
  int count = 0;
  for (const char c : text) {
    constexpr std::string_view kDigits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    bits = bits << 6 | static_cast<unsigned>(kDigits.find(c));
    if ((count += 6) >= 8) made += static_cast<char>(bits >> (count -= 8));
  }
  return made;
}

const std::string kScope = "https://www.googleapis.com/auth/cloud-platform";

struct Fetched {
  bool ended = false;
  GoogleTokens::Given given;
  std::string token() const {
    return given.token ? std::string(given.token->reveal()) : std::string();
  }
};

struct GoogleTokensTest : UpstreamTest {
  system_clock::time_point wall = system_clock::from_time_t(1'700'000'000);
  GoogleTokens tokens{loop, workers, client, [this] { return wall; }};
  ProxySettings proxies;

  std::string url(const std::string& path) {
    return "http://127.0.0.1:" + std::to_string(server.port()) + path;
  }

  std::string account(const std::string& pem = rsaKey().pem) {
    std::string out;
    json::Writer key(out);
    key.beginObject().key("type").string("service_account");
    key.key("client_email").string("robot@project.example");
    key.key("private_key_id").string("key-1").key("private_key").string(pem);
    key.key("token_uri").string(url("/token")).endObject();
    return out;
  }

  std::string workload(const std::string& source, bool impersonates = false) {
    std::string out;
    json::Writer key(out);
    key.beginObject().key("type").string("external_account");
    key.key("audience").string("//iam.example/pool");
    key.key("subject_token_type").string("urn:ietf:params:oauth:token-type:jwt");
    key.key("token_url").string(url("/v1/token"));
    if (impersonates) {
      key.key("service_account_impersonation_url").string(url("/v1/robot:generateAccessToken"));
    }
    key.key("credential_source").raw(source).endObject();
    return out;
  }

  static std::string granted(const std::string& token, int lasts = 3'599) {
    return answer(R"({"access_token":")" + token + R"(","expires_in":)" + std::to_string(lasts) +
                  R"(,"token_type":"Bearer"})");
  }
  static std::string refusal(int status, const std::string& body) {
    return "HTTP/1.1 " + std::to_string(status) +
           " No\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  }

  // Coroutines own their parameters.
  static io::Task<void> fetch(GoogleTokensTest& self, std::string key,
                              std::vector<std::string> scopes, io::Until until, Fetched& fetched) {
    fetched.given = co_await self.tokens.get(key, scopes, self.proxies, until);
    fetched.ended = true;
  }
  void start(Fetched& fetched, const std::string& key, std::vector<std::string> scopes = {kScope},
             io::CancelToken cancel = {}) {
    calls.spawn(fetch(*this, key, std::move(scopes), {loop.after(60s), cancel}, fetched));
  }
  Fetched get(const std::string& key, std::vector<std::string> scopes = {kScope}) {
    Fetched fetched;
    start(fetched, key, std::move(scopes));
    turnUntil([&] { return fetched.ended; });
    return fetched;
  }
  std::string bodyOf(std::size_t number) {
    const std::string& text = server.requests.at(number);
    return text.substr(text.find("\r\n\r\n") + 4);
  }
};

TEST_F(GoogleTokensTest, AClaimIsSignedAndExchanged) {
  server.play({{request(), send(granted("ya29.one"))}});
  const Fetched got = get(account(), {kScope, "https://example.com/other"});
  EXPECT_EQ(got.token(), "ya29.one") << got.given.trouble.message;
  EXPECT_FALSE(got.given.kept);
  EXPECT_TRUE(server.requests.at(0).starts_with("POST /token HTTP/1.1\r\n"));
  EXPECT_NE(server.requests[0].find("Content-Type: application/x-www-form-urlencoded\r\n"),
            std::string::npos);
  const std::string form = bodyOf(0);
  const std::string before =
      "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=";
  ASSERT_TRUE(form.starts_with(before)) << form;
  const auto parts = text::split(std::string_view(form).substr(before.size()), '.');
  ASSERT_EQ(parts.size(), 3u);
  EXPECT_EQ(fromBase64Url(parts[0]), R"({"alg":"RS256","typ":"JWT","kid":"key-1"})");
  EXPECT_EQ(fromBase64Url(parts[1]), R"({"iss":"robot@project.example","scope":")" + kScope +
                                         R"( https://example.com/other","aud":")" + url("/token") +
                                         R"(","iat":1700000000,"exp":1700003600})");
  EXPECT_TRUE(rsaKey().verifies(std::string(parts[0]) + "." + std::string(parts[1]),
                                fromBase64Url(parts[2])));
}

TEST_F(GoogleTokensTest, TokensAreKeptByKeyAndScopes) {
  server.play({{request(), send(granted("one")), request(), send(granted("two")), request(),
                send(granted("three"))}});
  EXPECT_EQ(get(account()).token(), "one");
  const Fetched again = get(account());
  EXPECT_EQ(again.token(), "one");
  EXPECT_TRUE(again.given.kept);
  EXPECT_EQ(get(account(), {"https://example.com/other"}).token(), "two");
  EXPECT_EQ(get(account() + " ").token(), "three");
  EXPECT_EQ(server.requests.size(), 3u);
}

TEST_F(GoogleTokensTest, ATokenIsRenewedBeforeItEnds) {
  server.play({{request(), send(granted("one", 3'600)), request(), send(granted("two", 3'600)),
                request(), send(granted("three", 3'600))}});
  EXPECT_EQ(get(account()).token(), "one");
  wall += 3'299s;
  EXPECT_EQ(get(account()).token(), "one");
  EXPECT_EQ(server.requests.size(), 1u);
  wall += 2s;  // within the last five minutes: given at once, and a new one is fetched beside
  EXPECT_EQ(get(account()).token(), "one");
  turnUntil([&] { return server.requests.size() == 2; });
  turnUntil([&] { return get(account()).token() == "two"; });
  EXPECT_EQ(server.requests.size(), 2u);
  wall += 3'541s;  // within its last minute: not given any more
  EXPECT_EQ(get(account()).token(), "three");
}

TEST_F(GoogleTokensTest, WhileATokenIsGoodAFailureToRenewItIsNoTrouble) {
  server.play({{request(), send(granted("one", 3'600)), request(), send(refusal(503, "")),
                request(), send(granted("two", 3'600))}});
  EXPECT_EQ(get(account()).token(), "one");
  wall += 3'400s;
  EXPECT_EQ(get(account()).token(), "one");
  turnUntil([&] { return server.requests.size() == 2; });
  io::test::settle(loop);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(get(account()).token(), "one");
  EXPECT_EQ(server.requests.size(), 2u) << "not at once again";
  wall += 31s;
  EXPECT_EQ(get(account()).token(), "one");
  turnUntil([&] { return get(account()).token() == "two"; });
}

TEST_F(GoogleTokensTest, OneFetchServesAllWhoWait) {
  server.play({{request(), wait(1000ms), send(granted("one"))}});
  std::array<Fetched, 5> all;
  for (Fetched& one : all) start(one, account());
  turnUntil([&] { return server.requests.size() == 1; });
  clock.time += 1000ms;
  for (Fetched& one : all) turnUntil([&] { return one.ended; });
  for (const Fetched& one : all) EXPECT_EQ(one.token(), "one");
  EXPECT_EQ(server.requests.size(), 1u);
}

TEST_F(GoogleTokensTest, WhoLeavesTakesNothingFromTheOthers) {
  server.play({{request(), wait(1000ms), send(granted("one"))}});
  io::CancelSource leaves;
  Fetched first;
  Fetched second;
  start(first, account(), {kScope}, leaves.token());
  start(second, account());
  turnUntil([&] { return server.requests.size() == 1; });
  leaves.cancel();
  turnUntil([&] { return first.ended; });
  EXPECT_EQ(first.given.trouble.failure, Failure::cancelled);
  clock.time += 1000ms;
  turnUntil([&] { return second.ended; });
  EXPECT_EQ(second.token(), "one");
}

TEST_F(GoogleTokensTest, ATokenThatWasRefusedIsNotGivenAgain) {
  server.play({{request(), send(granted("one")), request(), send(granted("two"))}});
  const Fetched first = get(account());
  tokens.forget(*first.given.token);
  EXPECT_EQ(get(account()).token(), "two");
}

TEST_F(GoogleTokensTest, OneThatEndsAtOnceIsUsedOnce) {
  server.play({{request(), send(granted("one", 0)), request(), send(granted("two", 0))}});
  EXPECT_EQ(get(account()).token(), "one");
  EXPECT_EQ(get(account()).token(), "two");
}

TEST_F(GoogleTokensTest, ARefusedKeyIsTold) {
  server.play({{request(), send(refusal(400, R"({"error":"invalid_grant",
                                    "error_description":"Invalid JWT\nSignature."})")),
                request(), send(refusal(401, "<html>"))}});
  const std::string host = "127.0.0.1:" + std::to_string(server.port());
  const Fetched got = get(account());
  EXPECT_EQ(got.given.trouble.kind, Kind::keyRefused);
  EXPECT_EQ(got.given.trouble.message, "the token server refused the key (" + host +
                                           " answered 400: invalid_grant: Invalid JWT Signature.)");
  EXPECT_EQ(get(account()).given.trouble.message,
            "the token server refused the key (" + host + " answered 401)");
}

TEST_F(GoogleTokensTest, AServerThatRepeatsTheClaimGivesNothingAway) {
  server.play({{request(), wait(1000ms), send("")}});
  // The answer can only be made once the claim is known: so by the text that both have.
  const auto claim =
      signedClaim(std::get<ServiceAccount>(*parseGoogleKey(account())), {kScope}, wall);
  ASSERT_TRUE(claim);
  server.play({{request(), send(refusal(400, R"({"error":"bad )" + *claim + "\"}"))}});
  const Fetched got = get(account());
  EXPECT_EQ(got.given.trouble.kind, Kind::keyRefused);
  EXPECT_EQ(got.given.trouble.message.find(claim->substr(0, 40)), std::string::npos)
      << got.given.trouble.message;
}

TEST_F(GoogleTokensTest, AServerInTroubleIsNoFaultOfTheKey) {
  for (const int status : {500, 503, 429, 408, 302}) {
    server.play(std::vector<Script>(server.accepted + 1,
                                    {request(), send(refusal(status, "{}")), close()}));
    const Fetched got = get(account());
    EXPECT_EQ(got.given.trouble.kind, Kind::unavailable) << status;
    EXPECT_NE(got.given.trouble.message.find("answered " + std::to_string(status)),
              std::string::npos);
  }
}

TEST_F(GoogleTokensTest, AnswersWithoutATokenAreNone) {
  for (const char* body : {"", "[]", "{}", R"({"access_token":""})", R"({"access_token":7})",
                           R"({"access_token":"a b"})", R"({"access_token":"a\r\nb: c"})"}) {
    server.play(std::vector<Script>(server.accepted + 1, {request(), send(answer(body)), close()}));
    const Fetched got = get(account());
    EXPECT_EQ(got.given.trouble.kind, Kind::unavailable) << body;
    EXPECT_TRUE(got.given.trouble.message.ends_with("its answer holds no access token"));
  }
}

TEST_F(GoogleTokensTest, AServerThatIsNotThereIsUnreachable) {
  server.play({{request(), close()}});
  const Fetched got = get(account());
  EXPECT_EQ(got.given.trouble.kind, Kind::unreachable);
  EXPECT_EQ(got.given.trouble.failure, Failure::reset);
  EXPECT_TRUE(got.given.trouble.message.starts_with("for a token from 127.0.0.1:"));
}

TEST_F(GoogleTokensTest, ASilentServerIsGivenUp) {
  server.play({{request(), still()}});
  Fetched got;
  start(got, account());
  turnUntil([&] { return server.requests.size() == 1; });
  pass(10s);
  turnUntil([&] { return got.ended; });
  EXPECT_EQ(got.given.trouble.failure, Failure::firstByteTimeout);
}

TEST_F(GoogleTokensTest, AWorkloadShowsTheTokenOfAFile) {
  const std::string path = testing::TempDir() + "/sluice-subject-token";
  std::ofstream(path) << "subject+token\n";
  server.play({{request(), send(granted("one"))}});
  EXPECT_EQ(get(workload(R"({"file":")" + path + "\"}")).token(), "one");
  ::remove(path.c_str());
  EXPECT_TRUE(server.requests.at(0).starts_with("POST /v1/token HTTP/1.1\r\n"));
  EXPECT_EQ(bodyOf(0),
            "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange"
            "&requested_token_type=urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3Aaccess_token"
            "&audience=%2F%2Fiam.example%2Fpool"
            "&scope=https%3A%2F%2Fwww.googleapis.com%2Fauth%2Fcloud-platform"
            "&subject_token_type=urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3Ajwt"
            "&subject_token=subject%2Btoken");
}

TEST_F(GoogleTokensTest, AWorkloadShowsTheTokenOfAUrl) {
  server.play(
      {{request(), send(answer(R"({"value":"subject"})")), request(), send(granted("between")),
        request(), send(answer(R"({"accessToken":"last","expireTime":"2023-11-14T23:13:20Z"})"))}});
  const std::string source = R"({"url":")" + url("/identity?version=1&resource=a%2Fb") +
                             R"(","headers":{"Metadata":"true"},)" +
                             R"("format":{"type":"json","subject_token_field_name":"value"}})";
  EXPECT_EQ(get(workload(source, true), {"https://example.com/a"}).token(), "last");
  EXPECT_TRUE(
      server.requests.at(0).starts_with("GET /identity?version=1&resource=a%2Fb HTTP/1.1\r\n"));
  EXPECT_NE(server.requests[0].find("\r\nMetadata: true\r\n"), std::string::npos);
  EXPECT_NE(bodyOf(1).find("&subject_token=subject"), std::string::npos);
  EXPECT_NE(bodyOf(1).find("&scope=https%3A%2F%2Fwww.googleapis.com%2Fauth%2Fcloud-platform&"),
            std::string::npos);
  EXPECT_TRUE(server.requests[2].starts_with("POST /v1/robot:generateAccessToken HTTP/1.1\r\n"));
  EXPECT_NE(server.requests[2].find("\r\nAuthorization: Bearer between\r\n"), std::string::npos);
  EXPECT_EQ(bodyOf(2), R"({"scope":["https://example.com/a"],"lifetime":"3600s"})");
  wall += 3'000s;  // it ends an hour after the beginning
  EXPECT_TRUE(get(workload(source, true), {"https://example.com/a"}).given.kept);
}

TEST_F(GoogleTokensTest, AWorkloadWithoutATokenIsTold) {
  const Fetched none = get(workload(R"({"file":"/nowhere/at/all"})"));
  EXPECT_EQ(none.given.trouble.kind, Kind::keyRefused);
  EXPECT_EQ(none.given.trouble.message, "the key's credential_source.file cannot be read");
  server.play({{request(), send(answer(" \n"))}});
  const Fetched empty = get(workload(R"({"url":")" + url("/identity") + "\"}"));
  EXPECT_EQ(empty.given.trouble.message,
            "there is no subject token at the key's credential_source");
}

TEST_F(GoogleTokensTest, KeysThatCannotBeUsedAreToldWithoutBeingShown) {
  const std::string good = account();
  struct Case {
    std::string key, says;
  };
  const auto without = [&](const std::string& member) {
    std::string key = good;
    key.replace(key.find('"' + member + '"') + 1, 1, "-");
    return key;
  };
  std::string plain = good;
  plain.replace(plain.find("127.0.0.1"), 9, "10.0.0.1");
  const std::vector<Case> cases = {
      {"sk-secret-text", "the key is not the JSON text of a service account or workload"},
      {"[1]", "the key is not the JSON text of a service account or workload"},
      {R"({"type":"authorized_user"})",
       "the key cannot be used: its type must be service_account or external_account"},
      {without("client_email"), "the key cannot be used: it has no client_email"},
      {without("private_key"), "the key cannot be used: it has no private_key"},
      {without("token_uri"), "the key cannot be used: it has no token_uri"},
      {plain, "the key cannot be used: its token_uri must be https"},
      {account("secret-text"), "the key cannot be used: its private_key is no RSA key in PEM form"},
      {workload("{}"), "the key cannot be used: its credential_source is neither a file nor a URL"},
      {workload(R"({"environment_id":"aws1","url":"http://127.0.0.1/x"})"),
       "the key cannot be used: its credential_source is neither a file nor a URL"},
      {workload(R"({"url":"http://127.0.0.1/x","headers":{"a":"b\r\nc"}})"),
       "the key cannot be used: its credential_source.headers are no headers"},
  };
  for (const Case& c : cases) {
    const Fetched got = get(c.key);
    EXPECT_EQ(got.given.trouble.kind, Kind::keyRefused) << c.key;
    EXPECT_EQ(got.given.trouble.message, c.says);
  }
  EXPECT_EQ(server.accepted, 0u);
}

struct TokenSignerTest : GoogleTokensTest {
  Signer signer{loop, workers, client, [this] { return wall; }};
  Endpoint endpoint{{true, "aiplatform.googleapis.com", 443, ""}, {}};
  std::string key = account();

  static io::Task<void> sign(TokenSignerTest& self, SigningOrder order, Signed& made, bool& ended) {
    const io::Until until{self.loop.after(60s), self.calls.token()};
    const Request request{"POST", "/", "", ""};
    made = co_await self.signer.sign(order, request, until);
    ended = true;
  }
  // For a call that came at this time.
  Signed sign(io::TimePoint callBegan) {
    Signed made;
    bool ended = false;
    const SigningOrder order{"google.service-account", params, key, endpoint, proxies, callBegan};
    calls.spawn(sign(*this, order, made, ended));
    turnUntil([&] { return ended; });
    return made;
  }
  const std::string params = R"({"scopes":[")" + kScope + R"("]})";
};

TEST_F(TokenSignerTest, ATokenThatAnotherCallFetchedMeanwhileIsNewToThisOne) {
  server.play({{request(), send(granted("one"))}});
  const io::TimePoint before = loop.now();
  EXPECT_FALSE(signer.refused(sign(before))) << "it was fetched for this call";
  EXPECT_FALSE(signer.refused(sign(before))) << "it came while this call was under way";
  EXPECT_TRUE(signer.refused(sign(io::TimePoint::max()))) << "it was there before";
  EXPECT_EQ(server.requests.size(), 1u);
}

struct SignerTest : UpstreamTest {
  system_clock::time_point wall = system_clock::from_time_t(1'440'938'160);
  Signer signer{loop, workers, client, [this] { return wall; }};
  ProxySettings proxies;
  Endpoint endpoint{{true, "bedrock-runtime.eu-west-1.amazonaws.com", 443, ""}, {}};
  std::string fields = "Content-Type: application/json\r\n";

  static io::Task<void> sign(SignerTest& self, SigningOrder order, Request request, Signed& made,
                             bool& ended) {
    const io::Until until{self.loop.after(60s), self.calls.token()};
    made = co_await self.signer.sign(order, request, until);
    ended = true;
  }
  Signed sign(std::string_view scheme, std::string_view params, std::string_view key,
              std::string_view body = {}) {
    const Request request{"POST", "/model/anthropic.claude-3-haiku-20240307-v1%3A0/converse-stream",
                          fields, body};
    Signed made;
    bool ended = false;
    calls.spawn(sign(*this, {scheme, params, key, endpoint, proxies}, request, made, ended));
    turnUntil([&] { return ended; });
    return made;
  }
};

TEST_F(SignerTest, SignsForAws) {
  const Signed made =
      sign("aws.sigv4", R"({"service":"bedrock","region":"eu-west-1"})",
           "AKIDEXAMPLE:wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY:IQoJb3JpZ2luX2VjEXAMPLE//token==",
           R"({"messages":[{"role":"user","content":[{"text":"Hi"}]}]})");
  EXPECT_FALSE(made.trouble.any()) << made.trouble.message;
  EXPECT_NE(made.fields.find(
                "Signature=2dd9fd00e321a6d4f49f5f670af7833619a045f27855d8525408f7dfd704a8f6\r\n"),
            std::string::npos)
      << made.fields;
  ASSERT_EQ(made.secrets.size(), 2u);
  EXPECT_EQ(made.secrets[0].reveal(), "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
  EXPECT_EQ(made.secrets[1].reveal(), "IQoJb3JpZ2luX2VjEXAMPLE//token==");
  EXPECT_FALSE(signer.refused(made));
}

TEST_F(SignerTest, ALargeBodyIsSignedAsASmallOne) {
  const std::string body(1 << 20, 'x');
  const Signed made = sign("aws.sigv4", R"({"service":"s3","region":"eu-west-1"})", "A:b", body);
  EXPECT_NE(made.fields.find("X-Amz-Content-Sha256: " + toHex(sha256(body)) + "\r\n"),
            std::string::npos);
}

TEST_F(SignerTest, WhatCannotBeSignedIsTold) {
  const auto trouble = [this](std::string_view scheme, std::string_view params,
                              std::string_view key) {
    const Signed made = sign(scheme, params, key);
    EXPECT_EQ(made.fields, "");
    return std::pair(made.trouble.kind, made.trouble.message);
  };
  const std::string aws = "aws.sigv4 needs \"service\" and \"region\", such as eu-west-1";
  for (const char* params : {"{}", R"({"service":"bedrock"})", R"({"region":"eu","service":""})",
                             R"({"service":"bedrock","region":"eu/west"})"}) {
    EXPECT_EQ(trouble("aws.sigv4", params, "A:b"), std::pair(Kind::misused, aws)) << params;
  }
  EXPECT_EQ(trouble("aws.sigv4", R"({"service":"a","region":"b"})", "sk-1").first,
            Kind::keyRefused);
  const std::string google = "google.service-account needs \"scopes\", a list of texts";
  for (const char* params :
       {"{}", R"({"scopes":[]})", R"({"scopes":[1]})", R"({"scopes":["a b"]})"}) {
    EXPECT_EQ(trouble("google.service-account", params, "{}"), std::pair(Kind::misused, google));
  }
  fields = "authorization: x\r\n";
  EXPECT_EQ(trouble("google.service-account", R"({"scopes":["a"]})", "{}").first, Kind::misused);
}

}  // namespace
}  // namespace sluice::upstream::test
