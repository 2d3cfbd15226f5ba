// What the tests of sockets and TLS share: a server that sends back what it reads, and a client
// that checks it.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "io/test_support.hpp"

namespace sluice::io::test {

struct EchoTest : testing::Test {
  Loop loop;
  Listener listener{loop, Poco::Net::SocketAddress("127.0.0.1", 0)};
  Certificates made = makeCertificates();
  TlsContext serverTls = TlsContext::server(made.cert, made.key);
  TlsContext clientTls = TlsContext::client(made.ca);
  Until soon() { return {loop.after(5s), {}}; }
  Task<Opened> dial() {
    return connect(loop, Poco::Net::SocketAddress("127.0.0.1", listener.port()), soon());
  }

  // Echoes one connection until its end; with `rude` leaves without close_notify.
  static Task<void> echo(EchoTest& t, bool tls, bool rude = false) {
    Opened opened = co_await t.listener.accept(t.soon());
    EXPECT_EQ(Status::ok, opened.status);
    ConnectionPtr& connection = opened.connection;
    if (tls) {
      const Status status = co_await connection->acceptTls(t.serverTls, t.soon());
      if (status != Status::ok) co_return;
    }
    std::vector<char> buffer(30'000);
    for (;;) {
      const Transfer got = co_await connection->read(buffer, t.soon());
      if (got.status != Status::ok) co_return;
      const std::string_view all(buffer.data(), got.bytes);
      const Status status = co_await connection->writeAll(all.substr(0, got.bytes / 3),
                                                          all.substr(got.bytes / 3), t.soon());
      if (status != Status::ok) co_return;
      if (rude) {
        connection->socket().shutdownSend();
        co_return;
      }
    }
  }
  static Task<void> send(Connection& connection, const std::string& what, Until until) {
    const Status status = co_await connection.writeAll(what.substr(0, 100), what, until);
    EXPECT_EQ(Status::ok, status);
  }
  // Sends while it receives, so that both directions fill up.
  static Task<void> roundTrip(EchoTest& t, bool tls, std::size_t size) {
    Opened opened = co_await t.dial();
    EXPECT_EQ(Status::ok, opened.status);
    Connection& connection = *opened.connection;
    if (tls) {
      const Status status = co_await connection.startTls(t.clientTls, "upstream.test", t.soon());
      EXPECT_EQ(Status::ok, status) << connection.tls()->reason();
      if (status != Status::ok) co_return;
    }
    std::string what(size, ' ');
    for (std::size_t i = 0; i < size; ++i) what[i] = static_cast<char>('a' + i * 7 % 26);
    Scope scope(t.loop);
    scope.spawn(send(connection, what, t.soon()));
    std::string back;
    std::vector<char> buffer(50'000);
    const std::size_t expected = size + std::min<std::size_t>(size, 100);
    while (back.size() < expected) {
      const Transfer got = co_await connection.read(buffer, t.soon());
      EXPECT_EQ(Status::ok, got.status);
      if (got.status != Status::ok) break;
      back.append(buffer.data(), got.bytes);
    }
    co_await scope.join();
    EXPECT_TRUE(back == what.substr(0, 100) + what);
  }
  void both(Task<void> one, Task<void> two) {
    Scope scope(loop);
    scope.spawn(std::move(one));
    scope.spawn(std::move(two));
    finish(scope);
  }
};

}  // namespace sluice::io::test
