// PocoHandler: answers requests with handlers written for Poco's HTTP server, for everything that
// is not the path of a call. Threads: one loop; handlers that may block run on the worker pool.
#pragma once

#include <Poco/Net/HTTPRequestHandler.h>

#include <functional>
#include <memory>

#include "http/handler.hpp"
#include "io/offload.hpp"

namespace sluice::http {

// Makes the handler of one request, as Poco's HTTPRequestHandlerFactory does. Called where the
// handler will run.
using PocoFactory = std::function<std::unique_ptr<Poco::Net::HTTPRequestHandler>(
    const Poco::Net::HTTPServerRequest& request)>;

class PocoHandler final : public LoopHandler {
 public:
  // Right on the loop: for handlers that take microseconds and wait for nothing.
  explicit PocoHandler(PocoFactory factory);
  // On the pool, which must outlive it. A full queue is answered with 503. If the client leaves, a
  // handler that has begun is run to its end.
  PocoHandler(PocoFactory factory, io::WorkerPool& workers);

  io::Task<void> handle(Exchange& exchange, io::CancelToken left) override;
  bool quick() const noexcept override { return workers_ == nullptr; }

 private:
  std::shared_ptr<const PocoFactory> factory_;
  io::WorkerPool* workers_ = nullptr;
};

}  // namespace sluice::http
