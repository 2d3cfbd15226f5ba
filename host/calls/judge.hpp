// Judges a failed attempt before the commit point: what to do next, and what the client is told if
// there is nothing left to do. The rules of replacement, in one place, without I/O.
// Threads: pure functions.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "calls/problem.hpp"
#include "plugins/types.hpp"
#include "upstream/exchange.hpp"

namespace sluice::calls {

enum class MishapKind : std::uint8_t {
  transport,        // `failure` says what
  refusedByStatus,  // the upstream answered with `status`; `fault` is what it meant
  badAnswer,        // 2xx, but broken, empty or an error inside; `fault` says what
  silent,           // no content, or no more of it, in time
  plugin,           // the plugin itself failed; `fault`
  signing,          // the request could not be signed as the plugin asked; `fault` says why
  unsupported,      // the provider cannot express a field that is not to be left out; `fault`
  removed,          // a reload took the plugin's instance out, and its time ran out; `detail`
};

// What went wrong in one attempt.
struct Mishap {
  MishapKind kind = MishapKind::transport;
  upstream::Failure failure = upstream::Failure::none;
  int status = 0;
  plugins::Fault fault;
  std::string detail;                                   // for operators and the message
  std::optional<std::chrono::milliseconds> retryAfter;  // as the upstream said
};

enum class Next : std::uint8_t {
  sameLane,    // once more here, after a pause
  wait,        // once more here, after `wait`
  nextLane,    // another key of this target, or the next target
  nextTarget,  // another key would not help
  toClient,    // nothing else would help: the client's own fault
};

struct Judgement {
  Next next = Next::nextTarget;
  bool harms = true;                  // counts against the lane
  bool benchKey = false;              // no attempt with this key for a while
  bool clientsFault = false;          // if nothing is left to try, the client is told `problem`
  bool onlyLarger = false;            // skip targets known to have no larger context
  std::chrono::milliseconds hold{0};  // no attempt on this lane for so long
  Problem problem;
};

// `waitAtMost`: the longest Retry-After that is waited for.
Judgement judge(const Mishap& mishap, std::chrono::milliseconds waitAtMost);

// How long a key is left alone after it was refused or spent.
inline constexpr std::chrono::minutes kBench{5};

// "retry-after-ms" (OpenAI), "Retry-After" in seconds or as an HTTP date. `now` is the wall clock.
std::optional<std::chrono::milliseconds> retryAfterOf(const wire::Fields& fields,
                                                      std::chrono::system_clock::time_point now);

}  // namespace sluice::calls
