#include "health/lanes.hpp"

#include <gtest/gtest.h>

namespace sluice::health {
namespace {

using namespace std::chrono_literals;

struct LanesTest : testing::Test {
  Lanes lanes;
  Secret key{"k1"};
  TimePoint now{1000s};
};

TEST_F(LanesTest, sameNameIsTheSameLane) {
  const auto one = lanes.lane("groq", key, "m");
  EXPECT_EQ(one, lanes.lane("groq", key, "m"));
  EXPECT_NE(one, lanes.lane("groq", key, "n"));
  EXPECT_NE(one, lanes.lane("groq", Secret("k2"), "m"));
  EXPECT_NE(one, lanes.lane("xai", key, "m"));
}

TEST_F(LanesTest, aFloorHoldsOneLaneABenchedKeyAllOfItsModels) {
  const auto m = lanes.lane("groq", key, "m");
  const auto n = lanes.lane("groq", key, "n");
  m->holdUntil(now + 5s);
  EXPECT_EQ(now + 5s, m->notBefore());
  EXPECT_LT(n->notBefore(), now);
  n->benchKeyUntil(now + 60s);
  EXPECT_EQ(now + 60s, m->notBefore());
  EXPECT_EQ(now + 60s, n->notBefore());
  EXPECT_LT(lanes.lane("groq", Secret("k2"), "m")->notBefore(), now);
}

TEST_F(LanesTest, averagesFollowWhatHappens) {
  const auto lane = lanes.lane("groq", key, "m");
  lane->begin();
  lane->begin();
  EXPECT_EQ(2u, lane->inflight());
  lane->end(false, 8000us);
  EXPECT_EQ(8000u, lane->latencyUs());
  lane->end(true, 0us);
  EXPECT_EQ(0u, lane->inflight());
  EXPECT_EQ(8000u, lane->latencyUs());
  EXPECT_EQ(125'000u, lane->errorPpm());
}

TEST_F(LanesTest, namesOfClientsCannotGrowTheTableWithoutEnd) {
  for (int i = 0; i < 10'000; ++i) (void)lanes.lane("groq", key, std::to_string(i));
  EXPECT_EQ(lanes.lane("groq", key, "a"), lanes.lane("groq", key, "b"));
  EXPECT_NE(lanes.lane("groq", key, "a"), lanes.lane("groq", key, "7"));
}

}  // namespace
}  // namespace sluice::health
