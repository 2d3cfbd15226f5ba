#include "telemetry/line_batch.hpp"

#include "telemetry/log.hpp"

namespace sluice::telemetry {

void LineBatch::flush() {
  if (lines_.empty()) return;
  Log::writeLines(lines_);
  if (lines_.capacity() > 4 * kMost) lines_ = std::string();
  lines_.clear();
}

io::Task<void> LineBatch::run(io::Loop& loop, io::CancelToken cancel) {
  for (;;) {
    const io::Until until{loop.after(std::chrono::milliseconds(50)), cancel};
    const io::Wake wake = co_await loop.sleep(until);
    flush();
    if (wake == io::Wake::cancelled) co_return;
  }
}

}  // namespace sluice::telemetry
