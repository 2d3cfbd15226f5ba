// Requests that go through a proxy: the scripted server is the proxy, and behind a tunnel also the
// upstream.
#include "upstream/upstream_fixture.hpp"

namespace sluice::upstream::test {
namespace {

const std::string kOpen = "HTTP/1.1 200 Connection established\r\n\r\n";

struct ProxyTest : UpstreamTest {
  Endpoint through(wire::Url url, std::string user = {}, std::string password = {}) {
    server.useTls(serverTls);
    wire::ProxyUrl proxy{{false, "127.0.0.1", server.port(), ""},
                         Secret(std::move(user)),
                         Secret(std::move(password))};
    return {std::move(url), std::move(proxy)};
  }
  const wire::Url plainUrl{false, "upstream.test", 8080, "/v1"};
  const wire::Url tlsUrl{true, "upstream.test", 443, "/v1"};
};

TEST_F(ProxyTest, plainRequestsGoInAbsoluteForm) {
  server.play({{request(), send(answer("1")), request(), send(answer("2"))}});
  EXPECT_EQ("1", get(through(plainUrl)).body);
  EXPECT_EQ("2", get(through(plainUrl)).body);
  EXPECT_TRUE(server.requests[0].starts_with(
      "POST http://upstream.test:8080/v1/chat HTTP/1.1\r\nHost: upstream.test:8080\r\n"))
      << server.requests[0];
  EXPECT_EQ(std::string::npos, server.requests[0].find("Proxy-Authorization"));
  EXPECT_EQ(1u, server.accepted);
  EXPECT_EQ(0, names->asked());  // that is the proxy's business
}

TEST_F(ProxyTest, plainRequestsSayWhoAsks) {
  server.play({{request(), send(answer("ok"))}});
  EXPECT_EQ("ok", get(through(plainUrl, "Aladdin", "open sesame")).body);
  EXPECT_NE(std::string::npos,
            server.requests[0].find("Proxy-Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n"));
}

TEST_F(ProxyTest, aProxyThatWantsToKnowWhoAsksIsNotTheUpstream) {
  server.play({{request(), send("HTTP/1.1 407 Proxy Authentication Required\r\n"
                                "Content-Length: 0\r\n\r\n")}});
  const Outcome outcome = get(through(plainUrl));
  EXPECT_EQ(Failure::proxyFailed, outcome.failure);
  EXPECT_EQ("the proxy answered 407", outcome.detail);
  EXPECT_EQ(0u, client.idle());
}

TEST_F(ProxyTest, tlsGoesThroughATunnelThatIsKept) {
  server.play(
      {{tunnel(kOpen), secure(), request(), send(answer("1")), request(), send(answer("2"))}});
  EXPECT_EQ("1", get(through(tlsUrl, "Aladdin", "open sesame")).body);
  EXPECT_EQ("2", get(through(tlsUrl, "Aladdin", "open sesame")).body);
  ASSERT_EQ(3u, server.requests.size());
  EXPECT_EQ(
      "CONNECT upstream.test:443 HTTP/1.1\r\nHost: upstream.test:443\r\n"
      "Proxy-Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n\r\n",
      server.requests[0]);
  EXPECT_TRUE(server.requests[1].starts_with("POST /v1/chat HTTP/1.1\r\nHost: upstream.test\r\n"));
  EXPECT_EQ(std::string::npos, server.requests[1].find("Proxy-Authorization"));
  EXPECT_EQ(1u, server.accepted);
  EXPECT_EQ(0, names->asked());
}

TEST_F(ProxyTest, anIpv6TargetHasBrackets) {
  server.play({{tunnel("HTTP/1.1 403 Forbidden\r\n\r\n")}});
  get(through({true, "::1", 8443, ""}));
  EXPECT_TRUE(
      server.requests[0].starts_with("CONNECT [::1]:8443 HTTP/1.1\r\nHost: [::1]:8443\r\n"));
}

TEST_F(ProxyTest, theNameInTheTunnelIsVerified) {
  server.play({{tunnel(kOpen), secure()}});
  EXPECT_EQ(Failure::tlsFailed, get(through({true, "elsewhere.test", 443, ""})).failure);
}

TEST_F(ProxyTest, theProxysAnswerCutAtEveryByte) {
  const std::string whole = "HTTP/1.1 100 Continue\r\n\r\n" + kOpen;
  std::vector<Script> scripts;
  for (std::size_t at = 1; at < whole.size(); ++at) {
    scripts.push_back({request(), pieces(whole, at), secure(), request(),
                       send(answer("ok", "Connection: close\r\n"))});
  }
  server.play(scripts);
  for (std::size_t i = 0; i < scripts.size(); ++i) {
    const Outcome outcome = get(through(tlsUrl));
    ASSERT_EQ("ok", outcome.body) << i << ' ' << outcome.detail;
  }
}

TEST_F(ProxyTest, refusals) {
  const std::string limit(20'000, 'x');
  const std::vector<std::pair<std::string, std::string>> cases{
      {"HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno", "the proxy answered 403"},
      {"HTTP/1.1 407 Who?\r\n\r\n", "the proxy answered 407"},
      {"HTTP/1.1 302 Found\r\n\r\n", "the proxy answered 302"},
      {kOpen + "surplus", "the proxy spoke into the tunnel"},
      {"SOCKS\r\n\r\n", "The status line is malformed."},
      {"HTTP/1.1 200 OK\nX: y\n\n", "A line of the head does not end in CR LF."},
      {"HTTP/1.1 200 OK\r\nX: " + limit, "The head is larger than allowed."},
      {"HTTP/1.1 200 O", "the proxy closed the connection"},
      {"", "the proxy closed the connection"},
  };
  for (const auto& [text, detail] : cases) {
    server.accepted = 0;
    server.play({{tunnel(text), close()}});
    const Outcome outcome = get(through(tlsUrl));
    EXPECT_EQ(Failure::proxyFailed, outcome.failure) << text;
    EXPECT_EQ(detail, outcome.detail) << text;
  }
}

TEST_F(ProxyTest, connectionsOfAnotherProxyOrUserAreNotShared) {
  const Script once{request(), send(answer("ok"))};
  server.play({once, once, once});
  get(through(plainUrl));
  get(through(plainUrl, "user", "1"));
  get(through(plainUrl, "user", "2"));
  EXPECT_EQ(3u, server.accepted);
  ScriptedUpstream other(loop);
  other.play({once});
  Endpoint elsewhere = through(plainUrl);
  elsewhere.proxy.url.port = other.port();
  get(elsewhere);
  EXPECT_EQ(1u, other.accepted);
}

}  // namespace
}  // namespace sluice::upstream::test
