// What the tests of the HTTP face share: a server on a free port of this machine, on a loop whose
// time the test sets, and clients that send bytes as they are.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
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

// Takes the first answer off the front of `bytes`.
inline Reply takeReply(std::string& bytes, bool toHead = false) {
  Reply reply;
  wire::HeadFinder finder(64 << 10);
  if (finder.look(bytes) != wire::HeadFinder::Found::whole) return reply;
  reply.head = bytes.substr(0, finder.size());
  bytes.erase(0, finder.size());
  wire::ResponseHead head;
  EXPECT_EQ(wire::HeadFault::none, wire::parseResponse(reply.head, toHead, head)) << reply.head;
  reply.status = head.status;
  wire::BodyDecoder decoder;
  decoder.start(head.body, head.contentLength);
  const wire::BodyDecoder::Step step = decoder.feed(bytes);
  EXPECT_FALSE(decoder.broken());
  reply.body = step.payload;
  reply.whole = decoder.whole();
  bytes.erase(0, step.used);
  return reply;
}

class RawClient {
 public:
  explicit RawClient(std::uint16_t port, int receiveBuffer = 0, bool ipv6 = false)
      : fd_(::socket(ipv6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
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
  RawClient(RawClient&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
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
  void send(std::string_view bytes) {
    EXPECT_EQ(static_cast<ssize_t>(bytes.size()),
              ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL));
  }
  // Without waiting: what has come. `ended` and `wasReset` say how the connection stands then.
  std::string read(std::size_t most = std::string::npos) {
    std::string got;
    std::vector<char> piece(64 << 10);
    while (got.size() < most) {
      const std::size_t wanted = std::min(piece.size(), most - got.size());
      const ssize_t count = ::recv(fd_, piece.data(), wanted, MSG_DONTWAIT);
      if (count == 0) ended = true;
      if (count < 0 && errno != EAGAIN) wasReset = true;
      if (count <= 0) break;
      got.append(piece.data(), static_cast<std::size_t>(count));
    }
    return got;
  }
  int fd() const { return fd_; }
  bool ended = false;
  bool wasReset = false;

 private:
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
  ConnectionCount count{0};
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
    face = std::make_unique<Server>(loop, std::move(router), settings(), count);
    const auto addresses = listenAddresses(server);
    ASSERT_TRUE(addresses);
    const auto fault = face->listen(*addresses, true);
    ASSERT_FALSE(fault) << fault->message;
  }
  void startTelling() {
    routeTell();
    start();
  }

  void settle() { io::test::settle(loop); }
  void pass(std::chrono::milliseconds time) {
    settle();
    clock.time += time;
    settle();
  }
  RawClient connect() {
    RawClient client(face->port());
    settle();
    return client;
  }
  // Sends and returns all that comes back.
  std::string exchange(RawClient& client, std::string_view bytes) {
    client.send(bytes);
    settle();
    return client.read();
  }
  // The same on a new connection.
  Reply ask(std::string_view bytes) {
    RawClient client = connect();
    std::string got = exchange(client, bytes);
    return takeReply(got, bytes.starts_with("HEAD "));
  }
};

}  // namespace sluice::http::test
