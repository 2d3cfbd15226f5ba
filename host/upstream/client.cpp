#include "upstream/client.hpp"

#include <utility>

namespace sluice::upstream {

namespace {

constexpr std::chrono::seconds kSweep{1};
constexpr std::size_t kSpareBuffers = 256;
constexpr std::size_t kLargestSpare = 8'192;  // bytes; what one large answer took is given back

}  // namespace

Client::Client(io::Loop& loop, io::WorkerPool& workers, Resolver& resolver, const Options& options)
    : loop_(loop),
      dialer_(loop, workers, resolver, options.caPem),
      pool_(options.idlePerOrigin),
      idleTime_(options.idleTime) {}

Client::~Client() = default;

io::Task<void> Client::maintain(io::CancelToken cancel) {
  for (;;) {
    const io::Until until{loop_.after(kSweep), cancel};
    const io::Wake wake = co_await loop_.sleep(until);
    if (wake == io::Wake::cancelled) {
      pool_.sweep(io::kNever);
      co_return;
    }
    pool_.sweep(loop_.now() - idleTime_);
  }
}

std::unique_ptr<Buffers> Client::lendBuffers() {
  if (spare_.empty()) return std::make_unique<Buffers>();
  std::unique_ptr<Buffers> buffers = std::move(spare_.back());
  spare_.pop_back();
  return buffers;
}

void Client::takeBack(std::unique_ptr<Buffers> buffers) {
  if (spare_.size() >= kSpareBuffers) return;
  if (buffers->request.capacity() + buffers->answer.capacity() > kLargestSpare) return;
  buffers->request.clear();
  buffers->answer.clear();
  spare_.push_back(std::move(buffers));
}

}  // namespace sluice::upstream
