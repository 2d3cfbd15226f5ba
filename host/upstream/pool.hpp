// Pool: connections at rest, by origin. The newest goes out first: it is the least likely to be
// dead, and the others grow old and are let go.
// Threads: one loop.
#pragma once

#include <chrono>
#include <cstddef>
#include <vector>

#include "io/socket.hpp"
#include "upstream/endpoint.hpp"

namespace sluice::upstream {

class Pool {
 public:
  explicit Pool(std::size_t perOrigin) noexcept : perOrigin_(perOrigin) {}

  // A connection to the endpoint's origin by way of its proxy that is not known to be dead, or
  // null.
  io::ConnectionPtr take(const Endpoint& endpoint);
  // Above the bound the oldest of that origin is closed.
  void keep(const Endpoint& endpoint, io::ConnectionPtr connection, io::TimePoint now);
  // Closes what has been at rest since `before` or longer, and what the peer has closed.
  void sweep(io::TimePoint before);
  std::size_t size() const noexcept;

 private:
  struct Idle {
    io::ConnectionPtr connection;
    io::TimePoint since;
  };
  struct Origin {
    Endpoint endpoint;       // the path of its URL says nothing
    std::vector<Idle> idle;  // oldest first
  };
  // A handful of upstreams: looking at each is cheaper than a key.
  Origin* find(const Endpoint& endpoint) noexcept;

  const std::size_t perOrigin_;
  std::vector<Origin> origins_;
};

}  // namespace sluice::upstream
