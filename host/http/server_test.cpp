#include "http/server.hpp"

#include <Poco/Net/NetException.h>

#include <fstream>
#include <set>
#include <thread>

#include "http/http_fixture.hpp"

namespace sluice::http::test {
namespace {

constexpr std::string_view kGet = "GET /tell HTTP/1.1\r\nHost: localhost\r\n\r\n";
constexpr std::string_view kHealth = "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n";

struct LifeTest : ServerTest {
  io::Slot go{false};
  bool waiting = false;

  LifeTest() {
    Route health{"GET", "/health", tellHandler()};
    health.whileDraining = true;
    router.add(std::move(health));
    route("GET", "/slow", handler([this](Exchange& exchange, io::CancelToken token) {
            return slow(*this, exchange, token);
          }));
    routeTell();
  }
  static io::Task<void> slow(LifeTest& test, Exchange& exchange, io::CancelToken token) {
    test.waiting = true;
    const io::Until until{io::kNever, token};
    const io::Wake woken = co_await io::Wait(exchange.loop(), until, &test.go);
    if (woken == io::Wake::ready) {
      static_cast<void>(co_await exchange.answer(200, "text/plain", {}, "slow"));
    }
  }
  RawClient startSlow() {
    RawClient client = connect();
    client.send("GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n");
    EXPECT_TRUE(eventually([&] { return waiting; }));
    return client;
  }
};

io::Task<void> awaitDrained(Server& server, io::Until until, bool& done) {
  co_await server.drained(until);
  done = true;
}

TEST_F(LifeTest, drainingLetsRequestsEndAndTakesNoNewOnes) {
  start();
  RawClient idle = connect();
  EXPECT_EQ(200, ask(idle, kGet).status);
  RawClient busy = startSlow();
  face->drain();
  EXPECT_TRUE(ended(idle));

  bool done = false;
  io::Scope scope(loop);
  scope.spawn(awaitDrained(*face, {loop.after(100s), {}}, done));
  const Reply refused = ask(kGet);
  EXPECT_EQ(503, refused.status);
  EXPECT_NE("", refused.field("retry-after"));
  EXPECT_EQ("close", refused.field("connection"));
  EXPECT_NE(std::string::npos, refused.body.find("\"type\":\"service_unavailable\""));
  EXPECT_EQ(200, ask(kHealth).status);
  EXPECT_FALSE(done);

  go.set();
  const Reply reply = next(busy);
  EXPECT_EQ("slow", reply.body);
  EXPECT_EQ("close", reply.field("connection"));
  EXPECT_TRUE(ended(busy));
  EXPECT_TRUE(eventually([&] { return done; }));
  EXPECT_EQ(0u, face->connections());
}

TEST_F(LifeTest, drainingAnswersWhatHasCome) {
  start();
  RawClient idle = connect();
  EXPECT_EQ(200, ask(idle, kGet).status);
  idle.send(kGet);
  face->drain();  // before the loop has heard of the request
  const Reply refused = next(idle);
  EXPECT_EQ(503, refused.status);
  EXPECT_EQ("close", refused.field("connection"));
  EXPECT_TRUE(ended(idle));
}

TEST_F(LifeTest, drainingDoesNotWaitForThoseWhoAreSilent) {
  start();
  RawClient busy = startSlow();
  face->drain();
  RawClient silent = connect();
  EXPECT_TRUE(eventually([&] { return face->connections() == 2; }));
  pass(1100ms);
  EXPECT_TRUE(ended(silent));
}

TEST_F(LifeTest, drainedEndsAtItsDeadline) {
  start();
  RawClient busy = startSlow();
  face->drain();
  bool done = false;
  io::Scope scope(loop);
  scope.spawn(awaitDrained(*face, {loop.after(10s), {}}, done));
  pass(9'900ms);
  EXPECT_FALSE(done);
  pass(200ms);
  EXPECT_TRUE(done);
  EXPECT_EQ(1u, face->connections());
}

TEST_F(LifeTest, stoppingEndsEverythingAndAcceptsNoMore) {
  start();
  RawClient idle = connect();
  RawClient half = connect();
  feed(half, "POST /tell HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhel");
  RawClient busy = startSlow();
  face->stop();
  EXPECT_EQ(503, next(busy).status);
  EXPECT_TRUE(ended(idle));
  EXPECT_TRUE(ended(half));
  EXPECT_TRUE(allClosed());
  const Poco::Net::SocketAddress address("127.0.0.1", face->port());
  EXPECT_THROW(Poco::Net::StreamSocket{address}, Poco::Net::ConnectionRefusedException);
}

TEST_F(LifeTest, aServerMayDieWithConnectionsInEveryState) {
  start();
  RawClient idle = connect();
  RawClient half = connect();
  feed(half, "POST /tell HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhel");
  RawClient busy = startSlow();
  face.reset();
  EXPECT_EQ(0u, fleet.connections());
  EXPECT_TRUE(ended(idle));
  EXPECT_TRUE(ended(half));
}

TEST_F(LifeTest, connectionsBeyondTheLimitAreTurnedAway) {
  server.maxConnections = 2;
  start();
  RawClient first = connect();
  RawClient second = connect();
  EXPECT_EQ(200, ask(first, kGet).status);
  EXPECT_EQ(200, ask(second, kGet).status);
  RawClient third = connect();
  const Reply reply = ask(third, kGet);
  EXPECT_EQ(503, reply.status);
  EXPECT_NE("", reply.field("retry-after"));
  EXPECT_NE(std::string::npos, reply.body.find("too_many_connections"));
  EXPECT_TRUE(ended(third));
  EXPECT_EQ(2u, fleet.connections());
  first.close();
  EXPECT_TRUE(eventually([&] { return face->connections() == 1; }));
  EXPECT_EQ(200, ask(kGet).status);
}

TEST_F(LifeTest, severalLoopsShareOnePortAndOneLimit) {
  server.maxConnections = 20;
  start();
  server.port = face->port();
  io::Loop otherLoop{clock};
  Router otherRouter;
  otherRouter.add(Route{"GET", "/tell", tellHandler()});
  Server other(otherLoop, std::move(otherRouter), settings(), fleet);
  ASSERT_FALSE(other.listen(*listenAddresses(server), false));
  EXPECT_EQ(face->port(), other.port());

  std::vector<RawClient> clients;
  clients.reserve(20);
  for (int i = 0; i < 20; ++i) clients.push_back(connect());
  EXPECT_TRUE(eventually([&] {
    io::test::settle(otherLoop);
    return face->connections() + other.connections() == 20;
  }));
  EXPECT_NEAR(10, static_cast<int>(face->connections()), 1) << "evenly";
  for (RawClient& client : clients) {
    client.send(kGet);
    EXPECT_TRUE(eventually([&] {
      io::test::settle(otherLoop);
      client.read();
      return client.received.starts_with("HTTP/1.1 200 ");
    }));
  }
  RawClient tooMany = connect();
  EXPECT_TRUE(eventually([&] {
    io::test::settle(otherLoop);
    tooMany.read();
    return tooMany.received.starts_with("HTTP/1.1 503 ");
  }));
}

TEST_F(LifeTest, aLoopThatHasEndedIsGivenNothing) {
  start();
  server.port = face->port();
  io::Loop otherLoop{clock};
  Server other(otherLoop, Router(), settings(), fleet);
  ASSERT_FALSE(other.listen(*listenAddresses(server), false));
  other.stop();  // and its loop runs no more
  std::vector<RawClient> clients;
  for (int i = 0; i < 10; ++i) {
    clients.push_back(connect());
    EXPECT_EQ(200, ask(clients.back(), kGet).status);
  }
}

TEST_F(LifeTest, whatIsHandedOverToALoopThatHasStoppedIsLetGo) {
  start();
  io::Loop otherLoop{clock};
  Server other(otherLoop, Router(), settings(), fleet);
  RawClient first = connect();
  ASSERT_TRUE(eventually([&] { return face->connections() == 1; }));
  RawClient second = connect();  // the other loop has fewer
  ASSERT_TRUE(eventually([&] { return fleet.connections() == 2; }));
  other.stop();
  io::test::settle(otherLoop);
  EXPECT_EQ(0u, other.connections());
  EXPECT_TRUE(ended(second));
}

TEST_F(LifeTest, anAddressInUseIsAnError) {
  start();
  server.port = face->port();
  Server other(loop, Router(), settings(), fleet);
  const Error fault = other.listen(*listenAddresses(server), true).value_or(Error());
  EXPECT_EQ(
      "cannot listen at 127.0.0.1:" + std::to_string(server.port) + ": Address already in use",
      fault.message);
}

TEST_F(LifeTest, listensWhereItIsTold) {
  const auto addresses = [this](std::string host) {
    server.host = std::move(host);
    server.port = 80;
    std::string text;
    const auto found = listenAddresses(server);
    if (!found) return found.error().message;
    for (const auto& address : *found) text += address.toString() + " ";
    return text;
  };
  EXPECT_EQ("127.0.0.1:80 [::1]:80 ", addresses("localhost"));
  EXPECT_EQ("0.0.0.0:80 ", addresses("0.0.0.0"));
  EXPECT_EQ("[::1]:80 ", addresses("::1"));
  EXPECT_EQ("[::1]:80 ", addresses("[::1]"));
  EXPECT_EQ("server.listen: 'example.org' is neither an address nor localhost",
            addresses("example.org"));
}

TEST_F(LifeTest, answersOverIpv6) {
  server.host = "::1";
  start();
  RawClient client = connect(0, true);
  EXPECT_EQ(200, ask(client, kGet).status);
}

TEST_F(LifeTest, localhostIsBothAddresses) {
  server.host = "localhost";
  start();
  EXPECT_EQ(200, ask(kGet).status);
  RawClient client = connect(0, true);
  EXPECT_EQ(200, ask(client, kGet).status);
}

// --- TLS ---

struct TlsServerTest : LifeTest {
  io::test::Certificates made = io::test::makeCertificates();
  std::string directory = testing::TempDir() + "sluice_http_XXXXXX";

  TlsServerTest() {
    EXPECT_NE(nullptr, ::mkdtemp(directory.data()));
    server.tls = {directory + "/cert.pem", directory + "/key.pem"};
    std::ofstream(server.tls.certificate) << made.cert;
    std::ofstream(server.tls.key) << made.key;
  }
  ~TlsServerTest() override {
    ::unlink(server.tls.certificate.c_str());
    ::unlink(server.tls.key.c_str());
    ::rmdir(directory.c_str());
  }
};

Reply first(std::string& received) { return takeReply(received, false, true).value_or(Reply()); }

struct Conversation {
  std::string received;
  io::Status last = io::Status::ok;
  bool over = false;
};

io::Task<void> converse(io::Loop& loop, std::uint16_t port, std::string ca, std::string bytes,
                        Conversation& seen) {
  io::TlsContext context = io::TlsContext::client(ca);
  const io::Until until{loop.after(100s), {}};
  const Poco::Net::SocketAddress address("127.0.0.1", port);
  io::Opened opened = co_await io::connect(loop, address, until);
  EXPECT_EQ(io::Status::ok, opened.status);
  std::string host = "127.0.0.1";
  seen.last = co_await opened.connection->startTls(context, std::move(host), until);
  if (seen.last == io::Status::ok) {
    seen.last = co_await opened.connection->writeAll(bytes, {}, until);
  }
  std::vector<char> buffer(100'000);
  while (seen.last == io::Status::ok) {
    const io::Transfer got = co_await opened.connection->read(buffer, until);
    seen.received.append(buffer.data(), got.bytes);
    seen.last = got.status;
  }
  seen.over = true;
}

TEST_F(TlsServerTest, answersOverTls) {
  start();
  Conversation seen;
  io::Scope scope(loop);
  scope.spawn(converse(loop, face->port(), made.ca,
                       "GET /tell HTTP/1.1\r\nHost: localhost\r\nOrigin: https://localhost\r\n\r\n"
                       "GET /tell HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
                       seen));
  EXPECT_TRUE(eventually([&] { return seen.over; }));
  EXPECT_EQ(200, first(seen.received).status);
  EXPECT_EQ("GET  ", first(seen.received).body);
  EXPECT_EQ(io::Status::eof, seen.last) << "the end is one in order, with close_notify";
}

TEST_F(TlsServerTest, anEarlyAnswerEndsInOrderToo) {
  server.maxBodyBytes = 1000;
  start();
  Conversation seen;
  io::Scope scope(loop);
  scope.spawn(converse(loop, face->port(), made.ca,
                       "POST /tell HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50000\r\n\r\n" +
                           std::string(40'000, 'x'),
                       seen));
  EXPECT_TRUE(eventually([&] { return seen.over; }));
  EXPECT_EQ(413, first(seen.received).status);
  EXPECT_EQ(io::Status::eof, seen.last);
}

TEST_F(TlsServerTest, aClientThatSaysNothingIsLeftInTime) {
  start();
  RawClient client = connect();
  EXPECT_TRUE(eventually([&] { return face->connections() == 1; }));
  pass(10'100ms);
  EXPECT_EQ(0u, face->connections());
}

TEST_F(TlsServerTest, aClientThatSpeaksPlainlyIsRefused) {
  start();
  RawClient client = connect();
  feed(client, kGet);
  EXPECT_TRUE(allClosed());
}

TEST_F(TlsServerTest, aNewCertificateIsUsedForNewConnections) {
  start();
  const io::test::Certificates renewed = io::test::makeCertificates();
  std::ofstream(server.tls.certificate) << renewed.cert;
  std::ofstream(server.tls.key) << renewed.key;
  face->configure(settings());
  Conversation seen;
  io::Scope scope(loop);
  scope.spawn(converse(loop, face->port(), renewed.ca,
                       "GET /tell HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", seen));
  EXPECT_TRUE(eventually([&] { return seen.over; }));
  EXPECT_EQ(200, first(seen.received).status);
}

TEST_F(TlsServerTest, faultsOfTheFilesAreTold) {
  const auto fault = [this] {
    const auto made = makeSettings(server, auth);
    return made ? std::string() : made.error().message;
  };
  EXPECT_EQ("", fault());
  const config::TlsFiles good = server.tls;
  server.tls.key = directory + "/none.pem";
  EXPECT_EQ("server.tls.key: cannot read " + server.tls.key, fault());
  server.tls = {good.certificate, ""};
  EXPECT_EQ("server.tls needs both a certificate and a key", fault());
  server.tls = {good.certificate, good.certificate};
  EXPECT_NE(std::string::npos, fault().find(good.certificate));
}

// --- ids ---

TEST(RequestIdsTest, areUniqueWithinAndAcrossLoops) {
  RequestIds one;
  RequestIds two;
  std::set<std::string> seen;
  for (int i = 0; i < 10'000; ++i) {
    seen.emplace(one.next().view());
    seen.emplace(two.next().view());
  }
  EXPECT_EQ(20'000u, seen.size());
}

}  // namespace
}  // namespace sluice::http::test
