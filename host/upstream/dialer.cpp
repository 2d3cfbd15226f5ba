#include "upstream/dialer.hpp"

#include <Poco/Net/SocketAddress.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <utility>

#include "upstream/proxy.hpp"
#include "wire/head.hpp"

namespace sluice::upstream {

using io::Status;

namespace {

constexpr std::chrono::milliseconds kLeastShare{250};
constexpr std::size_t kTunnelHeadLimit = 16'384;

Dialed failed(Failure failure, std::string detail = {}) {
  return Dialed{failure, std::move(detail), nullptr};
}

Failure failureOf(Status status, Failure otherwise) noexcept {
  switch (status) {
    case Status::timeout: return Failure::connectTimeout;
    case Status::cancelled: return Failure::cancelled;
    case Status::busy: return Failure::overloaded;
    default: return otherwise;
  }
}

std::string withPort(const wire::Url& url) {
  const bool ipv6 = url.host.find(':') != std::string::npos;
  const std::string host = ipv6 ? '[' + url.host + ']' : url.host;
  return host + ':' + std::to_string(url.port);
}

std::string tunnelRequest(const Endpoint& endpoint) {
  const std::string target = withPort(endpoint.url);
  std::string text = "CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\n";
  const std::string credentials = proxyAuthorization(endpoint.proxy);
  if (!credentials.empty()) text += "Proxy-Authorization: " + credentials + "\r\n";
  return text + "\r\n";
}

// The answer to a CONNECT, as it comes.
struct TunnelAnswer {
  std::string bytes;
  wire::HeadFinder finder{kTunnelHeadLimit};
  wire::ResponseHead head;

  enum class State { more, open, refused };
  State take(std::string_view more, std::string& detail) {
    bytes += more;
    for (;;) {
      const auto found = finder.look(bytes);
      if (found == wire::HeadFinder::Found::more) return State::more;
      wire::HeadFault fault = finder.fault();
      // Asked as if for HEAD: what follows a 2xx is the tunnel, not a body.
      if (fault == wire::HeadFault::none) {
        fault = wire::parseResponse(std::string_view(bytes).substr(0, finder.size()), true, head);
      }
      if (fault != wire::HeadFault::none) {
        detail = wire::describe(fault);
        return State::refused;
      }
      if (head.status >= 200) break;
      bytes.erase(0, finder.size());
      finder.restart();
    }
    if (head.status < 300 && bytes.size() == finder.size()) return State::open;
    detail = head.status < 300 ? "the proxy spoke into the tunnel"
                               : "the proxy answered " + std::to_string(head.status);
    return State::refused;
  }
};

}  // namespace

Dialer::Dialer(io::Loop& loop, io::WorkerPool& workers, Resolver& resolver,
               const std::string& caPem)
    : loop_(loop), workers_(workers), resolver_(resolver), tls_(io::TlsContext::client(caPem)) {}

io::Task<Dialed> Dialer::dial(const Endpoint& endpoint, io::Until until) {
  const wire::Url& first = endpoint.proxied() ? endpoint.proxy.url : endpoint.url;
  Dialed dialed = co_await reach(first, until);
  if (dialed.failure == Failure::none && endpoint.url.tls && endpoint.proxied()) {
    dialed = co_await tunnel(std::move(dialed.connection), endpoint, until);
  }
  if (dialed.failure == Failure::none && endpoint.url.tls) {
    dialed = co_await secure(std::move(dialed.connection), endpoint.url.host, until);
  }
  co_return dialed;
}

// Tries the addresses in order, each with a fair share of the time.
io::Task<Dialed> Dialer::reach(const wire::Url& url, io::Until until) {
  const Resolver::Found found = co_await resolver_.resolve(loop_, workers_, url.host, until);
  if (found.status != Status::ok) {
    std::string detail = "looking up " + url.host;
    if (!found.error.empty()) detail += ": " + found.error;
    co_return failed(failureOf(found.status, Failure::unresolved), std::move(detail));
  }
  const Addresses& addresses = *found.addresses;
  std::string detail;
  bool refused = false;
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    const auto left = until.deadline - loop_.now();
    const auto share = std::max<io::Deadline::duration>(
        kLeastShare, left / static_cast<std::int64_t>(addresses.size() - i));
    const io::Until each{std::min(until.deadline, loop_.now() + share), until.cancel};
    const Poco::Net::SocketAddress address(addresses[i], url.port);
    io::Opened opened = co_await io::connect(loop_, address, each);
    if (opened.status == Status::ok) {
      if (i > 0) resolver_.prefer(url.host, addresses[i]);
      co_return Dialed{Failure::none, {}, std::move(opened.connection)};
    }
    detail = "connecting to " + address.toString();
    if (opened.error != 0) detail += std::string(": ") + std::strerror(opened.error);
    refused = refused || opened.status == Status::refused;
    const bool over = opened.status == Status::cancelled || opened.status == Status::busy ||
                      loop_.now() >= until.deadline;
    if (over) co_return failed(failureOf(opened.status, Failure::refused), std::move(detail));
  }
  resolver_.distrust(url.host);
  co_return failed(refused ? Failure::refused : Failure::connectTimeout, std::move(detail));
}

io::Task<Dialed> Dialer::tunnel(io::ConnectionPtr connection, const Endpoint& endpoint,
                                io::Until until) {
  const std::string request = tunnelRequest(endpoint);
  const Status sent = co_await connection->writeAll(request, {}, until);
  if (sent != Status::ok) {
    co_return failed(failureOf(sent, Failure::proxyFailed), "the proxy closed the connection");
  }
  TunnelAnswer answer;
  std::string detail;
  for (;;) {
    char piece[2048];
    const io::Transfer got = co_await connection->read(piece, until);
    if (got.status != Status::ok) {
      const Failure failure = failureOf(got.status, Failure::proxyFailed);
      co_return failed(failure, failure == Failure::proxyFailed ? "the proxy closed the connection"
                                                                : "waiting for the proxy");
    }
    const auto state = answer.take(std::string_view(piece, got.bytes), detail);
    if (state == TunnelAnswer::State::refused) co_return failed(Failure::proxyFailed, detail);
    if (state == TunnelAnswer::State::open) {
      co_return Dialed{Failure::none, {}, std::move(connection)};
    }
  }
}

io::Task<Dialed> Dialer::secure(io::ConnectionPtr connection, const std::string& host,
                                io::Until until) {
  try {
    const Status status = co_await connection->startTls(tls_, host, until);
    if (status == Status::ok) co_return Dialed{Failure::none, {}, std::move(connection)};
    const Failure broken = status == Status::tls ? Failure::tlsFailed : Failure::reset;
    std::string detail = "TLS with " + host;
    if (status == Status::tls) detail += ": " + connection->tls()->reason();
    co_return failed(failureOf(status, broken), std::move(detail));
  } catch (const std::runtime_error& error) {  // OpenSSL does not take the name
    co_return failed(Failure::tlsFailed, error.what());
  }
}

}  // namespace sluice::upstream
