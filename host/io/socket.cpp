#include "io/socket.hpp"

#include <Poco/Net/StreamSocketImpl.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

namespace sluice::io {

using Poco::Net::StreamSocket;

Connection::Connection(Loop& loop, const StreamSocket& socket, bool connecting)
    : socket_(socket), descriptor_(loop, socket_.impl()->sockfd(), connecting) {}

Connection::~Connection() {
  if (tls_) tls_->close();
}

Transfer Connection::tryRead(std::span<char> into) {
  if (tls_) {
    const Transfer result = tls_->read(into);
    readWants_ = result.status == Status::again ? tls_->wanted : nullptr;
    return result;
  }
  Slot& slot = descriptor_.readable;
  if (!slot.ready) return {Status::again, 0};
  for (;;) {
    const ssize_t got = ::recv(descriptor_.fd(), into.data(), into.size(), 0);
    if (got > 0) {
      // A short read has emptied the socket: what comes later makes a new edge. One recv saved.
      const auto bytes = static_cast<std::size_t>(got);
      if (bytes < into.size() && !descriptor_.hungUp) slot.ready = false;
      return {Status::ok, bytes};
    }
    if (got == 0) return {Status::eof, 0};
    if (errno == EINTR) continue;
    if (errno != EAGAIN) return {Status::reset, 0};
    slot.ready = false;
    return {Status::again, 0};
  }
}

Transfer Connection::tryWrite(std::string_view head, std::string_view body) {
  if (tls_) {
    const Transfer result = tls_->write(head, body);
    writeWants_ = result.status == Status::again ? tls_->wanted : nullptr;
    return result;
  }
  std::size_t total = 0;
  while (!head.empty() || !body.empty()) {
    std::array<iovec, 2> pieces{{{const_cast<char*>(head.data()), head.size()},
                                 {const_cast<char*>(body.data()), body.size()}}};
    msghdr message{};
    message.msg_iov = pieces.data() + (head.empty() ? 1 : 0);
    message.msg_iovlen = head.empty() || body.empty() ? 1 : 2;
    const ssize_t sent = ::sendmsg(descriptor_.fd(), &message, MSG_NOSIGNAL);
    if (sent < 0) {
      if (errno == EINTR) continue;
      if (errno != EAGAIN) return {Status::reset, total};
      descriptor_.writable.ready = false;
      return {Status::again, total};
    }
    const auto bytes = static_cast<std::size_t>(sent);
    const std::size_t ofHead = std::min(bytes, head.size());
    head.remove_prefix(ofHead);
    body.remove_prefix(bytes - ofHead);
    total += bytes;
  }
  return {Status::ok, total};
}

void Connection::shutdownWrite() noexcept {
  if (tls_) tls_->close();
  ::shutdown(descriptor_.fd(), SHUT_WR);
}

bool Connection::hasUnread() const noexcept {
  char byte = 0;
  return ::recv(descriptor_.fd(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

bool Connection::stale() {
  if (descriptor_.hungUp) return true;
  if (!descriptor_.readable.ready) return false;
  char byte = 0;  // with TLS what came may be a session ticket: only an attempt can tell
  return tryRead(std::span<char>(&byte, 1)).status != Status::again;
}

Task<Transfer> Connection::read(std::span<char> into, Until until) {
  for (;;) {
    const Transfer result = tryRead(into);
    if (result.status != Status::again) co_return result;
    const Wake wake = co_await Wait(loop(), until, &readSlot());
    if (wake != Wake::ready) co_return Transfer{toStatus(wake), 0};
  }
}

Task<Status> Connection::writeAll(std::string_view head, std::string_view body, Until until) {
  for (;;) {
    const Transfer result = tryWrite(head, body);
    if (result.status != Status::again) co_return result.status;
    const std::size_t ofHead = std::min(result.bytes, head.size());
    head.remove_prefix(ofHead);
    body.remove_prefix(result.bytes - ofHead);
    const Wake wake = co_await Wait(loop(), until, &writeSlot());
    if (wake != Wake::ready) co_return toStatus(wake);
  }
}

Task<Status> Connection::handshake(Until until) {
  for (;;) {
    const Status status = tls_->handshake();
    if (status != Status::again) co_return status;
    const Wake wake = co_await Wait(loop(), until, tls_->wanted);
    if (wake != Wake::ready) co_return toStatus(wake);
  }
}

Task<Status> Connection::startTls(TlsContext& context, const std::string& host, Until until) {
  std::string peer = host + ':' + std::to_string(socket_.peerAddress().port());
  tls_ = std::make_unique<Tls>(context, descriptor_, host, std::move(peer));
  return handshake(until);
}

Task<Status> Connection::acceptTls(TlsContext& context, Until until) {
  tls_ = std::make_unique<Tls>(context, descriptor_, std::string(), std::string());
  return handshake(until);
}

Task<Opened> connect(Loop& loop, Poco::Net::SocketAddress address, Until until) {
  // socket() itself, for Poco's sockets stay open in child processes.
  const int fd = ::socket(address.af(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) {
    const bool none = errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
    co_return Opened{none ? Status::busy : Status::refused, nullptr, errno};
  }
  StreamSocket socket(new Poco::Net::StreamSocketImpl(fd));
  socket.setNoDelay(true);
  if (::connect(fd, address.addr(), address.length()) != 0 && errno != EINPROGRESS) {
    co_return Opened{Status::refused, nullptr, errno};
  }
  ConnectionPtr connection;
  try {
    connection = std::make_unique<Connection>(loop, socket, true);
  } catch (const std::system_error& error) {
    co_return Opened{Status::busy, nullptr, error.code().value()};
  }
  const Wake wake = co_await Wait(loop, until, &connection->writeSlot());
  if (wake != Wake::ready) co_return Opened{toStatus(wake), nullptr};
  const int error = connection->socket().impl()->socketError();
  if (error != 0) co_return Opened{Status::refused, nullptr, error};
  co_return Opened{Status::ok, std::move(connection)};
}

Listener::Listener(Loop& loop, const Poco::Net::SocketAddress& address, int backlog) {
  socket_.bind(address, true, true);
  socket_.listen(backlog);
  socket_.setBlocking(false);
  descriptor_ = std::make_unique<Descriptor>(loop, socket_.impl()->sockfd());
}

Listener::~Listener() = default;

Task<Opened> Listener::accept(Until until) {
  Loop& loop = descriptor_->loop();
  for (;;) {
    // accept4 itself, for Poco's acceptConnection throws where there is nothing to accept.
    const int fd = ::accept4(descriptor_->fd(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
      StreamSocket socket(new Poco::Net::StreamSocketImpl(fd));
      socket.setNoDelay(true);
      co_return Opened{Status::ok, std::make_unique<Connection>(loop, socket)};
    }
    if (errno == EINTR || errno == ECONNABORTED || errno == EPROTO) continue;
    Wake wake;
    if (errno == EAGAIN) {
      descriptor_->readable.ready = false;
      wake = co_await Wait(loop, until, &descriptor_->readable);
    } else {
      // Out of descriptors or memory. No edge will tell when it is better: look again soon.
      const Deadline soon = std::min(until.deadline, loop.after(std::chrono::milliseconds(50)));
      wake = co_await loop.sleep(Until{soon, until.cancel});
      if (wake == Wake::timeout && soon < until.deadline) wake = Wake::ready;
    }
    if (wake != Wake::ready) co_return Opened{toStatus(wake), nullptr};
  }
}

}  // namespace sluice::io
