// RequestIds: names for requests that no other request of any process has: `req_` and 24 letters
// and digits. The first 14 are random, drawn once a loop; the others count.
// Threads: one loop.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace sluice::http {

class RequestId {
 public:
  std::string_view view() const noexcept { return {text_.data(), text_.size()}; }

 private:
  friend class RequestIds;
  std::array<char, 28> text_{};
};

class RequestIds {
 public:
  RequestIds();
  RequestId next() noexcept;

 private:
  RequestId last_;
  std::uint64_t count_ = 0;
};

}  // namespace sluice::http
