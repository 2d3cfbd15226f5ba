// Observer: hears what becomes of requests, for logs and counters.
// Threads: called on the loop's; must neither block nor throw.
#pragma once

#include <string_view>

namespace sluice::http {

class Exchange;

class Observer {
 public:
  virtual ~Observer() = default;

  // A request is over: answered, refused, or left by its client (see Exchange::status() and left()).
  // Where the head was refused, method and path may be empty.
  virtual void over(const Exchange& exchange) = 0;
  // A handler threw, or gave no answer.
  virtual void failed(const Exchange& exchange, std::string_view what) = 0;
  // A connection was closed because there were too many.
  virtual void turnedAway() = 0;
};

}  // namespace sluice::http
