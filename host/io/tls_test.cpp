#include "io/echo_fixture.hpp"

namespace sluice::io::test {
namespace {

TEST_F(EchoTest, tlsRoundTripOfAnySize) {
  for (std::size_t size : {1u, 5000u, 8'000'000u})
    both(echo(*this, true), roundTrip(*this, true, size));
}

TEST_F(EchoTest, sessionIsResumedAndWrongNamesAndIssuersAreRefused) {
  struct Try {
    const char* host;
    bool known;
    Status status;
    bool resumed;
  };
  TlsContext strangers = TlsContext::client(makeCertificates().ca);
  for (const Try& expected :
       {Try{"upstream.test", true, Status::ok, false}, Try{"upstream.test", true, Status::ok, true},
        Try{"127.0.0.1", true, Status::ok, false}, Try{"elsewhere.test", true, Status::tls, false},
        Try{"127.0.0.2", true, Status::tls, false},
        Try{"upstream.test", false, Status::tls, false}}) {
    both(echo(*this, true), [](EchoTest& t, TlsContext& context, Try e) -> Task<void> {
      Opened opened = co_await t.dial();
      Connection& connection = *opened.connection;
      const Status status = co_await connection.startTls(context, e.host, t.soon());
      EXPECT_EQ(e.status, status) << e.host << ' ' << connection.tls()->reason();
      EXPECT_EQ(e.resumed, connection.tls()->resumed()) << e.host;
      if (status != Status::ok) co_return;
      co_await send(connection, "x", t.soon());
      char buffer[16];
      co_await connection.read(buffer, t.soon());  // the server's tickets come with the first read
    }(*this, expected.known ? clientTls : strangers, expected));
  }
}

TEST_F(EchoTest, tlsEndWithoutCloseNotifyIsABreak) {
  both(echo(*this, true, true), [](EchoTest& t) -> Task<void> {
    Opened opened = co_await t.dial();
    Connection& connection = *opened.connection;
    const Status status = co_await connection.startTls(t.clientTls, "upstream.test", t.soon());
    EXPECT_EQ(Status::ok, status);
    co_await send(connection, "x", t.soon());
    char buffer[16];
    Transfer got{Status::ok, 0};
    while (got.status == Status::ok) got = co_await connection.read(buffer, t.soon());
    EXPECT_EQ(Status::reset, got.status);
  }(*this));
}

TEST_F(EchoTest, silentTlsPeerRunsIntoTheDeadline) {
  Status status = Status::ok;
  Scope scope(loop);
  scope.spawn([](EchoTest& t, Status& out) -> Task<void> {
    Opened opened = co_await t.dial();
    const Until until{t.loop.after(30ms), {}};
    out = co_await opened.connection->startTls(t.clientTls, "upstream.test", until);
  }(*this, status));
  finish(scope);
  EXPECT_EQ(Status::timeout, status);
}

TEST_F(EchoTest, theClientOffersHttp11Only) {
  std::string hello;
  Scope scope(loop);
  scope.spawn([](EchoTest& t, std::string& seen) -> Task<void> {
    Opened opened = co_await t.listener.accept(t.soon());
    char buffer[2048];
    const Transfer got = co_await opened.connection->read(buffer, t.soon());
    seen.assign(buffer, got.bytes);
  }(*this, hello));
  scope.spawn([](EchoTest& t) -> Task<void> {
    Opened opened = co_await t.dial();
    const Status status =
        co_await opened.connection->startTls(t.clientTls, "upstream.test", t.soon());
    EXPECT_NE(Status::ok, status);
  }(*this));
  finish(scope);
  // The whole list of protocols: 9 bytes, one name of 8.
  EXPECT_NE(std::string::npos, hello.find(std::string("\0\x09\x08http/1.1", 11)));
}

}  // namespace
}  // namespace sluice::io::test
