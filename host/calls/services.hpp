// What the calls of one loop share, and the attempts that they are making.
// Threads: one loop; `blocking` is shared by all.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "io/list.hpp"
#include "io/loop.hpp"
#include "io/offload.hpp"
#include "plugins/instance.hpp"
#include "telemetry/line_batch.hpp"
#include "upstream/client.hpp"
#include "upstream/signing/signer.hpp"

namespace sluice::calls {

class Generation;
struct RemovableTag;

// Something under way that uses a plugin's instance.
class Removable : public io::Link<RemovableTag> {
 public:
  virtual const plugins::Instance& instance() const noexcept = 0;
  // The instance is taken away: it ends as soon as it can, unless its answer is whole.
  virtual void remove() noexcept = 0;

 protected:
  ~Removable() = default;
};

struct Services {
  io::Loop& loop;
  io::WorkerPool& blocking;  // for plugins' operations that may block
  upstream::Client& upstream;
  upstream::Signer& signer;
  telemetry::LineBatch& lines;
  // What attempts that begin now use. A reload replaces it.
  std::shared_ptr<const Generation> generation;
  // Bytes on their way to a client. Filled and sent within one step; never held across an await.
  std::string out;
  std::uint64_t turns = 0;   // calls so far; shares keys out
  std::uint64_t jitter = 1;  // state of a small generator, for pauses
  io::List<Removable, RemovableTag> attempts;
};

// Ends the attempts whose instance was to be gone by `now`. Before the commit point the call tries
// what is configured by then; after it the client gets an error. `each`: for every one of them.
void endOverdue(Services& services, io::TimePoint now,
                const std::function<void(const plugins::Instance&)>& each);

}  // namespace sluice::calls
