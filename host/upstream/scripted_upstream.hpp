// An upstream for the tests that does what it is told, on the loop of the test: each connection
// plays a script.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "io/loop.hpp"
#include "io/socket.hpp"
#include "io/tls.hpp"

namespace sluice::upstream::test {

struct Act {
  enum class Kind {
    request,  // read a whole request
    tunnel,   // read a CONNECT, answer with `text`
    take,     // read `at` bytes at least
    wait,     // `at` milliseconds, by the loop's clock
    secure,   // TLS handshake
    send,     // `text`
    pieces,   // `text`, cut after `at` bytes
    bytes,    // `text`, byte by byte
    close,    // in order; with TLS with close_notify
    cut,      // the socket's end, with TLS without close_notify
    reset,    // RST
    still,    // neither read nor write
  };
  Kind kind;
  std::string text = {};
  std::size_t at = 0;
};
using Script = std::vector<Act>;

inline Act request() { return {Act::Kind::request}; }
inline Act tunnel(std::string text) { return {Act::Kind::tunnel, std::move(text)}; }
inline Act take(std::size_t count) { return {Act::Kind::take, {}, count}; }
inline Act wait(std::chrono::milliseconds time) {
  return {Act::Kind::wait, {}, static_cast<std::size_t>(time.count())};
}
inline Act secure() { return {Act::Kind::secure}; }
inline Act send(std::string text) { return {Act::Kind::send, std::move(text)}; }
inline Act pieces(std::string text, std::size_t at) {
  return {Act::Kind::pieces, std::move(text), at};
}
inline Act bytes(std::string text) { return {Act::Kind::bytes, std::move(text)}; }
inline Act close() { return {Act::Kind::close}; }
inline Act cut() { return {Act::Kind::cut}; }
inline Act reset() { return {Act::Kind::reset}; }
inline Act still() { return {Act::Kind::still}; }

inline std::string answer(const std::string& body, const std::string& fields = {}) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + fields +
         "\r\n" + body;
}

class ScriptedUpstream {
 public:
  explicit ScriptedUpstream(io::Loop& loop)
      : loop_(loop), listener_(loop, Poco::Net::SocketAddress("127.0.0.1", 0)), scope_(loop) {
    scope_.spawn(serve(*this));
  }

  // The scripts of the connections to come, in order. A connection whose script has ended is read
  // until its peer closes it.
  void play(std::vector<Script> scripts) { scripts_ = std::move(scripts); }
  void useTls(io::TlsContext& context) { tls_ = &context; }

  std::uint16_t port() const { return listener_.port(); }
  std::size_t accepted = 0;
  std::size_t taken = 0;              // bytes, by take()
  std::size_t resumed = 0;            // TLS sessions
  std::size_t ended = 0;              // connections whose script was played and whose peer has left
  std::vector<std::string> requests;  // heads and bodies, as they came

 private:
  io::Until until() { return {io::kNever, scope_.token()}; }

  static io::Task<void> serve(ScriptedUpstream& self) {
    for (;;) {
      io::Opened next = co_await self.listener_.accept(self.until());
      if (next.status != io::Status::ok) co_return;
      const std::size_t index = self.accepted++;
      EXPECT_LT(index, self.scripts_.size()) << "a connection too many";
      Script script;
      if (index < self.scripts_.size()) script = self.scripts_[index];
      self.scope_.spawn(connection(self, std::move(next.connection), std::move(script)));
    }
  }

  static io::Task<void> connection(ScriptedUpstream& self, io::ConnectionPtr connection,
                                   Script script) {
    std::string in;
    for (const Act& act : script) {
      const io::Status status = co_await self.perform(*connection, act, in);
      if (act.kind == Act::Kind::close || act.kind == Act::Kind::cut ||
          act.kind == Act::Kind::reset) {
        connection.reset();
        ++self.ended;
        co_return;
      }
      if (status != io::Status::ok) break;
    }
    char buffer[4096];
    for (;;) {
      const io::Transfer got = co_await connection->read(buffer, self.until());
      if (got.status != io::Status::ok) break;
    }
    ++self.ended;
  }

