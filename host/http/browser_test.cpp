#include "http/browser.hpp"

#include "http/http_fixture.hpp"

namespace sluice::http::test {
namespace {

struct BrowserTest : ServerTest {
  BrowserTest() { routeTell(); }
  Reply get(std::string_view host, std::string_view fields = {}) {
    return ask("GET /tell HTTP/1.1\r\nHost: " + std::string(host) + "\r\n" + std::string(fields) +
               "\r\n");
  }
  Reply preflight(std::string_view path, std::string_view origin, std::string_view fields = {}) {
    return ask("OPTIONS " + std::string(path) +
               " HTTP/1.1\r\nHost: localhost:8090\r\nOrigin: " + std::string(origin) +
               "\r\nAccess-Control-Request-Method: POST\r\n" + std::string(fields) + "\r\n");
  }
};

TEST_F(BrowserTest, openModeAnswersForOwnNamesOnly) {
  server.allowedHosts = {"gateway.example"};
  start();
  for (const char* host :
       {"localhost", "LOCALHOST:8090", "127.0.0.1", "127.0.0.1:1", "[::1]", "[::1]:8090",
        "192.168.1.7:8090", "gateway.example", "Gateway.Example:8090"}) {
    EXPECT_EQ(200, get(host).status) << host;
  }
  for (const char* host : {"evil.example", "evil.example:8090", "localhost.evil.example",
                           "127.0.0.1.evil.example", "1.2.3", "xgateway.example"}) {
    const Reply reply = get(host);
    EXPECT_EQ(421, reply.status) << host;
    EXPECT_NE(std::string::npos, reply.body.find("server.allowed_hosts"));
  }
  EXPECT_EQ(200, ask("GET /tell HTTP/1.0\r\n\r\n").status);
  EXPECT_EQ(421, ask("GET http://evil.example/tell HTTP/1.1\r\nHost: localhost\r\n\r\n").status);
}

TEST_F(BrowserTest, anyNameWillDoWhereAKeyIsNeeded) {
  auth.mode = config::AuthMode::keys;
  auth.clientKeys.emplace_back("key");
  start();
  EXPECT_EQ(200, get("anything.example", "x-api-key: key\r\n").status);
}

TEST_F(BrowserTest, aStarAllowsEveryHost) {
  server.allowedHosts = {"*"};
  start();
  EXPECT_EQ(200, get("anything.example").status);
}

TEST_F(BrowserTest, crossOriginRequestsAreRefused) {
  start();
  for (const char* origin :
       {"http://evil.example", "null", "https://localhost:8090", "http://localhost:8091",
        "http://localhost", "http://localhost:8090.evil.example", "localhost:8090", ""}) {
    const Reply reply = get("localhost:8090", "Origin: " + std::string(origin) + "\r\n");
    EXPECT_EQ(403, reply.status) << origin;
    EXPECT_NE(std::string::npos, reply.body.find("server.allowed_origins"));
    EXPECT_EQ("", reply.field("access-control-allow-origin"));
  }
  EXPECT_EQ(403, preflight("/tell", "http://evil.example").status);
}

TEST_F(BrowserTest, pagesOfOurOwnAreNot) {
  start();
  EXPECT_EQ(200, get("localhost:8090", "Origin: http://localhost:8090\r\n").status);
  EXPECT_EQ(200, get("localhost:8090", "Origin: HTTP://LocalHost:8090\r\n").status);
  EXPECT_EQ(200, get("localhost", "Origin: http://localhost\r\n").status);
  EXPECT_EQ(200, get("localhost:80", "Origin: http://localhost\r\n").status);
  EXPECT_EQ(200, get("[::1]:80", "Origin: http://[::1]\r\n").status);
}

TEST_F(BrowserTest, allowedOriginsMayReadTheAnswer) {
  server.allowedOrigins = {"https://chat.example", "http://localhost:3000"};
  start();
  for (const std::string& origin : server.allowedOrigins) {
    const Reply reply = get("localhost:8090", "Origin: " + origin + "\r\n");
    EXPECT_EQ(200, reply.status);
    EXPECT_EQ(origin, reply.field("access-control-allow-origin"));
    EXPECT_EQ("Origin", reply.field("vary"));
    EXPECT_NE(std::string::npos,
              reply.field("access-control-expose-headers").find("x-sluice-request-id"));
  }
  EXPECT_EQ(403, get("localhost:8090", "Origin: https://chat.example.evil\r\n").status);
  const Reply without = get("localhost:8090");
  EXPECT_EQ("", without.field("access-control-allow-origin"));
}

TEST_F(BrowserTest, allowedOriginsMayReadRefusals) {
  server.allowedOrigins = {"*"};
  auth.mode = config::AuthMode::keys;
  start();
  const Reply reply = get("localhost:8090", "Origin: https://chat.example\r\n");
  EXPECT_EQ(401, reply.status);
  EXPECT_EQ("https://chat.example", reply.field("access-control-allow-origin"));
}

TEST_F(BrowserTest, preflightsAreAnsweredWithoutKey) {
  server.allowedOrigins = {"https://chat.example"};
  auth.mode = config::AuthMode::keys;
  start();
  const Reply reply =
      preflight("/tell", "https://chat.example",
                "Access-Control-Request-Headers: authorization, content-type, x-stainless-os\r\n");
  EXPECT_EQ(204, reply.status);
  EXPECT_EQ("https://chat.example", reply.field("access-control-allow-origin"));
  EXPECT_EQ("GET, HEAD, POST, OPTIONS", reply.field("access-control-allow-methods"));
  EXPECT_EQ("authorization, content-type, x-stainless-os",
            reply.field("access-control-allow-headers"));
  EXPECT_NE("", reply.field("access-control-max-age"));
  EXPECT_EQ(404, preflight("/none", "https://chat.example").status);
}

TEST_F(BrowserTest, onlyNamesOfFieldsAreEchoed) {
  server.allowedOrigins = {"*"};
  start();
  const auto allowed = [this](std::string_view asked) {
    return preflight("/tell", "https://chat.example",
                     "Access-Control-Request-Headers: " + std::string(asked) + "\r\n")
        .field("access-control-allow-headers");
  };
  EXPECT_EQ("x-a,x-b", allowed("x-a,x-b"));
  EXPECT_EQ("", allowed("x-a, <script>"));
  EXPECT_EQ("", allowed("x-a,,x-b"));
  EXPECT_EQ("", allowed(std::string(2000, 'x')));
}

}  // namespace
}  // namespace sluice::http::test
