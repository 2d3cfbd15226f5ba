// The provider that keeps a response too: whether it can be asked, and what it says of one that it
// works on in the background.
// Threads: one loop.
#pragma once

#include "calls/generation.hpp"
#include "dialects/openai_responses_stored.hpp"
#include "http/router.hpp"
#include "storage/responses.hpp"

namespace sluice::app {

class LoopUnit;
struct Shared;

enum class Keeper : std::uint8_t {
  none,  // configured no more, or of another kind
  on,
  off
};
Keeper keeperOf(const calls::Generation& generation, const storage::StoredResponse& one);

// The beginning of a question about it.
dialects::StoredAsked askedOf(const storage::StoredResponse& one);

http::Answer keeperIsOff(const storage::StoredResponse& one);

// Answers a client with what the keeper says to `inquiry`, and keeps the response once it is whole.
io::Task<void> answerFromKeeper(LoopUnit& unit, Shared& shared, http::Exchange& exchange,
                                io::CancelToken left, const storage::StoredResponse& one,
                                const dialects::KeepableInquiry& inquiry);

// POST /responses/{id}/cancel.
class CancelHandler final : public http::LoopHandler {
 public:
  CancelHandler(LoopUnit& unit, Shared& shared) noexcept : unit_(unit), shared_(shared) {}

  io::Task<void> handle(http::Exchange& exchange, io::CancelToken left) override;

 private:
  LoopUnit& unit_;
  Shared& shared_;
};

}  // namespace sluice::app
