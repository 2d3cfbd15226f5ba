// Failure: how an exchange with an upstream failed.
// Threads: plain values.
#pragma once

#include <cstdint>
#include <string_view>

namespace sluice::upstream {

enum class Failure : std::uint8_t {
  none,
  unresolved,        // the name has no address, or the resolver failed
  refused,           // no connection came about
  tlsFailed,         // the handshake failed; the detail says why
  proxyFailed,       // the proxy refused the tunnel, or the request itself (407)
  connectTimeout,    // name, connection, tunnel and TLS took longer than allowed
  reset,             // the connection broke or ended before a whole head had come
  firstByteTimeout,  // the request was not taken, or no whole head came, in time
  badHead,           // not HTTP/1.1 as it should be
  truncated,         // the body ended before it was whole
  badBody,           // its chunks are broken, it is compressed, or more came than was announced
  timeout,           // the deadline of the whole attempt passed
  cancelled,
  overloaded,  // no descriptor, or the workers' queue is full
};

// One sentence, for operators.
std::string_view describe(Failure failure) noexcept;

}  // namespace sluice::upstream
