// What of a request this upstream has no way to express.
// Threads: pure functions; a Dropped belongs to the request that it is made for.
#pragma once

#include <sluice/plugin.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cohere {

// The members that are left out, each once.
class Dropped {
 public:
  void hint(std::string_view member) { add(member, SLUICE_DROPPED_HINT); }
  // Without it the answer may say something else.
  void meaning(std::string_view member) { add(member, SLUICE_DROPPED_MEANING); }
  void tell(sluice::HttpOut& out) const {
    for (const auto& [member, weight] : members_) out.dropped(member, weight);
  }

 private:
  void add(std::string_view member, std::uint32_t weight) {
    for (const auto& known : members_)
      if (known.first == member) return;
    members_.emplace_back(member, weight);
  }
  std::vector<std::pair<std::string, std::uint32_t>> members_;
};

// Throws: this upstream cannot do what the member asks for, another one may.
[[noreturn]] inline void unsupported(std::string_view member, std::string_view why) {
  sluice::Error error(SLUICE_INVALID_ARGUMENT, std::string(member).append(" ").append(why));
  error.type = "invalid_request_error";
  error.param = member;
  error.retryable = true;
  throw error;
}

}  // namespace cohere
