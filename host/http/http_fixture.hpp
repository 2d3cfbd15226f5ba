// What the tests of the HTTP face share: a server on a free port of this machine, on a loop whose
// time the test sets, and clients that send bytes as they are.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/exchange.hpp"
#include "http/server.hpp"
#include "io/test_support.hpp"

namespace sluice::http::test {

using namespace std::chrono_literals;
using calls::Client;

// One answer, cut out of what a client received.
struct Reply {
  int status = 0;
  std::string head;  // with its blank line
  std::string body;
  bool whole = false;
  std::string field(std::string_view name) const {
    wire::ResponseHead parsed;
    EXPECT_EQ(wire::HeadFault::none, wire::parseResponse(head, false, parsed)) << head;
    return std::string(parsed.fields.get(name));
  }
};

// Takes the first answer off the front of `bytes` if it is whole, or `ended` says that no more will
// come of it.
inline std::optional<Reply> takeReply(std::string& bytes, bool toHead, bool ended) {
  wire::HeadFinder finder(64 << 10);
  if (finder.look(bytes) != wire::HeadFinder::Found::whole) return std::nullopt;
  Reply reply;
  reply.head = bytes.substr(0, finder.size());
  wire::ResponseHead head;
  EXPECT_EQ(wire::HeadFault::none, wire::parseResponse(reply.head, toHead, head)) << reply.head;
  reply.status = head.status;
  std::string rest = bytes.substr(finder.size());
  wire::BodyDecoder decoder;
  decoder.start(head.body, head.contentLength);
  const wire::BodyDecoder::Step step = decoder.feed(rest);
  if (ended) decoder.end();
  EXPECT_FALSE(decoder.broken());
  reply.body = step.payload;
  reply.whole = decoder.whole();
  if (!reply.whole && !ended) return std::nullopt;
  bytes = rest.substr(step.used);
  return reply;
}

class RawClient {
 public:
  RawClient(io::Loop& loop, std::uint16_t port, int receiveBuffer = 0, bool ipv6 = false)
      : loop_(loop), fd_(::socket(ipv6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    if (receiveBuffer != 0) {
      ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receiveBuffer, sizeof receiveBuffer);
    }
    const int yes = 1;  // what is sent is there at once
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    int result = 0;
    if (ipv6) {
      sockaddr_in6 address{};
      address.sin6_family = AF_INET6;
      address.sin6_port = htons(port);
      address.sin6_addr = in6addr_loopback;
      result = ::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address);
    } else {
      sockaddr_in address{};
      address.sin_family = AF_INET;
      address.sin_port = htons(port);
      address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      result = ::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address);
    }
    EXPECT_EQ(0, result);
  }
  RawClient(RawClient&& other) noexcept : loop_(other.loop_), fd_(std::exchange(other.fd_, -1)) {}
  RawClient& operator=(RawClient&&) = delete;
  ~RawClient() { close(); }

  void close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }
  void reset() {
    const linger hard{1, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    close();
  }
  void endSending() { ::shutdown(fd_, SHUT_WR); }
  // The server runs where it must read for this to go on.
  void send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent < 0 && errno != EAGAIN) break;  // it has closed: the answer tells why
      if (sent < 0) io::test::settle(loop_);
      else bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  // Adds what has come to `received`, without waiting, at most so many bytes.
  void read(std::size_t most = std::string::npos) {
    std::vector<char> piece(64 << 10);
    while (most > 0 && !ended && !wasReset) {
      const ssize_t count = ::recv(fd_, piece.data(), std::min(piece.size(), most), MSG_DONTWAIT);
      if (count == 0) ended = true;
      if (count < 0 && errno == EAGAIN) break;
      if (count < 0) wasReset = true;
      if (count <= 0) break;
      received.append(piece.data(), static_cast<std::size_t>(count));
      most -= static_cast<std::size_t>(count);
    }
  }
  int fd() const { return fd_; }
  std::string received;  // and not yet looked at
  bool ended = false;
  bool wasReset = false;

 private:
  io::Loop& loop_;
  int fd_;
};

