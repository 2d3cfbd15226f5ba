// ticker: a provider that answers from a thread of its own, one a call. Says "tick " as often as
// `settings.ticks` says (20), as fast as it is read: pauses, resumes and stops when it is told.
#include <condition_variable>
#include <mutex>
#include <sluice/plugin.hpp>
#include <thread>

namespace {

class TickerCall : public sluice::DirectCall {
 public:
  explicit TickerCall(std::uint64_t ticks) : ticks_(ticks) {}
  // Never on thread_ itself: a release comes neither from inside push() nor finish().
  ~TickerCall() override {
    if (thread_.joinable()) thread_.join();
  }

  void begin(sluice::Sink sink) noexcept override {
    try {
      thread_ = std::thread([this, sink] { run(sink); });
    } catch (const std::system_error&) {
      finish(sink, sluice::Error(SLUICE_RESOURCE_EXHAUSTED, "no thread to tick on"));
    }
  }
  void resume() noexcept override { set(paused_, false); }
  void cancel() noexcept override { set(cancelled_, true); }

 private:
  void set(bool& flag, bool value) noexcept {
    const std::lock_guard<std::mutex> lock(mutex_);
    flag = value;
    changed_.notify_all();
  }
  // Waits for a pause to end, and arms the next one: a resume() that comes while a push is under
  // way must not be lost. False: cancelled.
  bool arm() noexcept {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [this] { return !paused_ || cancelled_; });
    paused_ = true;
    return !cancelled_;
  }
  template <class Push>
  bool push(Push&& send) noexcept {
    if (!arm()) return false;
    const sluice_status answer = send();
    if (answer != SLUICE_PAUSE) set(paused_, false);
    return answer != SLUICE_CANCELLED;
  }
  void run(sluice::Sink sink) noexcept {
    sluice_usage usage{};
    usage.output = ticks_;
    bool go = push([&] { return sink.start("ticker", "ticker"); });
    for (std::uint64_t i = 0; go && i < ticks_; ++i) go = push([&] { return sink.text("tick "); });
    go = go && push([&] { return sink.finishReason("stop"); });
    go = go && push([&] { return sink.usage(usage); });
    if (go) finish(sink);
    else finish(sink, sluice::Error(SLUICE_CANCELLED, "cancelled"));
  }

  const std::uint64_t ticks_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool paused_ = false, cancelled_ = false;
  std::thread thread_;
};

struct Ticker : sluice::Direct {
  static constexpr auto id = "test.ticker";
  static constexpr auto description = "Ticks on a thread of its own";
  static constexpr auto config_schema = R"({"type":"object","additionalProperties":false,)"
                                        R"("properties":{"ticks":{"type":"integer","minimum":0}}})";
  static constexpr bool may_unload = true;

  explicit Ticker(const sluice::Setup& setup) {
    sluice::json::Document document;
    if (document.parse(setup.config))
      ticks = document.root()["ticks"].unsignedInteger().value_or(ticks);
  }
  std::unique_ptr<sluice::DirectCall> start(const sluice::Request& request) const override {
    if (request.op() != SLUICE_OP_CHAT) request.refuse();
    return std::make_unique<TickerCall>(ticks);
  }
  std::uint64_t ticks = 20;
};

}  // namespace

SLUICE_PLUGIN("Tests", "1.0.0", "Apache-2.0", sluice::DirectComponent<Ticker>)
