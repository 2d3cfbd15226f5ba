// The body of an HTTP/1.1 message, cut out of the bytes of its connection as they come: by length,
// by chunks or until the end. Strict: a body that is not framed as RFC 9112 says is broken, and one
// that stops early is not whole.
// Sans-I/O. Threads: plain values.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "wire/head.hpp"

namespace sluice::wire {

class BodyDecoder {
 public:
  void start(BodyKind kind, std::uint64_t length) noexcept;

  struct Step {
    std::size_t used;          // bytes that belong to this message
    std::string_view payload;  // what they carry, in one piece
  };
  // Takes what belongs to the body from the front of `bytes`. Payload that lies in several chunks
  // is moved together inside `bytes` (hence not const); that in one piece is not moved.
  Step feed(std::span<char> bytes) noexcept;

  // The connection's orderly end: completes an untilClose body.
  void end() noexcept;

  bool whole() const noexcept { return whole_; }
  bool broken() const noexcept { return broken_; }
  BodyKind kind() const noexcept { return kind_; }

 private:
  // The places in chunked coding. Extensions and trailers are read and dropped, within limits.
  enum class At : std::uint8_t {
    size,
    extension,
    sizeEnd,  // the LF behind a size
    data,
    dataCr,
    dataLf,
    trailer,  // a trailer's first byte, or the CR of the blank line
    trailerName,
    trailerLine,
    trailerEnd,
    last,  // the LF of the blank line
  };
  Step feedChunks(std::span<char> bytes) noexcept;
  void step(char c) noexcept;
  void stepSize(char c) noexcept;
  void expect(char c, char wanted, At then) noexcept;
  void takeExtra(bool allowed) noexcept;

  BodyKind kind_ = BodyKind::none;
  At at_ = At::size;
  bool whole_ = true;
  bool broken_ = false;
  std::uint8_t digits_ = 0;
  std::uint32_t extra_ = 0;  // bytes of extensions and trailers so far
  std::uint64_t left_ = 0;   // of the body, or of the chunk
};

}  // namespace sluice::wire
