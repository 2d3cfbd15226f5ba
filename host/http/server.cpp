#include "http/server.hpp"

#include <Poco/Net/IPAddress.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/ServerSocket.h>

#include <algorithm>
#include <cerrno>
#include <exception>
#include <system_error>

#include "base/text.hpp"
#include "telemetry/log.hpp"

namespace sluice::http {

namespace {

using Poco::Net::IPAddress;
using Poco::Net::SocketAddress;
using telemetry::Log;
using telemetry::LogLevel;

constexpr unsigned kAcceptedInOneGo = 64;
// Turned away with an answer at one time; beyond that connections are closed without one.
constexpr std::size_t kTurnedAwayPolitely = 64;
constexpr std::chrono::milliseconds kTurnAwayTime{1000};
constexpr std::chrono::milliseconds kAfterFault{50};

Error cannotListen(const SocketAddress& address, int code) {
  return Error{"cannot listen at " + address.toString() + ": " +
               std::generic_category().message(code)};
}

// Whether the address is of no use on this machine, rather than taken.
bool isAbsent(int code) noexcept { return code == EADDRNOTAVAIL || code == EAFNOSUPPORT; }

// Binds as one that shares with nobody, and lets go again. 0, or the errno.
int tryAlone(const SocketAddress& address) {
  try {
    Poco::Net::ServerSocket probe;
    probe.bind(address, true, false);
    return 0;
  } catch (const Poco::Exception& exception) {
    return exception.code();
  }
}

std::shared_ptr<io::TlsContext> makeTls(const Settings& settings) {
  if (settings.certificatePem.empty()) return nullptr;
  return std::make_shared<io::TlsContext>(
      io::TlsContext::server(settings.certificatePem, settings.keyPem));
}

std::string turnedAwayText() {
  const Answer answer =
      unavailableAnswer("too_many_connections", "There are too many connections; try again.");
  std::string text = "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\n";
  text += answer.fields + "Content-Length: " + std::to_string(answer.body.size());
  text += "\r\nConnection: close\r\n\r\n" + answer.body;
  return text;
}

// Adds to a count for as long as it lives; tells when there is none left.
class Counted {
 public:
  Counted(std::size_t& count, io::Slot& empty) noexcept : count_(count), empty_(empty) {
    ++count_;
    empty_.ready = false;
  }
  ~Counted() {
    if (--count_ == 0) empty_.set();
  }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;

