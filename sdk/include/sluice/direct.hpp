// sluice/direct.hpp: the face of "sluice.direct/1": a plugin that does the work itself.
// A Generator makes its answer step by step and leaves pausing, resuming and cancelling to this
// header; a Direct has threads or events of its own and answers for all of it.
// Threads: start() and generate() from any thread, several at a time.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <sluice/core.hpp>

namespace sluice {

// One running operation of a Direct. It owes exactly one finish(), from any thread; it is deleted
// some time after that, when no resume() or cancel() runs any more.
class DirectCall {
 public:
  virtual ~DirectCall() = default;
  // The first call; may push and may finish. Must not fail: what fails here goes to finish().
  virtual void begin(Sink sink) noexcept = 0;
  virtual void resume() noexcept = 0;  // ends a pause; may come before that push has returned
  virtual void cancel() noexcept = 0;  // finish soon, please; may overlap the finish

 protected:
  // Ends the operation. The sink, the request and perhaps this object are gone when it returns.
  static void finish(Sink sink) noexcept { sink.raw()->finish(sink.raw(), nullptr); }
  static void finish(Sink sink, const Error& error) noexcept {
    sluice_error err{};
    err.struct_size = sizeof err;
    detail::fill(&err, error);
    sink.raw()->finish(sink.raw(), &err);
  }
};

class Direct {
 public:
  virtual ~Direct() = default;
  // Prepares an operation; to fail is to throw. Nothing may be pushed before begin().
  virtual std::unique_ptr<DirectCall> start(const Request& request) const = 0;
};

// What a Generator makes: the answer, a piece a step.
class Generation {
 public:
  virtual ~Generation() = default;
  // Pushes one chunk, or the few that belong together; false: that was the last step. Steps never
  // overlap. One that threw is the last one. A pause takes hold between steps.
  virtual bool step(Sink sink) = 0;
};

namespace detail {

// Runs the steps of one Generation. Whoever calls begin(), resume() or cancel() runs them, one
// caller at a time; a generation that may block stays on the thread of begin() and waits there.
class GenerationCall final : public DirectCall {
 public:
  GenerationCall(std::unique_ptr<Generation> generation, bool blocking)
      : generation_(std::move(generation)), blocking_(blocking) {}

  void begin(Sink sink) noexcept override {
    sink_ = sink.raw();
    run();
  }
  void resume() noexcept override {
    if (wake(false)) run();
  }
  void cancel() noexcept override {
    if (wake(true)) run();
  }

 private:
  // True: this caller is to go on with the steps.
  bool wake(bool cancel) noexcept {
    const std::lock_guard<std::mutex> lock(mutex_);
    (cancel ? cancelled_ : resumed_) = true;
    if (!paused_) return false;
    paused_ = false;
    if (blocking_) woken_.notify_one();
    return !blocking_;
  }
  // Before a step, so that a resume() during its push is not lost. False: cancelled.
  bool arm() noexcept {
    const std::lock_guard<std::mutex> lock(mutex_);
    resumed_ = false;
    return !cancelled_;
  }
  // After a push that said PAUSE. True: go on at once.
  bool pause() noexcept {
    std::unique_lock<std::mutex> lock(mutex_);
    if (resumed_ || cancelled_) return true;
    paused_ = true;
    if (!blocking_) return false;
    woken_.wait(lock, [this] { return !paused_; });
    return true;
  }
  // Ends with finish(), after which this object may be gone, or with a pause.
  void run() noexcept {
    while (arm()) {
      Watched watched(sink_);
      bool more = false;
      sluice_error err{};
      err.struct_size = sizeof err;
      if (guard(&err, [&] { more = generation_->step(Sink(&watched.sink)); }) != SLUICE_OK) {
        sink_->finish(sink_, &err);
        return;
      }
      if (watched.answer == SLUICE_CANCELLED) break;
      if (!more) {
        finish(Sink(sink_));
        return;
      }
      if (watched.answer == SLUICE_PAUSE && !pause()) return;
    }
    finish(Sink(sink_), Error(SLUICE_CANCELLED, "cancelled"));
  }

  // A sink in front of the host's that remembers what the pushes of a step were answered.
  struct Watched {
    explicit Watched(sluice_sink* host) noexcept : target(host) {
      sink.struct_size = sizeof sink;
      sink.host_data = this;
      sink.push = push;
      sink.finish = [](sluice_sink*, const sluice_error*) {};
    }
    static sluice_status push(sluice_sink* self, const sluice_chunk* chunk) noexcept {
      auto* watched = static_cast<Watched*>(self->host_data);
      const sluice_status answer = watched->target->push(watched->target, chunk);
      if (watched->answer != SLUICE_CANCELLED && answer != SLUICE_OK) watched->answer = answer;
      return answer;
    }
    sluice_sink sink{};
    sluice_sink* target;
    sluice_status answer = SLUICE_OK;
  };

  std::unique_ptr<Generation> generation_;
  sluice_sink* sink_ = nullptr;
  std::mutex mutex_;
  std::condition_variable woken_;
  const bool blocking_;
  bool paused_ = false, resumed_ = false, cancelled_ = false;
};

}  // namespace detail

// A component that generates. It never waits, unless it says `static constexpr bool blocking =
// true`: then the host gives each operation a worker thread.
class Generator {
 public:
  virtual ~Generator() = default;
  // Prepares an answer; to fail is to throw. Copies what it needs of the request.
  virtual std::unique_ptr<Generation> generate(const Request& request) const = 0;
};

namespace detail {

template <class Object, class = void>
struct Blocking : std::false_type {};
template <class Object>
struct Blocking<Object, std::enable_if_t<Object::blocking>> : std::true_type {};

template <class Object>
struct DirectTable {
  static std::unique_ptr<DirectCall> prepare(const Object& object, const Request& request) {
    if constexpr (std::is_base_of_v<Generator, Object>)
      return std::make_unique<GenerationCall>(object.generate(request), Blocking<Object>::value);
    else return object.start(request);
  }
  static sluice_status start(const sluice_instance* self, const sluice_request* request,
                             sluice_sink* sink, void** call, sluice_error* err) noexcept {
    DirectCall* made = nullptr;
    const sluice_status status = guard(err, [&] {
      made = prepare(*static_cast<const Object*>(self->plugin_data), Request(*request)).release();
    });
    *call = made;
    if (made) made->begin(Sink(sink));
    return status;
  }
  static void resume(void* call) noexcept { static_cast<DirectCall*>(call)->resume(); }
  static void cancel(void* call) noexcept { static_cast<DirectCall*>(call)->cancel(); }
  static void release(void* call) noexcept { delete static_cast<DirectCall*>(call); }

  static constexpr sluice_direct table{
      sizeof(sluice_direct),
      Blocking<Object>::value ? std::uint32_t{SLUICE_DIRECT_BLOCKING} : 0u,
      start,
      resume,
      cancel,
      release};
};

}  // namespace detail
}  // namespace sluice
