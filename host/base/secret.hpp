// Secret: a key or token that must never be shown. It has no stream operator and no implicit
// conversion; whoever really needs the bytes says reveal().
// Threads: a plain value.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace sluice {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}

  bool empty() const noexcept { return value_.empty(); }
  std::string_view reveal() const noexcept { return value_; }
  bool operator==(const Secret&) const = default;

 private:
  std::string value_;
};

}  // namespace sluice
