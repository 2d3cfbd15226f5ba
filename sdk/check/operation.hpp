// One operation of a direct component, from start() to release(), with a reader that pauses and
// cancels as a check wants.
// Threads: push and finish come from any; all else belongs to the check's, but resume() and
// cancel(), which any may call.
#pragma once

#include <sluice/plugin.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "bench.hpp"
#include "calls.hpp"
#include "samples.hpp"

namespace sluice::check {

class Operation {
 public:
  // What push number `n`, from 0, is answered; called inside push().
  using Answer = std::function<sluice_status(Operation&, std::size_t n)>;

  Operation(const Bench& bench, Sample sample, Answer answer = {});
  Operation(const Operation&) = delete;
  Operation& operator=(const Operation&) = delete;

  // False: refused, and nothing is owed. On a thread of its own if the plugin says that it blocks.
  bool start(bool noted = true);
  // False: that took longer.
  bool waitFinished(std::chrono::milliseconds most);
  bool waitPaused(std::chrono::milliseconds most);  // or finished
  bool waitLeft(std::chrono::milliseconds most);    // cancelled, told so by a push, or finished
  void resume();  // only while it is paused, or inside push(): that is all a host does
  void cancel();
  // Once it is finished. Waits until nothing else runs.
  void release();

  // Called inside finish().
  std::function<void(Operation&)> onFinish;
  bool canPause() const noexcept;
  bool canCancel() const noexcept;

  std::string log() const;      // chunks, as testing::Recorder::log()
  std::string failure() const;  // of start() or finish(); empty: none
  sluice_status ended() const;  // as finish() said; OK before that
  bool isWhole() const;         // a chat whose choice 0 was finished; every other answer
  std::string json() const;     // of its JSON chunk
  std::size_t pushes() const;
  bool finished() const;
  bool paused() const;
  // What was wrong with how it ran; empty: nothing. Pushes while it is paused, and after one that
  // was answered SLUICE_CANCELLED, are told apart.
  std::string fault() const;
  std::string pushedEarly() const;
  std::string pushedLate() const;
  // Whether this object may be deleted: the plugin has no way to it any more. Waits for a push() or
  // finish() that is about to return, beside which release() may come.
  bool isOver();

 private:
  using Lock = std::unique_lock<std::mutex>;
  // Counts the plugin's threads that are inside push() or finish().
  class Visit {
   public:
    explicit Visit(Operation& of);
    ~Visit();
    Visit(const Visit&) = delete;
    Visit& operator=(const Visit&) = delete;

   private:
    Operation& of_;
  };
  sluice_status push(const sluice_chunk* chunk) noexcept;
  void finish(const sluice_error* error) noexcept;
  void ask(void (*what)(void*), const char* name);
  void wrong(std::string what);
  bool run(bool noted);

  const Bench bench_;  // a copy: a thread that the plugin keeps may outlive the check's
  const sluice_direct& direct_;
  const Sample sample_;
  sluice_request request_;
  const Answer answer_;
  sluice_sink sink_{};
  sluice_error error_;
  void* call_ = nullptr;
  std::thread thread_;

  mutable std::mutex mutex_;  // never held while the plugin is called
  std::condition_variable changed_;
  ChunkRules rules_;
  std::string log_, failure_, json_, fault_, early_, late_;
  std::size_t pushes_ = 0;
  std::size_t resumes_ = 0;
  int finished_ = 0, asking_ = 0, visits_ = 0;
  sluice_status ended_ = SLUICE_OK;
  bool paused_ = false;    // waits for a resume()
  bool heldBack_ = false;  // and must not push before
  bool cancelled_ = false, cancelAsked_ = false;
  bool refused_ = false, started_ = false, released_ = false;
};

// Deletes an operation that is over; one that is not is left to the plugin.
struct EndOperation {
  void operator()(Operation* operation) const {
    if (operation->isOver()) delete operation;
  }
};
using OperationPtr = std::unique_ptr<Operation, EndOperation>;
OperationPtr makeOperation(const Bench& bench, const Sample& sample, Operation::Answer answer = {});

// How long an operation may take.
std::chrono::milliseconds patience(const Bench& bench);
// How long "soon" is.
std::chrono::milliseconds soon();

// A request that the component answers, and what it answers when nobody interferes.
struct Reference {
  Sample sample;
  std::string log;
  std::size_t pushes = 0;
  std::chrono::milliseconds whole{};  // how long it takes
};
// Throws Skip if it answers none of goodSamples().
Reference reference(const Bench& bench);
// Whether the check's time is enough for `more` of the same.
bool hasTimeFor(const Bench& bench, std::chrono::milliseconds more);

// Runs it to its end, never pausing, and releases it. NULL: start() refused. Throws Failure if it
// does not finish.
OperationPtr runToEnd(const Bench& bench, const Sample& sample, Operation::Answer answer = {});

}  // namespace sluice::check
