// A strategy that does nothing, to be made faulty.
#pragma once

#include <sluice/plugin.hpp>

struct Idle : sluice::Strategy {
  static constexpr auto id = "test.faulty", description = "faulty on purpose";
  void rank(const sluice::Request& /*request*/, const sluice::Candidates& candidates,
            sluice::Order& order) const override {
    for (std::size_t i = 0; i < candidates.size(); ++i) order.add(i);
  }
};
