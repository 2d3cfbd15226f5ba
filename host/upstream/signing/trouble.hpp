// SigningTrouble: why a request could not be signed.
// Threads: plain values.
#pragma once

#include <cstdint>
#include <string>

#include "upstream/failure.hpp"

namespace sluice::upstream {

struct SigningTrouble {
  enum class Kind : std::uint8_t {
    none,
    misused,      // the plugin asked for what cannot be
    keyRefused,   // the key is of no use, here or at the token server
    unreachable,  // the token server; `failure` says how
    unavailable,  // it answered, but with no token
  };
  Kind kind = Kind::none;
  Failure failure = Failure::none;
  std::string message;  // for operators and clients; without secrets

  bool any() const noexcept { return kind != Kind::none; }
};

}  // namespace sluice::upstream
