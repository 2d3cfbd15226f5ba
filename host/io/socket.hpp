// Connection and Listener: Poco's stream sockets, non-blocking, on a loop. Plain and TLS alike.
// The try... calls make one attempt and never wait; the others are built from them and Wait.
// Threads: the loop's. At most one reader and one writer at a time.
#pragma once

#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocket.h>

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "io/status.hpp"
#include "io/task.hpp"
#include "io/tls.hpp"

namespace sluice::io {

class Connection {
 public:
  Connection(Loop& loop, const Poco::Net::StreamSocket& socket, bool connecting = false);
  ~Connection();  // closes; who still waits on it is cancelled
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // ok with bytes > 0, again, eof, reset or tls.
  Transfer tryRead(std::span<char> into);
  // Both pieces in one system call (one record with TLS). `bytes` counts what went, also with
  // again.
  Transfer tryWrite(std::string_view head, std::string_view body = {});

  // Buffers and views must live until the task has ended.
  Task<Transfer> read(std::span<char> into, Until until);
  Task<Status> writeAll(std::string_view head, std::string_view body, Until until);

  // The context must outlive the connection. Sessions are resumed by host and port.
  Task<Status> startTls(TlsContext& context, const std::string& host, Until until);
  Task<Status> acceptTls(TlsContext& context, Until until);

  // To wait for after tryRead said again. A connection that may be read is also one whose peer
  // left.
  Slot& readSlot() noexcept { return readWants_ == nullptr ? descriptor_.readable : *readWants_; }
  Slot& writeSlot() noexcept {
    return writeWants_ == nullptr ? descriptor_.writable : *writeWants_;
  }

  // Nothing more will be written (with TLS, close_notify says so). The peer may go on sending.
  void shutdownWrite() noexcept;

  bool hungUp() const noexcept { return descriptor_.hungUp; }
  // Whether bytes are here that nobody has read yet, also such as the loop has not heard of.
  bool hasUnread() const noexcept;
  // For a connection at rest in a pool: the peer has closed it, or speaks out of turn.
  bool stale();

  Loop& loop() const noexcept { return descriptor_.loop(); }
  Poco::Net::StreamSocket& socket() noexcept { return socket_; }
  const Tls* tls() const noexcept { return tls_.get(); }

 private:
  Task<Status> handshake(Until until);

  Poco::Net::StreamSocket socket_;
  Descriptor descriptor_;
  std::unique_ptr<Tls> tls_;
  Slot* readWants_ = nullptr;  // TLS only: reading waits for this
  Slot* writeWants_ = nullptr;
};

using ConnectionPtr = std::unique_ptr<Connection>;

struct Opened {
  Status status;
  ConnectionPtr connection;  // with ok
  int error = 0;             // errno, with refused and busy
};

Task<Opened> connect(Loop& loop, Poco::Net::SocketAddress address, Until until);

// Waits until one of two connections may be read: the upstream for its answer, the client for its
// leaving. Call it after tryRead said again on both; then try both.
inline Wait waitEither(Connection& first, Connection& second, Until until) noexcept {
  return Wait(first.loop(), until, &first.readSlot(), &second.readSlot());
}

// A listening socket of one loop. SO_REUSEPORT: each loop has its own, the kernel shares out.
class Listener {
 public:
  Listener(Loop& loop, const Poco::Net::SocketAddress& address, int backlog = 4096);
  ~Listener();
  Task<Opened> accept(Until until);
  std::uint16_t port() const { return socket_.address().port(); }

 private:
  Poco::Net::ServerSocket socket_;
  std::unique_ptr<Descriptor> descriptor_;
};

}  // namespace sluice::io
