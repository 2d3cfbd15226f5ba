// Exchange: one request to an upstream and its answer, on a connection from the pool or a new one.
// Threads: everything here belongs to one loop.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "io/socket.hpp"
#include "wire/body.hpp"
#include "wire/head.hpp"
#include "wire/url.hpp"

namespace sluice::upstream {

// How an exchange failed. One sentence each in describe().
enum class Failure : std::uint8_t {
  none,
  unresolved,        // the name has no address, or the resolver did not answer
  refused,           // no connection came about
  tlsFailed,         // the handshake failed; detail() says why
  proxyFailed,       // the proxy refused the tunnel
  connectTimeout,    // name, connection, tunnel and TLS took longer than allowed
  reset,             // the connection broke or ended before a whole head had come
  firstByteTimeout,  // no whole head in time
  badHead,           // not HTTP/1.1 as it should be
  truncated,         // the body ended before it was whole
  badBody,           // its chunks are broken, or more came than was announced
  timeout,           // the deadline of the whole attempt passed
  cancelled,
  overloaded,        // no descriptor, or the workers' queue is full
};
std::string_view describe(Failure failure) noexcept;

// Where requests of one provider go. Made once for a generation.
struct Endpoint {
  wire::Url url;     // base URL; its path goes before each request's
  wire::ProxyUrl proxy;  // host empty: none
};

struct Request {
  std::string_view method;
  std::string_view path;    // below the base URL, begins with `/`
  std::string_view fields;  // "Name: value\r\n" each; Host and Content-Length are added here
  std::string_view body;
};

struct OpenLimits {
  std::chrono::milliseconds connect;
  std::chrono::milliseconds firstByte;  // from the request sent to the whole head
  io::Deadline total;
};

class Client;

class Exchange {
 public:
  // Both must outlive it.
  Exchange(Client& client, const Endpoint& endpoint) noexcept;
  ~Exchange();  // an answer that was not read to its end closes its connection
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  // Sends the request and waits for the head of the answer; 1xx answers are skipped. A connection
  // from the pool that turns out to be dead before any byte of an answer is replaced by a new one,
  // once. What `request` views must live until this ends.
  io::Task<Failure> open(const Request& request, const OpenLimits& limits, io::CancelToken cancel);

  // After open() said none:
  const wire::ResponseHead& head() const noexcept;

  enum class State : std::uint8_t { data, again, whole, failed };
  struct Read {
    State state;
    std::string_view payload;  // with data; inside `into`; may be empty
  };
  // One attempt, never waits. `again`: wait for slot(). `whole` comes once, after the last payload;
  // the connection has then gone back to its pool, or is closed. `failed`: see failure().
  Read tryRead(std::span<char> into);
  io::Slot& slot() noexcept;
  Failure failure() const noexcept;
  const std::string& detail() const noexcept;  // for operators; may be empty

  bool reused() const noexcept;                    // the connection came from the pool
  std::chrono::microseconds connectTime() const noexcept;  // 0 if reused

 private:
  struct Impl;
  Client& client_;
  const Endpoint& endpoint_;
};

}  // namespace sluice::upstream
