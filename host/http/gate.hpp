// Gate: all that is decided about a request from its head alone, before a byte of its body is read:
// host, origin, route, key, type and announced size.
// Threads: pure function of its arguments.
#pragma once

#include <string>
#include <string_view>

#include "http/errors.hpp"
#include "http/router.hpp"
#include "http/settings.hpp"
#include "wire/head.hpp"

namespace sluice::http {

struct Decision {
  const Route* route = nullptr;  // admitted: this answers it
  std::string rest;              // what {id...} took
  Answer answer;                 // else this
  Restate restate = nullptr;     // of the path that was asked for
  std::string_view corsOrigin;   // a page of that origin may read the answer; inside the head
};

struct Circumstances {
  bool tls = false;
  bool draining = false;
};

Decision decide(const wire::RequestHead& head, const Router& router, const Settings& settings,
                Circumstances circumstances);

// For a body that turned out to be larger than allowed.
Answer tooLargeAnswer(std::size_t limit);

}  // namespace sluice::http
