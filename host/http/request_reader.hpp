// RequestReader: collects one request out of the bytes of its connection as they come, head and
// body, within limits.
// Sans-I/O. Threads: plain value.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "wire/body.hpp"
#include "wire/head.hpp"

namespace sluice::http {

class RequestReader {
 public:
  static constexpr std::size_t kMaxHead = 64 << 10;
  // A whole body has at least so many bytes of its capacity left: JSON parsers read beyond the end.
  static constexpr std::size_t kSpare = 64;

  RequestReader() : finder_(kMaxHead) {}

  void restart() noexcept;  // for the next request; keeps memory unless it is large

  // Takes what belongs to the head off the front of `bytes`.
  enum class Head : std::uint8_t { more, whole, fault };
  Head takeHead(std::span<char>& bytes);
  wire::HeadFault fault() const noexcept { return fault_; }  // with fault
  bool inHead() const noexcept { return inHead_; }

  // Takes what belongs to the body, once the head is whole, likewise.
  enum class Body : std::uint8_t { more, whole, broken, tooLarge };
  Body takeBody(std::span<char>& bytes, std::size_t limit);

  // Views into memory of the reader; good until restart(). After a fault as wire::parseRequest()
  // leaves it.
  const wire::RequestHead& head() const noexcept { return head_; }
  std::string& body() noexcept { return body_; }

 private:
  void grow(std::size_t size);

  wire::HeadFinder finder_;
  wire::HeadFault fault_ = wire::HeadFault::none;
  bool inHead_ = true;
  std::string headBytes_;
  wire::RequestHead head_;
  wire::BodyDecoder decoder_;
  std::string body_;
};

}  // namespace sluice::http
