// An upstream for the tests that does what it is told, on the loop of the test: each connection
// plays a script. And what the tests of exchanges share.
#pragma once

#include <dirent.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "io/test_support.hpp"
#include "upstream/client.hpp"
#include "upstream/exchange.hpp"

namespace sluice::upstream::test {

using namespace std::chrono_literals;

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

inline const io::test::Certificates& certificates() {
  static const io::test::Certificates made = io::test::makeCertificates();
  return made;
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
      case Act::Kind::request: {
        const io::Status status = co_await readRequest(connection, in);
        co_return status;
      }
      case Act::Kind::tunnel: {
        const io::Status status = co_await readRequest(connection, in);
        if (status != io::Status::ok) co_return status;
        break;
      }
      case Act::Kind::take: {
        std::vector<char> buffer(64 * 1024);
        for (std::size_t count = 0; count < act.at;) {
          const io::Transfer got = co_await connection.read(buffer, until());
          if (got.status != io::Status::ok) co_return got.status;
          count += got.bytes;
          taken += got.bytes;
        }
        co_return io::Status::ok;
      }
      case Act::Kind::wait: {
        const io::Until later{loop_.after(std::chrono::milliseconds(act.at)), scope_.token()};
        const io::Wake wake = co_await loop_.sleep(later);
        co_return wake == io::Wake::cancelled ? io::Status::cancelled : io::Status::ok;
      }
      case Act::Kind::secure: {
        const io::Status status = co_await connection.acceptTls(*tls_, until());
        if (status == io::Status::ok && connection.tls()->resumed()) ++resumed;
        co_return status;
      }
      case Act::Kind::send: break;
      case Act::Kind::pieces: {
        const std::string_view all = act.text;
        const std::string_view front = all.substr(0, act.at);
        const std::string_view back = all.substr(act.at);
        const io::Status first = co_await connection.writeAll(front, {}, until());
        if (first != io::Status::ok) co_return first;
        for (int i = 0; i < 4; ++i) co_await loop_.yield();
        const io::Status second = co_await connection.writeAll(back, {}, until());
        co_return second;
      }
      case Act::Kind::bytes: {
        for (const char& byte : act.text) {
          const std::string_view one(&byte, 1);
          const io::Status status = co_await connection.writeAll(one, {}, until());
          if (status != io::Status::ok) co_return status;
          for (int i = 0; i < 3; ++i) co_await loop_.yield();
        }
        co_return io::Status::ok;
      }
      case Act::Kind::close: co_return io::Status::ok;
      case Act::Kind::cut: {
        connection.socket().shutdownSend();
        co_return io::Status::ok;
      }
      case Act::Kind::reset: {
        connection.socket().setLinger(true, 0);
        co_return io::Status::ok;
      }
      case Act::Kind::still: {
        const io::Wake wake = co_await loop_.sleep(until());
        co_return io::toStatus(wake);
      }
    }
    const io::Status sent = co_await connection.writeAll(act.text, {}, until());
    co_return sent;
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

// What the resolver of the tests knows. Look-ups of a blocked name last until it is let go.
class Names {
 public:
  void set(const std::string& host, Result<Addresses> found) {
    const std::lock_guard lock(mutex_);
    known_.insert_or_assign(host, std::move(found));
  }
  void set(const std::string& host, const std::vector<std::string>& addresses) {
    Addresses found;
    for (const std::string& address : addresses) found.emplace_back(address);
    set(host, std::move(found));
  }
  void block(bool on) {
    const std::lock_guard lock(mutex_);
    blocked_ = on;
    changed_.notify_all();
  }
  Result<Addresses> lookUp(const std::string& host) {
    std::unique_lock lock(mutex_);
    ++asked_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return !blocked_; });
    const auto found = known_.find(host);
    return found == known_.end() ? Error{"Name or service not known"} : found->second;
  }
  int asked() {
    const std::lock_guard lock(mutex_);
    return asked_;
  }
  void awaitAsked(int count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return asked_ >= count; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, Result<Addresses>> known_;
  bool blocked_ = false;
  int asked_ = 0;
};

// What came of a call.
struct Outcome {
  bool ended = false;
  Failure failure = Failure::none;  // of open(), or of the body
  bool opened = false;
  int status = 0;
  std::string body;
  bool whole = false;
  std::string detail;
  bool reused = false;
};

