#include "operation.hpp"

#include <utility>

namespace sluice::check {

Operation::Operation(const Bench& bench, Sample sample, Answer answer)
    : bench_(bench),
      direct_(*bench.direct),
      sample_(std::move(sample)),
      request_(sample_.asked()),
      answer_(std::move(answer)),
      error_(testing::emptyError()) {
  sink_.struct_size = sizeof sink_;
  sink_.host_data = this;
  sink_.push = [](sluice_sink* sink, const sluice_chunk* chunk) -> sluice_status {
    return static_cast<Operation*>(sink->host_data)->push(chunk);
  };
  sink_.finish = [](sluice_sink* sink, const sluice_error* error) {
    static_cast<Operation*>(sink->host_data)->finish(error);
  };
}

bool Operation::canPause() const noexcept {
  return SLUICE_HAS(sluice_direct, &direct_, resume) && direct_.resume != nullptr;
}
bool Operation::canCancel() const noexcept {
  return SLUICE_HAS(sluice_direct, &direct_, cancel) && direct_.cancel != nullptr;
}

bool Operation::start(bool noted) {
  if ((direct_.flags & SLUICE_DIRECT_BLOCKING) == 0) return run(noted);
  thread_ = std::thread([this] {
    try {
      run(false);
    } catch (const Failure& failure) {
      wrong(failure.came);
    }
  });
  // It is known whether it is refused when it has begun to push, or has returned.
  Lock lock(mutex_);
  changed_.wait_for(lock, patience(bench_),
                    [this] { return started_ || refused_ || pushes_ > 0 || finished_ > 0; });
  return !refused_;
}

bool Operation::run(bool noted) {
  const auto call = [&] {
    return direct_.start(bench_.instance, &request_, &sink_, &call_, &error_);
  };
  const sluice_status status =
      noted ? guarded("direct.start", call) : unnoted("direct.start", call);
  const std::lock_guard lock(mutex_);
  started_ = true;
  refused_ = status != SLUICE_OK;
  if (refused_) {
    error_.message[sizeof error_.message - 1] = '\0';
    failure_ = testing::describe(error_);
    if (pushes_ > 0) fault_ = "start() failed, though it had pushed";
    if (finished_ > 0) fault_ = "start() failed, though it had called finish()";
  }
  changed_.notify_all();
  return !refused_;
}

void Operation::wrong(std::string what) {
  const std::lock_guard lock(mutex_);
  if (fault_.empty()) fault_ = std::move(what);
}

Operation::Visit::Visit(Operation& of) : of_(of) {
  const std::lock_guard lock(of_.mutex_);
  ++of_.visits_;
}
// Notified with the lock held: it is the last that this thread does with the operation.
Operation::Visit::~Visit() {
  const std::lock_guard lock(of_.mutex_);
  --of_.visits_;
  of_.changed_.notify_all();
}

sluice_status Operation::push(const sluice_chunk* chunk) noexcept {
  const Visit visit(*this);
  std::size_t number = 0, resumesBefore = 0;  // before this push
  {
    const std::lock_guard lock(mutex_);
    number = pushes_++;
    resumesBefore = resumes_;
    const auto add = [this](const std::string& what) {
      if (fault_.empty()) fault_ = what;
    };
    if (finished_ > 0) add("pushed after it had called finish()");
    if (cancelled_) late_ = "pushed after a push that was answered SLUICE_CANCELLED";
    if (paused_) early_ = "pushed between SLUICE_PAUSE and resume()";
    const std::string bad = badSizeOf(chunk);
    if (!bad.empty()) {
      add(bad);
      return SLUICE_CANCELLED;
    }
    if (const std::string rule = rules_.see(*chunk); !rule.empty()) add(rule);
    log_ += testing::describe(*chunk) + "\n";
    if (chunk->type == SLUICE_CHUNK_JSON) json_ = view(chunk->extra);
    changed_.notify_all();
  }
  const sluice_status status = answer_ ? answer_(*this, number) : sluice_status{SLUICE_OK};
  const std::lock_guard lock(mutex_);
  // A resume() that came meanwhile has ended this pause already.
  paused_ = status == SLUICE_PAUSE && resumes_ == resumesBefore && !cancelAsked_ && canPause();
  cancelled_ = cancelled_ || status == SLUICE_CANCELLED;
  changed_.notify_all();
  return status;
}

void Operation::finish(const sluice_error* error) noexcept {
  const Visit visit(*this);
  {
    const std::lock_guard lock(mutex_);
    if (finished_++ > 0) {
      if (fault_.empty()) fault_ = "called finish() twice";
      return;
    }
    if (onFinish) ++asking_;  // release() must not come before what that calls
    if (error != nullptr) {
      sluice_error copy = *error;
      ended_ = error->code;
      copy.message[sizeof copy.message - 1] = '\0';
      failure_ = testing::describe(copy);
      if (error->code == SLUICE_OK && fault_.empty())
        fault_ = "called finish() with an error whose code is SLUICE_OK; NULL says success";
    } else if (sample_.op == SLUICE_OP_CHAT && !rules_.finished() && fault_.empty() &&
               !cancelled_) {
      fault_ = "called finish() with success, but pushed no FINISH for choice 0";
    }
  }
  if (!onFinish) return;
  onFinish(*this);
  const std::lock_guard lock(mutex_);
  --asking_;
  changed_.notify_all();
}

bool Operation::waitFinished(std::chrono::milliseconds most) {
  Lock lock(mutex_);
  return changed_.wait_for(lock, most, [this] { return finished_ > 0 || refused_; });
}

bool Operation::waitPaused(std::chrono::milliseconds most) {
  Lock lock(mutex_);
  return changed_.wait_for(lock, most, [this] { return paused_ || finished_ > 0 || refused_; });
}

bool Operation::waitLeft(std::chrono::milliseconds most) {
  Lock lock(mutex_);
  return changed_.wait_for(
      lock, most, [this] { return cancelAsked_ || cancelled_ || finished_ > 0 || refused_; });
}

void Operation::ask(void (*what)(void*), const char* name) {
  {
    const std::lock_guard lock(mutex_);
    ++asking_;
  }
  try {
    unnoted(name, [&] {
      what(call_);
      return 0;
    });
  } catch (const Failure& failure) {
    wrong(failure.came);
  }
  const std::lock_guard lock(mutex_);
  --asking_;
  changed_.notify_all();
}

void Operation::resume() {
  {
    const std::lock_guard lock(mutex_);
    ++resumes_;
    paused_ = false;
  }
  if (canPause()) ask(direct_.resume, "direct.resume");
}

void Operation::cancel() {
  {
    const std::lock_guard lock(mutex_);
    cancelAsked_ = true;
    heldBack_ = paused_ = false;  // what it still pushes is its right
    changed_.notify_all();
  }
  if (canCancel()) ask(direct_.cancel, "direct.cancel");
}

void Operation::release() {
  {
    Lock lock(mutex_);
    if (refused_ || finished_ == 0) return;
    changed_.wait(lock, [this] { return started_ && asking_ == 0; });
  }
  if (thread_.joinable()) thread_.join();
  if (SLUICE_HAS(sluice_direct, &direct_, release) && direct_.release != nullptr)
    unnoted("direct.release", [&] {
      direct_.release(call_);
      return 0;
    });
  const std::lock_guard lock(mutex_);
  released_ = true;
}

bool Operation::isOver() {
  Lock lock(mutex_);
  if (!released_ && (!refused_ || thread_.joinable())) return false;
  return changed_.wait_for(lock, soon(), [this] { return visits_ == 0; });
}
std::string Operation::log() const {
  const std::lock_guard lock(mutex_);
  return log_;
}
std::string Operation::failure() const {
  const std::lock_guard lock(mutex_);
  return failure_;
}
sluice_status Operation::ended() const {
  const std::lock_guard lock(mutex_);
  return ended_;
}
bool Operation::isWhole() const {
  const std::lock_guard lock(mutex_);
  return sample_.op != SLUICE_OP_CHAT || rules_.finished();
}
std::string Operation::json() const {
  const std::lock_guard lock(mutex_);
  return json_;
}
std::size_t Operation::pushes() const {
  const std::lock_guard lock(mutex_);
  return pushes_;
}
bool Operation::finished() const {
  const std::lock_guard lock(mutex_);
  return finished_ > 0;
}
bool Operation::paused() const {
  const std::lock_guard lock(mutex_);
  return paused_;
}
std::string Operation::fault() const {
  const std::lock_guard lock(mutex_);
  return fault_;
}
std::string Operation::pushedEarly() const {
  const std::lock_guard lock(mutex_);
  return early_;
}
std::string Operation::pushedLate() const {
  const std::lock_guard lock(mutex_);
  return late_;
}

OperationPtr makeOperation(const Bench& bench, const Sample& sample, Operation::Answer answer) {
  return OperationPtr(new Operation(bench, sample, std::move(answer)));
}

std::chrono::milliseconds patience(const Bench& bench) {
  return std::chrono::milliseconds(static_cast<int>(bench.options.timeout * 500));
}
std::chrono::milliseconds soon() { return std::chrono::milliseconds(1500) * slowness(); }

bool hasTimeFor(const Bench& bench, std::chrono::milliseconds more) {
  const auto all = std::chrono::milliseconds(static_cast<int>(bench.options.timeout * 900));
  return std::chrono::steady_clock::now() + more < bench.began + all;
}

OperationPtr runToEnd(const Bench& bench, const Sample& sample, Operation::Answer answer) {
  auto operation = makeOperation(bench, sample, std::move(answer));
  if (!operation->start()) return nullptr;
  if (!operation->waitFinished(patience(bench)))
    fail("started " + sample.what, "on SLUICE_OK the plugin owes one finish()",
         "none within " + std::to_string(patience(bench).count()) + " ms, after " +
             std::to_string(operation->pushes()) + " pushes",
         "call sink->finish() when the answer is complete, or has failed");
  note::calling("direct.release");
  operation->release();
  note::calling("");
  return operation;
}

}  // namespace sluice::check
