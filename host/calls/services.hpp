// What the calls of one loop share.
// Threads: one loop; `workers` is shared by all.
#pragma once

#include <cstdint>
#include <string>

#include "io/loop.hpp"
#include "io/offload.hpp"
#include "telemetry/line_batch.hpp"
#include "upstream/client.hpp"

namespace sluice::calls {

struct Services {
  io::Loop& loop;
  io::WorkerPool& workers;
  upstream::Client& upstream;
  telemetry::LineBatch& lines;
  // Bytes on their way to a client. Filled and sent within one step; never held across an await.
  std::string out;
  std::uint64_t turns = 0;   // calls so far; shares keys out
  std::uint64_t jitter = 1;  // state of a small generator, for pauses
};

}  // namespace sluice::calls
