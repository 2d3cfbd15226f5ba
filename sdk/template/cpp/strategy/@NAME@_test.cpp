#include <gtest/gtest.h>

#include <sluice/testing.hpp>

namespace {

using namespace sluice::testing;

TEST(@CLASS@, PutsTheCheapAndQuickFirst) {
  Host host;
  const Instance strategy("@ID@", host);
  sluice_candidate slow = candidate("slow"), dear = candidate("dear"), ill = candidate("ill");
  slow.latency_us = 2000000;
  dear.price_out = 15;
  ill.flags = 0;
  EXPECT_EQ(rank(strategy, {ill, dear, slow, candidate("best")}), "best slow dear ill ");
  EXPECT_EQ(rank(strategy, {}), "");
}

TEST(@CLASS@, WeighsTimeAsItIsTold) {
  Host host;
  const Instance hasty("@ID@", host, R"({"second_costs":100})");
  sluice_candidate slow = candidate("slow"), dear = candidate("dear");
  slow.latency_us = 2000000;
  dear.price_out = 15;
  EXPECT_EQ(rank(hasty, {slow, dear}), "dear slow ");
  const Instance wrong("@ID@", host, R"({"second_costs":true})");
  EXPECT_EQ(describe(wrong.error), "error INVALID_ARGUMENT \"settings.second_costs: must be a number\"");
}

}  // namespace
