// Candidates for strategies, the same for the same seed.
// Threads: plain values.
#pragma once

#include <sluice/plugin.h>

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "bench.hpp"

namespace sluice::check {

class Candidates {
 public:
  Candidates(std::size_t count, std::uint64_t seed);
  Candidates(const Candidates&) = delete;
  Candidates& operator=(const Candidates&) = delete;

  const sluice_candidate* const* list() const noexcept { return list_.data(); }
  std::size_t size() const noexcept { return list_.size(); }

 private:
  std::deque<std::string> texts_;
  std::vector<sluice_candidate> candidates_;
  std::vector<const sluice_candidate*> list_;
};

struct Ranked {
  sluice_status status = SLUICE_OK;
  sluice_error error{};
  std::vector<std::uint32_t> order;
  std::size_t told = 0;  // *n_order, which may be more than there is room for
  bool beyond = false;   // something was written behind the room
};

Ranked rank(const Bench& bench, const Candidates& candidates, bool noted = true);
// Throws Failure unless that is a prefix of a permutation, or a good error.
void requirePrefix(const Bench& bench, const Candidates& candidates);

}  // namespace sluice::check
