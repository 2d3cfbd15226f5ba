#include "plugins/direct_operation.hpp"

#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "io/offload.hpp"
#include "plugins/abi.hpp"
#include "plugins/chunk_queue.hpp"
#include "plugins/control.hpp"
#include "plugins/log.hpp"

namespace sluice::plugins {

namespace {

constexpr std::size_t kPauseAbove = std::size_t{256} << 10;  // queued bytes
constexpr std::size_t kResumeBelow = kPauseAbove / 2;
constexpr std::size_t kRefuseAbove = std::size_t{64}
                                     << 20;  // who has not paused by then never will

// Lives as long as the loop's side or the plugin's needs it. The plugin's owns itself (`self_`)
// from start() until release() has returned.
class Operation : public std::enable_shared_from_this<Operation> {
 public:
  Operation(std::shared_ptr<const ComponentInstance> instance, const Request& request,
            io::Loop& loop);
  Operation(const Operation&) = delete;
  Operation& operator=(const Operation&) = delete;

  // On the thread that is to run it. A failure is told by drain().
  void begin();

  // The loop's side.
  bool drain(ChunkSink& sink, std::optional<Fault>& fault);
  void abandon();
  io::Slot& slot() noexcept { return slot_; }
  std::optional<Fault> failureToStart();

 private:
  using Lock = std::unique_lock<std::mutex>;

  // Whether the loop knows that there is something to take.
  enum class Notice : std::uint8_t { none, posted, delivered };

  static Operation& of(sluice_sink* sink) noexcept {
    return *static_cast<Operation*>(sink->host_data);
  }
  sluice_status push(const sluice_chunk& chunk) noexcept;
  void finish(const sluice_error* error) noexcept;

  void notify(Lock& lock);
  void noticed();
  void handOver(ChunkSink& sink, bool& stopped);
  void askToCancel(Lock& lock);
  void askPlugin(Lock& lock, CallKind kind, void (*what)(void*));
  bool owesRelease(const Lock& lock);
  void release();
  void releaseLater();
  const sluice_direct& plugin() const noexcept { return instance_->direct(); }

  const std::shared_ptr<const ComponentInstance> instance_;
  const std::string strings_;  // what request_ points into
  sluice_request request_;
  sluice_sink sink_;
  const std::shared_ptr<io::Mailbox> mailbox_;
  const std::thread::id loopThread_;

  // The loop's thread only.
  io::Slot slot_{false};
  ChunkQueue taken_;

