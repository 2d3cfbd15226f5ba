// LoopHandler: what answers a request, on the loop.
// Threads: the loop's.
#pragma once

#include "io/cancel.hpp"
#include "io/task.hpp"

namespace sluice::http {

class Exchange;

class LoopHandler {
 public:
  virtual ~LoopHandler() = default;

  // Answers through `exchange`, which lives until the task has ended. `left` is cancelled as soon
  // as the client has gone or the server ends; Exchange::left() says which. What it throws becomes
  // a 500, or breaks the connection off if the answer has begun.
  virtual io::Task<void> handle(Exchange& exchange, io::CancelToken left) = 0;

  // Whether it answers without waiting for anything but the client. Nobody then watches for the
  // client's leaving, which saves the watching.
  virtual bool quick() const noexcept { return false; }
};

}  // namespace sluice::http
