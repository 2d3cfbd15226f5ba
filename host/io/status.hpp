// How an attempt on a socket ended. Failures that are expected are values, not exceptions.
#pragma once

#include <cstddef>
#include <cstdint>

#include "io/loop.hpp"

namespace sluice::io {

enum class Status : std::uint8_t {
  ok,
  again,      // nothing to do now; wait for the slot. Only from the try... calls
  eof,        // the peer ended its side in order (FIN; with TLS, close_notify)
  timeout,    // the deadline passed
  cancelled,  // the token was cancelled
  refused,    // no connection came about
  reset,      // the connection broke (RST; with TLS, an end without close_notify)
  tls,        // the handshake failed: wrong name, unknown issuer, no common version
  busy,       // a queue is full, or no descriptors are left
};

struct Transfer {
  Status status;
  std::size_t bytes;
};

inline Status toStatus(Wake wake) noexcept {
  switch (wake) {
    case Wake::ready: return Status::ok;
    case Wake::timeout: return Status::timeout;
    case Wake::cancelled: break;
  }
  return Status::cancelled;
}

}  // namespace sluice::io
