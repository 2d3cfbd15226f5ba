// LoopUnit: all that one loop and its thread have: connections of clients and upstreams, calls
// under way, the pinned generation, batched log lines. Nothing is shared with other loops on the
// path of a call.
// Threads: made and started by the main thread; adopt(), drain() and end() from any.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "app/removal.hpp"
#include "app/shared.hpp"
#include "calls/generation.hpp"
#include "calls/services.hpp"
#include "http/server.hpp"
#include "io/loop.hpp"
#include "telemetry/line_batch.hpp"
#include "upstream/client.hpp"
#include "upstream/signing/signer.hpp"

namespace sluice::app {

class LoopUnit {
 public:
  // `shared` must outlive it. Throws std::runtime_error where the trusted certificates are bad.
  LoopUnit(Shared& shared, std::shared_ptr<const calls::Generation> generation,
           std::shared_ptr<const http::Settings> settings);
  ~LoopUnit();

  // Before start().
  std::optional<Error> listen(const std::vector<Poco::Net::SocketAddress>& addresses, bool alone);
  std::uint16_t port() const noexcept { return server_.port(); }

  // `ended` is called on the loop's thread, last of all.
  void start(std::function<void()> ended);
  void join();

  // Attempts that begin later use this generation; those under way keep theirs. `adopted` is let
  // go when that is so.
  void adopt(std::shared_ptr<const calls::Generation> generation,
             std::shared_ptr<const http::Settings> settings, std::shared_ptr<void> adopted);
  // What makes this loop take part in a removal. May be called from any thread, also when the loop
  // has ended: then it does nothing.
  using Remover = std::function<void(std::shared_ptr<Removal>)>;
  Remover remover();
  // No new calls; those under way have until `deadline`, then they end with an error. The thread
  // ends after the last one.
  void end(io::Deadline deadline);
  // Moves the deadline of end() to now.
  void hurry();

  // For handlers, on the loop's thread.
  calls::Services& services() noexcept { return services_; }
  const std::shared_ptr<const calls::Generation>& generation() const noexcept {
    return services_.generation;
  }

 private:
  io::Task<void> ending(io::Deadline deadline);
  io::Task<void> remove(std::shared_ptr<Removal> removal);

  io::Loop loop_;
  telemetry::LineBatch lines_;
  upstream::Client upstream_;
  upstream::Signer signer_;
  calls::Services services_;
  io::Scope scope_;
  io::CancelSource hurry_;
  http::Server server_;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace sluice::app