 private:
  std::size_t& count_;
  io::Slot& empty_;
};

}  // namespace

Result<std::vector<SocketAddress>> listenAddresses(const config::Server& server) {
  std::vector<SocketAddress> addresses;
  if (text::equalsIgnoringCase(server.host, "localhost")) {
    addresses.emplace_back(IPAddress("127.0.0.1"), server.port);
    addresses.emplace_back(IPAddress("::1"), server.port);
    return addresses;
  }
  std::string host = server.host;
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  IPAddress address;
  if (!IPAddress::tryParse(host, address)) {
    return Error{"server.listen: '" + server.host + "' is neither an address nor localhost"};
  }
  addresses.emplace_back(address, server.port);
  return addresses;
}

Server::Server(io::Loop& loop, Router router, std::shared_ptr<const Settings> settings,
               Fleet& fleet)
    : state_(loop, std::move(router)),
      fleet_(fleet),
      member_(fleet.join(loop.mailbox(), this)),
      connections_(loop),
      accepting_(std::make_unique<io::Scope>(loop)) {
  configure(std::move(settings));
}

Server::~Server() {
  fleet_.leave(member_);
  member_->server = nullptr;  // letters that are still on their way find nobody
}

void Server::configure(std::shared_ptr<const Settings> settings) {
  state_.tls = makeTls(*settings);
  state_.settings = std::move(settings);
}

std::optional<Error> Server::listen(const std::vector<SocketAddress>& addresses, bool alone) {
  std::vector<std::unique_ptr<io::Listener>> listeners;
  for (SocketAddress address : addresses) {
    // The second address of a name takes the port that the first was given.
    if (address.port() == 0 && port_ != 0) address = SocketAddress(address.host(), port_);
    const bool spare = !listeners.empty();
    const int taken = alone && address.port() != 0 ? tryAlone(address) : 0;
    if (spare && isAbsent(taken)) continue;
    if (taken != 0) return cannotListen(address, taken);
    try {
      listeners.push_back(std::make_unique<io::Listener>(state_.loop, address));
    } catch (const Poco::Exception& exception) {
      if (spare && isAbsent(exception.code())) continue;
      return cannotListen(address, exception.code());
    }
    port_ = listeners.front()->port();
  }
  for (auto& listener : listeners) accepting_->spawn(accept(std::move(listener)));
  return std::nullopt;
}

io::Task<void> Server::accept(std::unique_ptr<io::Listener> listener) {
  const io::Until until{io::kNever, accepting_->token()};
  for (unsigned accepted = 1;; ++accepted) {
    std::string fault;
    try {
      io::Opened opened = co_await listener->accept(until);
      if (opened.status != io::Status::ok) co_return;
      take(std::move(opened.connection));
    } catch (const std::exception& exception) {  // out of memory, or the peer reset already
      fault = exception.what();
    }
    if (!fault.empty()) {
      Log::say(LogLevel::warning, "cannot accept a connection", {{"error", fault}});
      const io::Until soon{state_.loop.after(kAfterFault), until.cancel};
      static_cast<void>(co_await state_.loop.sleep(soon));
    } else if (accepted % kAcceptedInOneGo == 0) {
      co_await state_.loop.yield();
    }
  }
}

void Server::take(io::ConnectionPtr connection) {
  const Fleet::MemberPtr chosen = fleet_.choose(member_);
  Fleet::Place place(fleet_, chosen);
  if (fleet_.connections() > state_.settings->limits.maxConnections) {
    if (turningAway_ < kTurnedAwayPolitely && state_.tls == nullptr) {
      accepting_->spawn(turnAway(std::move(connection)));
    }
  } else if (chosen == member_) {
    connections_.spawn(serve(std::move(place), std::move(connection)));
  } else {
    handOver(chosen, std::move(place), std::move(connection));
  }
}

void Server::handOver(const Fleet::MemberPtr& to, Fleet::Place place,
                      io::ConnectionPtr connection) {
  const auto moved = std::make_shared<Fleet::Place>(std::move(place));
  const Poco::Net::StreamSocket socket = connection->socket();
  connection.reset();  // leaves this loop; the socket lives on in the letter
  to->mailbox->post([to, moved, socket] {
    if (to->server != nullptr) to->server->adopt(std::move(*moved), socket);
  });
}

void Server::adopt(Fleet::Place place, const Poco::Net::StreamSocket& socket) noexcept {
  try {
    auto connection = std::make_unique<io::Connection>(state_.loop, socket);
    connections_.spawn(serve(std::move(place), std::move(connection)));
  } catch (const std::exception& exception) {
    Log::say(LogLevel::warning, "cannot accept a connection", {{"error", exception.what()}});
  }
}

io::Task<void> Server::serve([[maybe_unused]] Fleet::Place place, io::ConnectionPtr connection) {
  const Counted counted(open_, empty_);
  ServerConnection served(state_, std::move(connection));
  list_.pushBack(served);
  try {
    co_await served.run();
  } catch (const std::exception& exception) {
    Log::say(LogLevel::error, "connection failed", {{"error", exception.what()}});
  }
}

// Reads what the client has sent, lest closing reset the connection before the answer is read.
io::Task<void> Server::turnAway(io::ConnectionPtr connection) {
  static const std::string text = turnedAwayText();
  ++turningAway_;
  const io::Until until{state_.loop.after(kTurnAwayTime), accepting_->token()};
  static_cast<void>(connection->tryWrite(text));
  connection->shutdownWrite();
  io::Status status = io::Status::ok;
  while (status == io::Status::ok) {
    const io::Transfer got = co_await connection->read(state_.loop.scratch(), until);
    status = got.status;
  }
  --turningAway_;
}

template <class Do>
void Server::forEach(Do act) {
  io::List<ServerConnection, ConnectionTag> seen;
  while (ServerConnection* connection = list_.popFront()) {
    seen.pushBack(*connection);
    act(*connection);
  }
  list_.splice(seen);
}

void Server::drain() {
  state_.draining = true;
  fleet_.leave(member_);
  forEach([](ServerConnection& connection) { connection.drain(); });
}

io::Task<void> Server::drained(io::Until until) {
  static_cast<void>(co_await io::Wait(state_.loop, until, &empty_));
}

void Server::stop() {
  drain();
  accepting_.reset();
  member_->server = nullptr;  // what others still hand over is let go: the loop may end at once
  forEach([](ServerConnection& connection) { connection.stop(); });
}

}  // namespace sluice::http
