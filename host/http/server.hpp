// Server: the HTTP face on one loop: listening sockets, connections, and their orderly end.
// Each loop has its own, with its own router and handlers; they share a Fleet.
// Threads: the loop's; made and destroyed there too, or while the loop does not run.
#pragma once

#include <Poco/Net/SocketAddress.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/result.hpp"
#include "http/connection.hpp"
#include "http/fleet.hpp"
#include "http/loop_state.hpp"
#include "io/scope.hpp"
#include "io/socket.hpp"

namespace sluice::http {

// The addresses that `server.listen` stands for: one, but two for localhost.
Result<std::vector<Poco::Net::SocketAddress>> listenAddresses(const config::Server& server);

class Server {
 public:
  // `fleet` must outlive it.
  Server(io::Loop& loop, Router router, std::shared_ptr<const Settings> settings, Fleet& fleet);
  ~Server();  // closes what is still open, at once
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Binds and begins to accept. Port 0: a free one, see port(). Servers of other loops may listen
  // at the same addresses: the kernel shares connections out. The first of a process is `alone`: it
  // says so if another process listens there already, which the kernel would share out to, too.
  std::optional<Error> listen(const std::vector<Poco::Net::SocketAddress>& addresses, bool alone);
  std::uint16_t port() const noexcept { return port_; }

  // New settings, for requests from now on; a new certificate for connections from now on.
  void configure(std::shared_ptr<const Settings> settings);

  // Begins the end: no new requests but of routes that answer until the end, idle connections are
  // closed, those with a request after it.
  void drain();
  // Waits until no connection is left, or as long as `until` says.
  io::Task<void> drained(io::Until until);
  // Ends the rest: handlers are cancelled with Left::shutdown and have Exchange::kFarewell to end
  // their answers.
  void stop();

  std::size_t connections() const noexcept { return open_; }

 private:
  template <class Do>
  void forEach(Do act);  // `act` must not end a connection, only mark it
  io::Task<void> accept(std::unique_ptr<io::Listener> listener);
  void take(io::ConnectionPtr connection);
  void handOver(const Fleet::MemberPtr& to, Fleet::Place place, io::ConnectionPtr connection);
  void adopt(Fleet::Place place, const Poco::Net::StreamSocket& socket) noexcept;
  io::Task<void> serve(Fleet::Place place, io::ConnectionPtr connection);
  io::Task<void> turnAway(io::ConnectionPtr connection);

  LoopState state_;
  Fleet& fleet_;
  const Fleet::MemberPtr member_;
  std::uint16_t port_ = 0;
  std::size_t open_ = 0;
  std::size_t turningAway_ = 0;
  io::Slot empty_{true};
  io::List<ServerConnection, ConnectionTag> list_;
  io::Scope connections_;
  std::unique_ptr<io::Scope> accepting_;  // none: it accepts no more
};

}  // namespace sluice::http