struct Wanted {
  std::string method = "POST";
  std::string body = R"({"model":"m"})";
  std::size_t buffer = 4096;
  std::chrono::milliseconds connect = 2000ms;
  std::chrono::milliseconds firstByte = 5000ms;
  std::chrono::milliseconds total = 60000ms;
};

struct UpstreamTest : testing::Test {
  io::test::ManualClock clock;
  io::Loop loop{clock};
  std::shared_ptr<Names> names = std::make_shared<Names>();
  io::WorkerPool workers{1, 16};
  Resolver resolver{[names = names](const std::string& host) { return names->lookUp(host); },
                    Resolver::Options()};
  io::TlsContext serverTls = io::TlsContext::server(certificates().cert, certificates().key);
  Client client{loop, workers, resolver, options()};
  ScriptedUpstream server{loop};
  io::Scope calls{loop};

  UpstreamTest() {
    for (const char* host : {"localhost", "upstream.test", "elsewhere.test"}) {
      names->set(host, {"127.0.0.1"});
    }
  }
  ~UpstreamTest() override { names->block(false); }

  static Client::Options options() {
    Client::Options made;
    made.caPem = certificates().ca;
    made.idlePerOrigin = 3;
    return made;
  }

  Endpoint plain() { return {{false, "127.0.0.1", server.port(), "/v1"}, {}}; }
  // The certificate names the address.
  Endpoint overTls() {
    server.useTls(serverTls);
    return {{true, "127.0.0.1", server.port(), "/v1"}, {}};
  }

  static io::Task<void> call(io::Loop& loop, Client& client, const Endpoint& endpoint,
                             Wanted wanted, io::CancelToken cancel, Outcome& outcome) {
    Exchange exchange(client, endpoint);
    const Request request{wanted.method, "/chat", "X-Test: 1\r\n", wanted.body};
    const OpenLimits limits{wanted.connect, wanted.firstByte, loop.after(wanted.total)};
    outcome.failure = co_await exchange.open(request, limits, cancel);
    EXPECT_EQ(outcome.failure, exchange.failure());
    outcome.reused = exchange.reused();
    outcome.opened = outcome.failure == Failure::none;
    if (outcome.opened) {
      outcome.status = exchange.head().status;
      const io::Until until{limits.total, cancel};
      co_await readBody(loop, exchange, wanted.buffer, until, outcome);
    }
    outcome.detail = exchange.detail();
    outcome.ended = true;
  }

  static io::Task<void> readBody(io::Loop& loop, Exchange& exchange, std::size_t size,
                                 io::Until until, Outcome& outcome) {
    std::vector<char> buffer(size);
    for (;;) {
      const Exchange::Read read = exchange.tryRead(buffer);
      if (read.state == Exchange::State::data) {
        outcome.body += read.payload;
        continue;
      }
      if (read.state == Exchange::State::whole) outcome.whole = true;
      if (read.state == Exchange::State::failed) outcome.failure = exchange.failure();
      if (read.state != Exchange::State::again) co_return;
      const io::Wake wake = co_await io::Wait(loop, until, &exchange.slot());
      if (wake == io::Wake::ready) continue;
      outcome.failure = wake == io::Wake::cancelled ? Failure::cancelled : Failure::timeout;
      co_return;
    }
  }

  // Turns the loop, blocking, until it holds.
  template <class Condition>
  void turnUntil(Condition condition) {
    const auto late = std::chrono::steady_clock::now() + 30s;
    while (!condition()) {
      loop.turn(true);
      ASSERT_LT(std::chrono::steady_clock::now(), late) << "nothing happens any more";
    }
  }

  void start(const Endpoint& endpoint, Outcome& outcome, Wanted wanted = {}) {
    calls.spawn(call(loop, client, endpoint, std::move(wanted), calls.token(), outcome));
  }
  Outcome get(const Endpoint& endpoint, Wanted wanted = {}) {
    Outcome outcome;
    start(endpoint, outcome, std::move(wanted));
    turnUntil([&] { return outcome.ended; });
    return outcome;
  }
  void pass(std::chrono::milliseconds time) {
    clock.time += time;
    io::test::settle(loop);
  }

  static std::size_t descriptors() {
    DIR* const directory = ::opendir("/proc/self/fd");
    std::size_t count = 0;
    while (::readdir(directory) != nullptr) ++count;
    ::closedir(directory);
    return count;
  }
};

}  // namespace sluice::upstream::test
