#include "calls/model_facts.hpp"

#include <gtest/gtest.h>

#include <deque>

namespace sluice::calls {
namespace {

struct Facts : testing::Test {
  config::Model& known() {
    config::Model& made = models.emplace_back();
    Target& target = targets.emplace_back();
    target.facts = &made;
    return made;
  }
  std::deque<config::Model> models;
  std::vector<Target> targets;
};

std::optional<Decimal> usd(const char* text) { return Decimal::parse(text); }

TEST_F(Facts, ofSeveralTargetsAreWhatHoldsForAll) {
  config::Model& a = known();
  a.context = 200'000;
  a.maxOutput = 8'000;
  a.tools = a.vision = true;
  a.input = usd("3");
  a.output = usd("9.99");
  config::Model& b = known();
  b.context = 128'000;
  b.maxOutput = 16'000;
  b.tools = true;
  b.vision = false;
  b.input = usd("0.5");
  b.output = usd("10");
  const ModelFacts facts = sharedFacts(targets);
  EXPECT_EQ(128'000u, facts.context);
  EXPECT_EQ(8'000u, facts.maxOutput);
  EXPECT_EQ(true, facts.tools);
  EXPECT_EQ(false, facts.vision);
  EXPECT_EQ(std::nullopt, facts.reasoning);
  EXPECT_EQ(usd("3"), facts.input);
  EXPECT_EQ(usd("10"), facts.output);
  EXPECT_EQ(std::nullopt, facts.cacheRead);
}

TEST_F(Facts, whatIsNotKnownOfOneIsNotKnown) {
  config::Model& a = known();
  a.context = 1000;
  a.tools = true;
  a.reasoning = false;
  a.input = usd("1");
  targets.emplace_back();  // nothing is known of it
  known().context = 500;
  const ModelFacts facts = sharedFacts(targets);
  EXPECT_EQ(std::nullopt, facts.context);
  EXPECT_EQ(std::nullopt, facts.tools);
  EXPECT_EQ(false, facts.reasoning);
  EXPECT_EQ(std::nullopt, facts.input);
}

TEST_F(Facts, ofOneTargetAreItsOwn) {
  known().cacheWrite = usd("3.75");
  EXPECT_EQ(usd("3.75"), sharedFacts(targets).cacheWrite);
  EXPECT_EQ(ModelFacts(), sharedFacts({}));
}

}  // namespace
}  // namespace sluice::calls
