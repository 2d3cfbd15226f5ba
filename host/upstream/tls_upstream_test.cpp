#include "upstream/upstream_fixture.hpp"

namespace sluice::upstream::test {
namespace {

struct TlsUpstreamTest : UpstreamTest {
  Endpoint named(const std::string& host) {
    Endpoint endpoint = overTls();
    endpoint.url.host = host;
    return endpoint;
  }
  // A call that ends in the handshake.
  Outcome refused(Client& by, const Endpoint& endpoint) {
    server.accepted = 0;
    server.play({{secure()}});
    Outcome outcome;
    calls.spawn(call(loop, by, endpoint, Wanted(), calls.token(), outcome));
    turnUntil([&] { return outcome.ended; });
    return outcome;
  }
};

TEST_F(TlsUpstreamTest, aConnectionServesManyRequests) {
  const std::string large(3 << 20, 'a');
  server.play({{secure(), request(), send(answer("1")), request(), send(answer(large)), request(),
                bytes(answer("3"))}});
  Wanted wanted;
  wanted.body = large;
  EXPECT_EQ("1", get(named("upstream.test")).body);
  const Outcome second = get(named("upstream.test"), wanted);
  EXPECT_TRUE(second.body == large);
  EXPECT_TRUE(second.reused);
  EXPECT_EQ("3", get(named("upstream.test")).body);
  EXPECT_TRUE(server.requests[1].ends_with(large));
  EXPECT_EQ(1u, server.accepted);
}

TEST_F(TlsUpstreamTest, theSecondConnectionResumesTheSession) {
  const Script script{secure(), request(), send(answer("ok", "Connection: close\r\n"))};
  server.play({script, script, script});
  EXPECT_EQ("ok", get(named("upstream.test")).body);
  EXPECT_EQ(0u, server.resumed);
  EXPECT_EQ("ok", get(named("upstream.test")).body);
  EXPECT_EQ(1u, server.resumed);
  EXPECT_EQ("ok", get(named("127.0.0.1")).body);  // another name, another session
  EXPECT_EQ(1u, server.resumed);
}

TEST_F(TlsUpstreamTest, wrongNamesAreRefused) {
  for (const char* host : {"elsewhere.test", "localhost"}) {
    const Outcome outcome = refused(client, named(host));
    EXPECT_EQ(Failure::tlsFailed, outcome.failure) << host;
    EXPECT_EQ(std::string("TLS with ") + host + ": hostname mismatch", outcome.detail);
  }
  EXPECT_TRUE(server.requests.empty());
}

TEST_F(TlsUpstreamTest, unknownIssuersAreRefused) {
  Client::Options trusting = options();
  trusting.caPem = io::test::makeCertificates().ca;
  Client stranger(loop, workers, resolver, trusting);
  const Outcome outcome = refused(stranger, named("upstream.test"));
  EXPECT_EQ(Failure::tlsFailed, outcome.failure);
  EXPECT_NE(std::string::npos, outcome.detail.find("certificate")) << outcome.detail;
}

TEST_F(TlsUpstreamTest, expiredCertificatesAreRefused) {
  const io::test::Certificates old = io::test::makeCertificates(-60);
  io::TlsContext context = io::TlsContext::server(old.cert, old.key);
  Client::Options trusting = options();
  trusting.caPem = old.ca;
  Client trustful(loop, workers, resolver, trusting);
  const Endpoint endpoint = named("upstream.test");
  server.useTls(context);
  const Outcome outcome = refused(trustful, endpoint);
  EXPECT_EQ(Failure::tlsFailed, outcome.failure);
  EXPECT_EQ("TLS with upstream.test: certificate has expired", outcome.detail);
}

TEST_F(TlsUpstreamTest, whoDoesNotSpeakTlsIsRefused) {
  server.play({{send("HTTP/1.1 400 Bad Request\r\n\r\n")}});
  const Outcome outcome = get(named("upstream.test"));
  EXPECT_EQ(Failure::tlsFailed, outcome.failure);
  EXPECT_EQ("TLS with upstream.test: wrong version number", outcome.detail);
}

TEST_F(TlsUpstreamTest, anEndWithinTheHandshakeIsABreak) {
  for (const Act& ending : {close(), reset()}) {
    server.accepted = 0;
    server.play({{take(1), ending}});
    EXPECT_EQ(Failure::reset, get(named("upstream.test")).failure);
  }
}

TEST_F(TlsUpstreamTest, anEndWithoutCloseNotifyIsTruncation) {
  const Endpoint endpoint = named("upstream.test");
  const auto after = [&](const std::string& text, Act ending) {
    server.accepted = 0;
    server.play({{secure(), request(), send(text), std::move(ending)}});
    return get(endpoint);
  };
  const std::string head = "HTTP/1.1 200 OK\r\n";
  const Outcome whole = after(head + "\r\nuntil the end", close());
  EXPECT_TRUE(whole.whole);
  EXPECT_EQ("until the end", whole.body);
  EXPECT_EQ(Failure::truncated, after(head + "\r\nuntil the end", cut()).failure);
  for (const Act& ending : {cut(), close(), reset()}) {
    EXPECT_EQ(Failure::truncated, after(head + "Content-Length: 9\r\n\r\nshort", ending).failure);
    EXPECT_EQ(Failure::truncated,
              after(head + "Transfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n", ending).failure);
    EXPECT_EQ(Failure::reset, after("HTTP/1.1 200", ending).failure);
  }
}

TEST_F(TlsUpstreamTest, aDeadConnectionIsReplacedOnce) {
  for (const Act& ending : {close(), cut(), reset()}) {
    server.accepted = 0;
    server.play({{secure(), request(), send(answer("1")), request(), ending},
                 {secure(), request(), send(answer("2", "Connection: close\r\n"))}});
    EXPECT_EQ("1", get(named("upstream.test")).body);
    EXPECT_EQ("2", get(named("upstream.test")).body);
  }
  EXPECT_EQ(3u, client.counts().retried);
}

TEST_F(TlsUpstreamTest, anEarlyRefusalIsReadThoughTheRequestBreaks) {
  const std::string refusal = "HTTP/1.1 413 Payload Too Large\r\nContent-Length: 4\r\n\r\nlong";
  for (const bool leaves : {true, false}) {
    server.accepted = 0;
    server.play({{secure(), send(refusal), leaves ? close() : still()}});
    Wanted wanted;
    wanted.body.assign(16 << 20, 'x');
    const Outcome outcome = get(named("upstream.test"), wanted);
    EXPECT_EQ(413, outcome.status) << describe(outcome.failure) << ' ' << outcome.detail;
    EXPECT_EQ("long", outcome.body);
  }
}

TEST_F(TlsUpstreamTest, moreThanAnnounced) {
  server.play({{secure(), request(), send(answer("four") + "more"), still()}});
  EXPECT_EQ(Failure::badBody, get(named("upstream.test")).failure);
}

TEST_F(TlsUpstreamTest, aClientWithoutCertificatesIsNotMade) {
  Client::Options broken;
  broken.caPem = "not a certificate";
  EXPECT_THROW(Client(loop, workers, resolver, broken), std::runtime_error);
}

}  // namespace
}  // namespace sluice::upstream::test