// A handler made of a function that answers at once or starts a coroutine.
class FunctionHandler : public LoopHandler {
 public:
  using Function = std::function<io::Task<void>(Exchange&, io::CancelToken)>;
  explicit FunctionHandler(Function function) : function_(std::move(function)) {}
  io::Task<void> handle(Exchange& exchange, io::CancelToken left) override {
    return function_(exchange, left);
  }

 private:
  Function function_;
};

inline std::shared_ptr<LoopHandler> handler(FunctionHandler::Function function) {
  return std::make_shared<FunctionHandler>(std::move(function));
}

// Says what it was asked: method, path's rest, body.
inline std::shared_ptr<LoopHandler> tellHandler() {
  return handler([](Exchange& exchange, io::CancelToken) -> io::Task<void> {
    std::string text(exchange.head().method);
    text.append(" ").append(exchange.pathRest()).append(" ").append(exchange.body());
    static_cast<void>(co_await exchange.answer(200, "text/plain", {}, text));
  });
}

struct ServerTest : testing::Test {
  io::test::ManualClock clock;
  io::Loop loop{clock};
  config::Server server;
  config::Auth auth;
  Fleet fleet;
  Router router;
  std::unique_ptr<Server> face;

  ServerTest() {
    server.host = "127.0.0.1";
    server.port = 0;
  }
  ~ServerTest() override {
    face.reset();
    settle();
  }

  void route(std::string method, std::string path, std::shared_ptr<LoopHandler> handler) {
    router.add(Route{std::move(method), std::move(path), std::move(handler), Needs::client});
  }
  // GET /tell, POST /tell and /tell/{rest...}.
  void routeTell() {
    route("GET", "/tell", tellHandler());
    route("POST", "/tell", tellHandler());
    route("GET", "/tell/{rest...}", tellHandler());
  }
  std::shared_ptr<const Settings> settings() {
    auto made = makeSettings(server, auth);
    EXPECT_TRUE(made) << (made ? "" : made.error().message);
    return *made;
  }
  void start() {
    face = std::make_unique<Server>(loop, std::move(router), settings(), fleet);
    const auto addresses = listenAddresses(server);
    ASSERT_TRUE(addresses);
    const Error fault = face->listen(*addresses, true).value_or(Error());
    ASSERT_EQ("", fault.message);
  }
  void startTelling() {
    routeTell();
    start();
  }

  // Turns the loop until nothing is due.
  void settle() { io::test::settle(loop); }
  // Turns it until something holds that is bound to come; gives up after some seconds.
  template <class Holds>
  bool eventually(Holds holds) {
    const auto end = std::chrono::steady_clock::now() + 5s;
    for (;;) {
      settle();
      if (holds()) return true;
      if (std::chrono::steady_clock::now() > end) return false;
      ::poll(nullptr, 0, 1);
    }
  }
  void pass(std::chrono::milliseconds time) {
    settle();
    clock.time += time;
    settle();
  }

  RawClient connect(int receiveBuffer = 0, bool ipv6 = false) {
    RawClient client(loop, face->port(), receiveBuffer, ipv6);
    settle();
    return client;
  }
  // Sends; what comes back is in client.received as far as it is there.
  void feed(RawClient& client, std::string_view bytes) {
    client.send(bytes);
    settle();
    client.read();
  }
  // The next answer.
  Reply next(RawClient& client, bool toHead = false) {
    std::optional<Reply> reply;
    EXPECT_TRUE(eventually([&] {
      client.read();
      reply = takeReply(client.received, toHead, client.ended || client.wasReset);
      return reply.has_value() || client.ended || client.wasReset;
    }));
    return reply.value_or(Reply());
  }
  Reply ask(RawClient& client, std::string_view bytes) {
    client.send(bytes);
    return next(client, bytes.starts_with("HEAD "));
  }
  // On a connection of its own.
  Reply ask(std::string_view bytes) {
    RawClient client = connect();
    return ask(client, bytes);
  }
  // The server ended the connection in order, and sent nothing more.
  bool ended(RawClient& client) {
    const bool over = eventually([&] {
      client.read();
      return client.ended || client.wasReset;
    });
    return over && client.ended && client.received.empty();
  }
  bool allClosed() {
    return eventually([&] { return face->connections() == 0; });
  }
};

}  // namespace sluice::http::test
