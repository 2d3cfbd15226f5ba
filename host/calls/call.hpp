// Call: one request of a client on its way: resolved to targets, tried lane by lane until one
// answers or nothing is left to try, and accounted for.
// Threads: one loop.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "calls/attempt.hpp"
#include "calls/client.hpp"
#include "calls/dialect.hpp"
#include "calls/generation.hpp"
#include "calls/plan.hpp"
#include "calls/record.hpp"
#include "calls/services.hpp"

namespace sluice::calls {

class Call {
 public:
  // Everything must outlive the call; the generation is pinned by it.
  Call(Services& services, std::shared_ptr<const Generation> generation, const Inquiry& inquiry,
       Client& client, std::string_view requestId, io::TimePoint received, io::CancelToken cancel);

  ~Call();  // writes the call's line
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  // Answers the client in every case in which it is still there.
  io::Task<void> run();

 private:
  // What became of an attempt.
  enum class After : std::uint8_t { over, again };
  io::Task<void> work();
  Plan plan();
  Resolution resolve(Problem& problem) const;
  bool renew(Plan& plan, Problem& problem);
  io::Task<After> attempt(Plan& plan, Step& step);
  io::Task<After> replace(Plan& plan, Step& step, Attempt& attempt, health::Inflight& inflight);
  io::Task<bool> estimate(const Attempt& attempt);
  io::Task<bool> pause(std::chrono::milliseconds time);
  io::Task<bool> waitForLane(const Plan& plan);
  io::Task<void> breakOff(const Attempt& attempt);
  io::Task<void> giveUp(const Plan& plan);
  io::Task<void> refuse(const Problem& problem, std::string_view body,
                        std::string_view passed = {});
  void noteTrouble(const Step& step, const Problem& problem);
  void settle(const Attempt& attempt);
  void tellStrategy(const Step& step, const Attempt& attempt, plugins::Code status);
  io::Task<void> left();
  unsigned counted() const noexcept { return context_.attempts - removed_; }
  std::chrono::milliseconds jittered(std::chrono::milliseconds time);

  Services& services_;
  std::shared_ptr<const Generation> generation_;
  const Inquiry& inquiry_;
  Client& client_;
  io::CancelToken cancel_;
  std::weak_ptr<const plugins::Instance> strategy_;  // of a virtual model
  Resolution resolution_;
  Record record_;  // points into the resolution
  Attempt::Context context_;
  unsigned removed_ = 0;  // of the attempts: ended because the plugin was taken away
  Problem last_;          // of the last attempt that failed
  std::string limits_;    // that it told of
  std::string troubles_;  // all of them, for the message
  std::string trouble_;   // for the log
  bool allTimedOut_ = true;
  bool allLimited_ = true;
};

}  // namespace sluice::calls
