// Problem: why a call has no good answer, in terms a client understands. A dialect writes it down.
// Threads: a plain value.
#pragma once

#include <chrono>
#include <string>

namespace sluice::calls {

struct Problem {
  int status = 500;   // HTTP
  std::string type;   // "invalid_request_error", "upstream_error", ...
  std::string code;   // empty: null
  std::string param;  // empty: null
  std::string message;
  std::chrono::milliseconds retryAfter{0};  // zero: no Retry-After
  bool overloaded = false;                  // the upstream said that it has too much to do
  bool gaveUp = false;  // everything has been tried: the client is told not to try again
};

}  // namespace sluice::calls
