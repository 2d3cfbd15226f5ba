// The part of an attempt that passes a streamed answer on.
#include <algorithm>

#include "calls/attempt.hpp"
#include "calls/fault.hpp"

namespace sluice::calls {

namespace {

using std::chrono::duration_cast;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::steady_clock;
using upstream::Exchange;

constexpr std::size_t kHeldMost = 1 << 20;  // of frames without content
constexpr int kReadsATurn = 16;             // then the other calls have theirs
constexpr milliseconds kPingPause{5000};    // between pings to a client that waits
constexpr milliseconds kTail{100};          // for an upstream to end what is already whole

}  // namespace

// Passes a streamed answer on as it comes. While the client does not read, the upstream is not
// read.
io::Task<Attempt::End> Attempt::relay(Exchange& exchange, Intake& intake) {
  io::Loop& loop = services_.loop;
  std::string& out = services_.out;
  const Progress& progress = intake.progress();
  const bool pings = stream_ && !intake.ping().empty();
  io::Deadline tail = io::kNever;
  int reads = 0;
  for (;;) {
    if (removed_ && !progress.finished) co_return stopped();
    Exchange::Read read = exchange.tryRead(loop.scratch());
    if (read.state == Exchange::State::again) {
      const bool atWork = progress.content || progress.thinking;
      const io::Until until{std::min(silenceEnds(atWork), tail), cancel_.token()};
      const auto before = committed() ? steady_clock::time_point() : steady_clock::now();
      io::Wake wake = io::Wake::ready;
      if (pings && committed())
        wake = co_await waitPinging(exchange.slot(), until.deadline, intake);
      else wake = co_await io::Wait(loop, until, &exchange.slot());
      if (!committed()) waited_ += duration_cast<microseconds>(steady_clock::now() - before);
      reads = 0;
      if (wake == io::Wake::ready) continue;
      if (!progress.finished || (wake == io::Wake::cancelled && !removed_))
        co_return ended(wake, atWork);
      out.clear();                              // others have used it meanwhile
      co_return co_await conclude(intake, {});  // whole, though the upstream does not end it
    }
    out.clear();
    if (read.state == Exchange::State::data && !progress.ended) {
      intake.take(read.payload, out);
      // The end of the body often came with the end of the answer: then all goes out at once.
      if (progress.ended) read = exchange.tryRead(loop.scratch());
    }
    if (read.state == Exchange::State::whole && !progress.ended) intake.bodyEnded(out);
    const bool over = read.state == Exchange::State::whole || read.state == Exchange::State::failed;
    const bool inOrder = read.state == Exchange::State::whole && progress.settled;
    if (inOrder || (over && progress.finished)) co_return co_await conclude(intake, {});
    if (!progress.finished && (over || faulty(intake))) {
      if (committed()) offer(progress);  // what came before the break
      co_return brokenOff(exchange, intake, read.state);
    }
    if (tooLong(progress)) co_return End::failed;
    const io::Status sent = offer(progress);
    if (sent == io::Status::again) {
      const io::Status drained = co_await client_.drain();
      if (drained != io::Status::ok) co_return clientGone();
    } else if (sent != io::Status::ok) {
      co_return clientGone();
    }
    if (held_.size() > kHeldMost) {
      co_return failedWith(
          MishapKind::badAnswer,
          faultOf(plugins::Code::unavailable, "the answer began with 1 MiB without content"));
    }
    if (progress.ended && tail == io::kNever) tail = loop.after(kTail);
    if (++reads == kReadsATurn) {
      reads = 0;
      co_await loop.yield();
    }
  }
}

// Waits for the upstream until it has been silent for too long; meanwhile the client gets pings.
io::Task<io::Wake> Attempt::waitPinging(io::Slot& slot, io::Deadline silent, const Intake& intake) {
  for (;;) {
    const io::Until until{std::min(silent, services_.loop.after(kPingPause)), cancel_.token()};
    const io::Wake wake = co_await io::Wait(services_.loop, until, &slot);
    if (wake != io::Wake::timeout || until.deadline == silent) co_return wake;
    const io::Status sent = client_.write(intake.ping());
    if (sent == io::Status::again) static_cast<void>(co_await client_.drain());
  }
}

// Why a stream that is not finished goes no further.
Attempt::End Attempt::brokenOff(const Exchange& exchange, const Intake& intake,
                                Exchange::State state) {
  if (faulty(intake)) return committed() ? End::broken : End::failed;
  if (state == Exchange::State::failed)
    return transportFailed(exchange.failure(), exchange.detail());
  const char* const why = intake.progress().content ? "the answer ended before it was finished"
                                                    : "the answer was empty";
  return failedWith(MishapKind::badAnswer, faultOf(plugins::Code::unavailable, why));
}

}  // namespace sluice::calls
