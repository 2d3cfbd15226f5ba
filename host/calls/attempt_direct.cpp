// The part of an attempt that takes the answer from a direct component.
#include "calls/attempt.hpp"
#include "calls/fault.hpp"
#include "calls/unsupported.hpp"

namespace sluice::calls {

using std::chrono::duration_cast;
using std::chrono::microseconds;
using std::chrono::steady_clock;

io::Task<Attempt::End> Attempt::viaDirect() {
  if (auto wrong = prepare()) co_return failedWith(MishapKind::unsupported, std::move(*wrong));
  if (auto refused = faultOfDropped(dropped_, provider_.config->unsupported)) {
    co_return failedWith(MishapKind::unsupported, std::move(*refused));
  }
  inquiry_.appendFields(passedFields_, wire::Fields(), false);
  plugins::Fault fault;
  const auto before = steady_clock::now();
  auto operation = instance_->start(request_, services_.loop, services_.blocking, fault);
  if (!operation) co_return failedWith(MishapKind::plugin, std::move(fault));
  contentBy_ = services_.loop.after(provider_.config->timeouts.firstContent);
  Intake intake(inquiry_.rendering(step_.target->model, context_.requestId));
  const Progress& progress = intake.progress();
  const bool pings = stream_ && !intake.ping().empty();
  std::optional<plugins::Fault> ending;
  for (;;) {
    if (removed_ && !progress.finished) co_return stopped();
    services_.out.clear();
    const bool more = operation->drain(intake.sink(services_.out), ending);
    if (!committed()) waited_ = duration_cast<microseconds>(steady_clock::now() - before);
    note(progress);
    if (!ending) ending = progress.fault;
    if (!ending && !more && !progress.settled) {
      ending = faultOf(plugins::Code::unavailable, "the answer ended before it was finished");
    }
    if (ending) {
      if (committed()) offer(progress);  // what came before
      co_return failedWith(MishapKind::plugin, std::move(*ending));
    }
    if (!more) co_return co_await conclude(intake, {});
    if (tooLong(progress)) co_return End::failed;
    const io::Status sent = offer(progress);
    if (sent == io::Status::again) {
      const io::Status drained = co_await client_.drain();
      if (drained != io::Status::ok) co_return clientGone();
    } else if (sent != io::Status::ok) {
      co_return clientGone();
    }
    const io::Until until{silenceEnds(progress.content), cancel_.token()};
    io::Wake wake = io::Wake::ready;
    if (pings && committed())
      wake = co_await waitPinging(operation->slot(), until.deadline, intake);
    else wake = co_await io::Wait(services_.loop, until, &operation->slot());
    if (wake == io::Wake::ready) continue;
    if (!progress.finished || (wake == io::Wake::cancelled && !removed_))
      co_return ended(wake, progress.content);
    services_.out.clear();                    // others have used it meanwhile
    co_return co_await conclude(intake, {});  // whole, though the plugin does not end it
  }
}

}  // namespace sluice::calls
