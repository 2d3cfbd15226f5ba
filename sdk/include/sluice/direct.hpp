// sluice/direct.hpp: the face of "sluice.direct/1": a plugin that does the work itself.
// A Generator makes its answer step by step, a Worker in one function that may wait; both leave
// pausing, resuming and cancelling to this header. A Direct has threads or events of its own and
// answers for all of it.
// Threads: start() and generate() from any thread, several at a time.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <sluice/core.hpp>
#include <vector>

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
  // Pushes a chunk or a few; false: that was the last step. Steps never overlap. One that threw is
  // the last one. A reader that pauses ends no step: what is pushed meanwhile is kept for it. One
  // that leaves ends them all, and the answer is cancelled, whatever the last step said.
  virtual bool step(Sink sink) = 0;
};

// A component that generates. It never waits, unless it says `static constexpr bool blocking =
// true`: then the host gives each operation a worker thread, and a push waits while the reader
// pauses.
class Generator {
 public:
  virtual ~Generator() = default;
  // Prepares an answer; to fail is to throw. The request is lent until the answer's end.
  virtual std::unique_ptr<Generation> generate(const Request& request) const = 0;
};

// The sink of a Worker. Each push waits while the reader pauses.
class Stream : public Sink {
 public:
  Stream(Sink sink, const std::atomic<bool>& cancelled) noexcept
      : Sink(sink), cancelled_(cancelled) {}
  // Nobody reads any more: return soon, or throw. Pushes do nothing then, and the answer is
  // cancelled.
  bool cancelled() const noexcept { return cancelled_.load(std::memory_order_relaxed); }

 private:
  const std::atomic<bool>& cancelled_;
};

// A component that answers from beginning to end in one function, on a thread that the host gives
// to each operation. It may wait, and may push from threads of its own, one at a time, until
// answer() returns.
class Worker : public Generator {
 public:
  static constexpr bool blocking = true;
  // Pushes the whole answer; to fail is to throw.
  virtual void answer(const Request& request, Stream out) const = 0;
  std::unique_ptr<Generation> generate(const Request& request) const final;
};

namespace detail {

// A chunk with texts of its own.
class HeldChunk {
 public:
  explicit HeldChunk(const sluice_chunk& from)
      : chunk_(from),
        text_(view(from.text)),
        name_(view(from.name)),
        ref_(view(from.ref)),
        extra_(view(from.extra)),
        usage_(from.usage ? *from.usage : sluice_usage{}) {}
  sluice_chunk lend() const noexcept {
    sluice_chunk chunk = chunk_;
    chunk.text = str(text_);
    chunk.name = str(name_);
    chunk.ref = str(ref_);
    chunk.extra = str(extra_);
    if (chunk.usage) chunk.usage = &usage_;
    return chunk;
  }

 private:
  sluice_chunk chunk_;
  std::string text_, name_, ref_, extra_;
  sluice_usage usage_;
};

// Runs the steps of one Generation. Whoever calls begin(), resume() or cancel() runs them, one
// caller at a time; a generation that may block stays on the thread of begin() and waits there.
class GenerationCall final : public DirectCall {
 public:
  GenerationCall(std::unique_ptr<Generation> generation, bool blocking)
      : generation_(std::move(generation)), blocking_(blocking) {
    sink_.struct_size = sizeof sink_;
    sink_.host_data = this;
    sink_.push = [](sluice_sink* self, const sluice_chunk* chunk) {
      return static_cast<GenerationCall*>(self->host_data)->take(*chunk);
    };
    sink_.finish = [](sluice_sink*, const sluice_error*) {};
    err_.struct_size = sizeof err_;
  }

  void begin(Sink sink) noexcept override {
    host_ = sink.raw();
    run();
  }
  void resume() noexcept override {
    if (wake(false)) run();
  }
  void cancel() noexcept override {
    if (wake(true)) run();
  }
  const std::atomic<bool>& cancelled() const noexcept { return cancelled_; }

 private:
  enum class Reader : std::uint8_t { reads, pauses, left };

