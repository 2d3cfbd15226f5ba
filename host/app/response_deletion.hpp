// DELETE /responses/{id}: what is kept here goes once the provider that keeps it too has let it go.
// Threads: one loop.
#pragma once

#include "http/router.hpp"

namespace sluice::app {

class LoopUnit;
struct Shared;

class DeletionHandler final : public http::LoopHandler {
 public:
  DeletionHandler(LoopUnit& unit, Shared& shared) noexcept : unit_(unit), shared_(shared) {}

  io::Task<void> handle(http::Exchange& exchange, io::CancelToken left) override;

 private:
  LoopUnit& unit_;
  Shared& shared_;
};

}  // namespace sluice::app