  io::Task<io::Status> perform(io::Connection& connection, const Act& act, std::string& in) {
    switch (act.kind) {
      case Act::Kind::request: return readRequest(connection, in);
      case Act::Kind::tunnel: return openTunnel(connection, act, in);
      case Act::Kind::take: return takeBytes(connection, act.at);
      case Act::Kind::secure: return acceptTls(connection);
      case Act::Kind::send: return connection.writeAll(act.text, {}, until());
      case Act::Kind::pieces: return sendInTwo(connection, act);
      case Act::Kind::bytes: return sendByteByByte(connection, act);
      case Act::Kind::wait: return pause(loop_.after(std::chrono::milliseconds(act.at)));
      case Act::Kind::still: return pause(io::kNever);
      case Act::Kind::close:
      case Act::Kind::cut:
      case Act::Kind::reset: break;
    }
    return end(connection, act.kind);
  }

  io::Task<io::Status> openTunnel(io::Connection& connection, const Act& act, std::string& in) {
    const io::Status status = co_await readRequest(connection, in);
    if (status != io::Status::ok) co_return status;
    const io::Status sent = co_await connection.writeAll(act.text, {}, until());
    co_return sent;
  }

  io::Task<io::Status> takeBytes(io::Connection& connection, std::size_t least) {
    std::vector<char> buffer(65'536);
    for (std::size_t count = 0; count < least;) {
      const io::Transfer got = co_await connection.read(buffer, until());
      if (got.status != io::Status::ok) co_return got.status;
      count += got.bytes;
      taken += got.bytes;
    }
    co_return io::Status::ok;
  }

  io::Task<io::Status> acceptTls(io::Connection& connection) {
    const io::Status status = co_await connection.acceptTls(*tls_, until());
    if (status == io::Status::ok && connection.tls()->resumed()) ++resumed;
    co_return status;
  }

  io::Task<io::Status> sendInTwo(io::Connection& connection, const Act& act) {
    const std::string_view all = act.text;
    const std::string_view front = all.substr(0, act.at);
    const std::string_view back = all.substr(act.at);
    const io::Status first = co_await connection.writeAll(front, {}, until());
    if (first != io::Status::ok) co_return first;
    co_await letThePeerRead();
    const io::Status second = co_await connection.writeAll(back, {}, until());
    co_return second;
  }

  io::Task<io::Status> sendByteByByte(io::Connection& connection, const Act& act) {
    for (const char& byte : act.text) {
      const std::string_view one(&byte, 1);
      const io::Status status = co_await connection.writeAll(one, {}, until());
      if (status != io::Status::ok) co_return status;
      co_await letThePeerRead();
    }
    co_return io::Status::ok;
  }

  io::Task<void> letThePeerRead() {
    for (int i = 0; i < 4; ++i) co_await loop_.yield();
  }

  io::Task<io::Status> pause(io::Deadline end) {
    const io::Until later{end, scope_.token()};
    const io::Wake wake = co_await loop_.sleep(later);
    co_return wake == io::Wake::cancelled ? io::Status::cancelled : io::Status::ok;
  }

  // What comes before the socket is closed.
  static io::Task<io::Status> end(io::Connection& connection, Act::Kind kind) {
    if (kind == Act::Kind::cut) connection.socket().shutdownSend();
    if (kind == Act::Kind::reset) connection.socket().setLinger(true, 0);
    co_return io::Status::ok;
  }

  io::Task<io::Status> readRequest(io::Connection& connection, std::string& in) {
    for (;;) {
      const std::size_t size = requestSize(in);
      if (size != 0) {
        requests.push_back(in.substr(0, size));
        in.erase(0, size);
        co_return io::Status::ok;
      }
      char buffer[4096];
      const io::Transfer got = co_await connection.read(buffer, until());
      if (got.status != io::Status::ok) co_return got.status;
      in.append(buffer, got.bytes);
    }
  }

  static std::size_t requestSize(const std::string& in) {
    const std::size_t end = in.find("\r\n\r\n");
    if (end == in.npos) return 0;
    const std::size_t at = in.find("Content-Length: ");
    const std::size_t length = at < end ? std::stoul(in.substr(at + 16, 12)) : 0;
    return in.size() >= end + 4 + length ? end + 4 + length : 0;
  }

  io::Loop& loop_;
  io::TlsContext* tls_ = nullptr;
  std::vector<Script> scripts_;
  io::Listener listener_;
  io::Scope scope_;
};

}  // namespace sluice::upstream::test
