#include "calls/dialect.hpp"

#include <exception>

namespace sluice::calls {

plugins::ChunkSink::Answer Rendering::push(const plugins::Chunk& chunk) noexcept {
  try {
    take(chunk);
  } catch (const std::exception&) {  // out of memory: this answer cannot be given
    plugins::Fault fault;
    fault.code = plugins::Code::resourceExhausted;
    progress_.fault = std::move(fault);
  }
  return progress_.fault ? Answer::cancelled : Answer::more;
}

}  // namespace sluice::calls
