// The acme codec linked in and called as C++ objects: what its calls cost without the plugin ABI.
// Threads: one.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

namespace sluice::bench {

class LinkedCodec {
 public:
  LinkedCodec();
  ~LinkedCodec();
  LinkedCodec(const LinkedCodec&) = delete;
  LinkedCodec& operator=(const LinkedCodec&) = delete;

  // Encodes the body and decodes an answer of one frame; the bytes that it wrote and was given.
  std::size_t pair(std::string_view model, std::string_view body, std::string_view frame);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sluice::bench