  // True: this caller is to go on with the steps.
  bool wake(bool cancel) noexcept {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (cancel) cancelled_ = true;
    else resumed_ = true;
    if (!paused_) return false;
    paused_ = false;
    if (blocking_) woken_.notify_one();
    return !blocking_;
  }
  // Before a push, so that a resume() during it is not lost. False: cancelled.
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
  void pass(const sluice_chunk& chunk) noexcept {
    const sluice_status answer = host_->push(host_, &chunk);
    reader_ = answer == SLUICE_CANCELLED ? Reader::left
              : answer == SLUICE_PAUSE   ? Reader::pauses
                                         : Reader::reads;
    if (reader_ == Reader::left) cancelled_ = true;
  }
  // What a step pushes.
  sluice_status take(const sluice_chunk& chunk) noexcept {
    if (reader_ == Reader::left) return SLUICE_CANCELLED;
    if (blocking_) return takeAndWait(chunk);
    if (reader_ == Reader::reads) {
      pass(chunk);
    } else if (guard(&err_, [&] { held_.emplace_back(chunk); }) != SLUICE_OK) {
      ended_ = true;  // without what there was no memory for
      reader_ = Reader::left;
    }
    if (reader_ == Reader::left) return SLUICE_CANCELLED;
    return reader_ == Reader::pauses ? SLUICE_PAUSE : SLUICE_OK;
  }
  sluice_status takeAndWait(const sluice_chunk& chunk) noexcept {
    if (arm()) pass(chunk);
    else reader_ = Reader::left;
    if (reader_ == Reader::pauses) {
      pause();
      reader_ = cancelled_ ? Reader::left : Reader::reads;
    }
    return reader_ == Reader::left ? SLUICE_CANCELLED : SLUICE_OK;
  }
  bool nothingHeld() const noexcept { return told_ == held_.size(); }
  void step() noexcept {
    if (!nothingHeld()) {
      pass(held_[told_++].lend());
      return;
    }
    held_.clear();
    told_ = 0;
    bool more = false;
    if (guard(&err_, [&] { more = generation_->step(Sink(&sink_)); }) != SLUICE_OK || !more)
      ended_ = true;
  }
  // Ends with finish(), after which this object may be gone, or with a pause.
  void run() noexcept {
    while (arm()) {
      reader_ = Reader::reads;
      step();
      if (cancelled_) break;
      if (ended_ && (nothingHeld() || reader_ == Reader::left)) {
        host_->finish(host_, err_.code == SLUICE_OK ? nullptr : &err_);
        return;
      }
      if (reader_ == Reader::pauses && !pause()) return;
    }
    finish(Sink(host_), Error(SLUICE_CANCELLED, "cancelled"));
  }

  std::unique_ptr<Generation> generation_;
  sluice_sink sink_{};  // in front of the host's
  sluice_sink* host_ = nullptr;
  std::vector<HeldChunk> held_;  // pushed in a pause
  std::size_t told_ = 0;         // of these, since
  sluice_error err_{};
  std::mutex mutex_;
  std::condition_variable woken_;
  std::atomic<bool> cancelled_{false};
  const bool blocking_;
  bool paused_ = false, resumed_ = false, ended_ = false;
  Reader reader_ = Reader::reads;
};

class WorkerGeneration final : public Generation {
 public:
  WorkerGeneration(const Worker& worker, const Request& request)
      : worker_(worker), request_(request) {}
  bool step(Sink sink) override {
    const auto* call = static_cast<GenerationCall*>(sink.raw()->host_data);
    worker_.answer(request_, Stream(sink, call->cancelled()));
    return false;
  }

 private:
  const Worker& worker_;
  const Request request_;
};

}  // namespace detail

inline std::unique_ptr<Generation> Worker::generate(const Request& request) const {
  return std::make_unique<detail::WorkerGeneration>(*this, request);
}

namespace detail {

template <class Object, class = void>
struct Blocking : std::false_type {};
template <class Object>
struct Blocking<Object, std::enable_if_t<Object::blocking>> : std::true_type {};

template <class Object>
struct DirectTable {
  static std::unique_ptr<DirectCall> prepare(const Object& object, const Request& request) {
    if constexpr (std::is_base_of_v<Generator, Object>)
      return std::make_unique<GenerationCall>(given(object.generate(request), "generate()"),
                                              Blocking<Object>::value);
    else return given(object.start(request), "start()");
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
