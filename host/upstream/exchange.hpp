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
#include "upstream/endpoint.hpp"
#include "upstream/failure.hpp"
#include "wire/body.hpp"
#include "wire/head.hpp"

namespace sluice::upstream {

struct Request {
  std::string_view method;
  std::string_view path;  // below the base URL, begins with `/`
  // "Name: value\r\n" each. Host, Content-Length, User-Agent and Accept-Encoding are added here and
  // must not be among them.
  std::string_view fields;
  std::string_view body;
};

struct OpenLimits {
  std::chrono::milliseconds connect;    // name, connection, tunnel and TLS together
  std::chrono::milliseconds firstByte;  // from the request sent to the whole head; also the longest
                                        // time in which nothing of the request is taken
  io::Deadline total;
};

class Client;
struct Buffers;

class Exchange {
 public:
  // Both must outlive it.
  Exchange(Client& client, const Endpoint& endpoint) noexcept;
  ~Exchange();  // an answer that was not read to its end closes its connection
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  // Sends the request and waits for the head of the answer; 1xx answers are skipped. A connection
  // from the pool that turns out to be dead before any byte of an answer is replaced by a new one,
  // once. What `request` views must live until this ends. To be called once.
  io::Task<Failure> open(const Request& request, const OpenLimits& limits, io::CancelToken cancel);

  // After open() said none:
  const wire::ResponseHead& head() const noexcept;

  enum class State : std::uint8_t { data, again, whole, failed };
  struct Read {
    State state;
    std::string_view payload;  // with data; inside `into`; may be empty
  };
  // One attempt, never waits; `into` must not be empty. `again`: wait for slot(). `whole` comes
  // after the last payload; the connection has then gone back to its pool, or is closed. `failed`:
  // see failure().
  Read tryRead(std::span<char> into);
  io::Slot& slot() noexcept;  // only after `again`
  Failure failure() const noexcept { return failure_; }
  const std::string& detail() const noexcept { return detail_; }  // for operators; may be empty

  bool reused() const noexcept { return reused_; }  // the connection came from the pool

 private:
  io::Task<Failure> openOnce(const Request& request, const OpenLimits& limits,
                             io::CancelToken cancel);
  io::Task<Failure> connect(const OpenLimits& limits, io::CancelToken cancel);
  io::Task<Failure> sendAndAwaitHead(const Request& request, const OpenLimits& limits,
                                     io::CancelToken cancel);
  Failure readHead();
  Failure lookForHead();
  Failure answerToBrokenRequest();
  Failure because(io::Wake wake, const OpenLimits& limits) const noexcept;
  Failure fail(Failure failure, std::string_view detail);
  Read broken(Failure failure, std::string_view detail);
  Read takeBody(std::span<char> bytes);
  Read ended(io::Status status);
  void settle();

  Client& client_;
  const Endpoint& endpoint_;
  std::unique_ptr<Buffers> buffers_;
  io::ConnectionPtr connection_;
  wire::HeadFinder finder_;
  wire::BodyDecoder body_;
  std::size_t taken_ = 0;  // of the buffered answer: heads, and what of the body was handed out
  std::size_t headStart_ = 0;
  std::uint8_t interim_ = 0;  // 1xx answers so far
  bool toHead_ = false;       // the request's method is HEAD
  bool heard_ = false;        // any byte of an answer came
  bool hasHead_ = false;
  bool keep_ = false;  // the connection may serve another request
  bool compressed_ = false;
  bool reused_ = false;
  Failure failure_ = Failure::none;
  std::string detail_;
};

}  // namespace sluice::upstream
