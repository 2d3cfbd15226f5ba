// Dialer: a new connection to an endpoint: name, TCP, the proxy's tunnel, TLS.
// Threads: one loop.
#pragma once

#include <string>

#include "io/socket.hpp"
#include "upstream/endpoint.hpp"
#include "upstream/failure.hpp"
#include "upstream/resolver.hpp"

namespace sluice::upstream {

struct Dialed {
  Failure failure = Failure::none;  // connectTimeout whenever the deadline passed
  std::string detail;
  io::ConnectionPtr connection;  // with none
};

class Dialer {
 public:
  // All must outlive it. Throws std::runtime_error if `caPem` holds no certificate; see
  // io::TlsContext::client().
  Dialer(io::Loop& loop, io::WorkerPool& workers, Resolver& resolver, const std::string& caPem);

  // `endpoint` must live until this ends.
  io::Task<Dialed> dial(const Endpoint& endpoint, io::Until until);

 private:
  io::Task<Dialed> reach(const wire::Url& url, io::Until until);
  io::Task<Dialed> tunnel(io::ConnectionPtr connection, const Endpoint& endpoint, io::Until until);
  io::Task<Dialed> secure(io::ConnectionPtr connection, const std::string& host, io::Until until);

  io::Loop& loop_;
  io::WorkerPool& workers_;
  Resolver& resolver_;
  io::TlsContext tls_;
};

}  // namespace sluice::upstream