  std::mutex mutex_;  // guards all below; never held while the plugin is called
  std::shared_ptr<Operation> self_;
  void* call_ = nullptr;  // the plugin's; written by its start(), read once it is known to be set
  bool callIsSet_ = false;
  bool startReturned_ = false;
  bool finished_ = false;
  bool released_ = false;
  bool abandoned_ = false;
  bool paused_ = false;
  bool cancelAsked_ = false;
  bool asking_ = false;  // resume() or cancel() is running
  bool overrun_ = false;
  Notice notice_ = Notice::none;
  std::size_t queuedBytes_ = 0;
  ChunkQueue queue_;
  std::optional<Fault> fault_;
};

std::string stringsOf(const Request& request) {
  std::string all;
  all.reserve(request.model.size() + request.dialect.size() + request.body.size());
  return all.append(request.model).append(request.dialect).append(request.body);
}

Operation::Operation(std::shared_ptr<const ComponentInstance> instance, const Request& request,
                     io::Loop& loop)
    : instance_(std::move(instance)),
      strings_(stringsOf(request)),
      request_(abi::toC(request)),
      sink_{},
      mailbox_(loop.mailbox()),
      loopThread_(std::this_thread::get_id()) {
  std::string_view rest = strings_;
  const auto cut = [&rest](std::size_t length) {
    const std::string_view piece = rest.substr(0, length);
    rest.remove_prefix(length);
    return piece;
  };
  request_.model = abi::str(cut(request.model.size()));
  request_.dialect = abi::str(cut(request.dialect.size()));
  request_.body = abi::str(rest);
  sink_.struct_size = sizeof sink_;
  sink_.host_data = this;
  sink_.push = [](sluice_sink* sink, const sluice_chunk* chunk) { return of(sink).push(*chunk); };
  sink_.finish = [](sluice_sink* sink, const sluice_error* error) { of(sink).finish(error); };
}

void Operation::begin() {
  {
    const Lock lock(mutex_);
    if (abandoned_) return;  // while it waited for a worker
    self_ = shared_from_this();
  }
  sluice_error error = abi::emptyError();
  instance_->site().stats->operationBegan();
  const bool mayBlock = (plugin().flags & SLUICE_DIRECT_BLOCKING) != 0;
  const auto status = calling(
      instance_->site(), CallKind::start, error,
      [&] { return plugin().start(instance_->table(), &request_, &sink_, &call_, &error); },
      mayBlock);
  std::shared_ptr<Operation> keep;  // dropped last, without the lock
  Lock lock(mutex_);
  startReturned_ = true;
  callIsSet_ = true;
  if (status != SLUICE_OK) {
    instance_->site().stats->operationEnded();
    keep = std::move(self_);
    released_ = true;  // there is no call to release
    finished_ = true;
    fault_ = abi::fromC(status, error, instance_->label());
    notify(lock);
    return;
  }
  if (abandoned_) askToCancel(lock);
  if (!owesRelease(lock)) return;
  lock.unlock();
  // It may wait, as start() could if it may block: then this is a thread for that, else a loop.
  if (mayBlock) release();
  else releaseLater();
}

// --- the plugin's side ---

sluice_status Operation::push(const sluice_chunk& from) noexcept {
  const BackInHost host;
  Chunk chunk;
  Usage usage;
  const bool known = abi::fromC(from, usage, chunk);
  Lock lock(mutex_);
  callIsSet_ = true;
  if (finished_) {
    lock.unlock();
    log(LogLevel::warning, instance_->label(), "pushed after it had finished; ignored");
    return SLUICE_CANCELLED;
  }
  if (abandoned_ || overrun_) return SLUICE_CANCELLED;
  if (queuedBytes_ > kRefuseAbove) {
    overrun_ = true;
    return SLUICE_CANCELLED;
  }
  if (known) {
    queue_.add(chunk);
    queuedBytes_ += ChunkQueue::costOf(chunk);
  }
  paused_ = paused_ || queuedBytes_ > kPauseAbove;
  const sluice_status answer = paused_ ? SLUICE_PAUSE : SLUICE_OK;
  if (known) notify(lock);
  return answer;
}

void Operation::finish(const sluice_error* error) noexcept {
  const BackInHost host;
  const auto keep = shared_from_this();
  Lock lock(mutex_);
  if (finished_) {
    lock.unlock();
    log(LogLevel::warning, instance_->label(), "finished twice; ignored");
    return;
  }
  callIsSet_ = true;
  finished_ = true;
  if (overrun_) {
    fault_ = abi::misbehaved(instance_->label(), "did not pause when it was told to");
  } else if (error != nullptr) {
    fault_ = abi::fromC(error->code, *error, instance_->label());
  }
  // Not from here: release() may wait for the thread that this is.
  if (owesRelease(lock)) releaseLater();
  notify(lock);
}

// Unlocks. Lets the loop know, once until it has looked.
void Operation::notify(Lock& lock) {
  if (abandoned_ || notice_ != Notice::none) return;
  if (std::this_thread::get_id() == loopThread_) {
    notice_ = Notice::delivered;
    lock.unlock();
    slot_.set();
    return;
  }
  notice_ = Notice::posted;
  lock.unlock();
  mailbox_->post([letter = weak_from_this()] {
    const auto operation = letter.lock();
    if (operation) operation->noticed();
  });
}

void Operation::noticed() {
  {
    const Lock lock(mutex_);
    notice_ = Notice::delivered;
  }
  slot_.set();
}

// --- the loop's side ---

bool Operation::drain(ChunkSink& sink, std::optional<Fault>& fault) {
  slot_.ready = false;
  bool stopped = false;
  handOver(sink, stopped);
  {
    const Lock lock(mutex_);
    if (notice_ == Notice::delivered) notice_ = Notice::none;  // a letter under way comes anyway
    if (!stopped) std::swap(taken_, queue_);
  }
  if (!stopped) handOver(sink, stopped);
  Lock lock(mutex_);
  const bool over = finished_ && queue_.empty() && taken_.empty();
  if (over) fault = fault_;
  if (stopped) slot_.ready = true;
  if (paused_ && queuedBytes_ < kResumeBelow) {
    paused_ = false;
    askPlugin(lock, CallKind::resume, plugin().resume);
  }
  if (owesRelease(lock)) releaseLater();
  return !over;
}

void Operation::handOver(ChunkSink& sink, bool& stopped) {
  std::size_t bytes = 0;
  while (!stopped && !taken_.empty()) {
    const Chunk chunk = taken_.front();
    bytes += ChunkQueue::costOf(chunk);
    stopped = sink.push(chunk) != ChunkSink::Answer::more;
    taken_.pop();
  }
  const Lock lock(mutex_);
  queuedBytes_ -= bytes;
}

void Operation::abandon() {
  Lock lock(mutex_);
  abandoned_ = true;
  askToCancel(lock);
  if (owesRelease(lock)) releaseLater();
}

// Once, by whichever side first can: the loop's, or begin() if the call was not known before.
void Operation::askToCancel(Lock& lock) {
  if (cancelAsked_ || !callIsSet_) return;
  cancelAsked_ = true;
  askPlugin(lock, CallKind::cancel, plugin().cancel);
}

std::optional<Fault> Operation::failureToStart() {
  const Lock lock(mutex_);
  return released_ && finished_ && queue_.empty() ? fault_ : std::nullopt;
}

// Calls resume() or cancel() without the lock, and never beside release().
void Operation::askPlugin(Lock& lock, CallKind kind, void (*what)(void*)) {
  if (what == nullptr || !callIsSet_ || finished_) return;
  asking_ = true;
  void* const call = call_;
  lock.unlock();
  calling(instance_->site(), kind, [&] { what(call); });
  lock.lock();
  asking_ = false;
}

// True once: when the plugin has done its last and nothing of ours is inside it.
bool Operation::owesRelease(const Lock&) {
  if (!startReturned_ || !finished_ || asking_ || released_) return false;
  released_ = true;
  return true;
}

void Operation::release() {
  if (plugin().release != nullptr) {
    calling(instance_->site(), CallKind::release, [&] { plugin().release(call_); }, true);
  }
  instance_->site().stats->operationEnded();
  std::shared_ptr<Operation> keep;
  const Lock lock(mutex_);
  keep = std::move(self_);
}

void Operation::releaseLater() {
  onControlThread(instance_->label(), "release",
                  [operation = shared_from_this()] { operation->release(); });
}

class Call final : public DirectCall {
 public:
  explicit Call(std::shared_ptr<Operation> operation) noexcept : operation_(std::move(operation)) {}
  ~Call() override { operation_->abandon(); }
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  bool drain(ChunkSink& sink, std::optional<Fault>& fault) override {
    return operation_->drain(sink, fault);
  }
  io::Slot& slot() noexcept override { return operation_->slot(); }

 private:
  std::shared_ptr<Operation> operation_;
};

}  // namespace

std::unique_ptr<DirectCall> startDirect(std::shared_ptr<const ComponentInstance> instance,
                                        const Request& request, io::Loop& loop,
                                        io::WorkerPool& workers, Fault& fault) {
  const bool blocks = (instance->direct().flags & SLUICE_DIRECT_BLOCKING) != 0;
  const auto operation = std::make_shared<Operation>(std::move(instance), request, loop);
  if (blocks) {
    if (workers.submit([operation] { operation->begin(); })) {
      return std::make_unique<Call>(operation);
    }
    fault = Fault{};
    fault.code = Code::unavailable;
    fault.reason = Reason::overloaded;
    fault.retryable = true;
    fault.message = "busy: all workers for blocking plugins are taken";
    return nullptr;
  }
  operation->begin();
  if (auto failure = operation->failureToStart()) {
    fault = *std::move(failure);
    return nullptr;
  }
  return std::make_unique<Call>(operation);
}

}  // namespace sluice::plugins
