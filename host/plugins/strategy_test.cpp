#include <gtest/gtest.h>

#include "plugins/test_support.hpp"

using namespace sluice::plugins;
using namespace sluice::plugins::test;

namespace {

class Strategy : public ::testing::Test {
 protected:
  Strategy() : candidates_(3) {
    candidates_[0].target = "groq";
    candidates_[1].healthy = false;
  }
  std::optional<Fault> rank(std::string_view how) {
    Request request;
    request.model = how;
    return instance_->rank(request, candidates_, order_);
  }

  Log log_;
  std::shared_ptr<const Instance> instance_ =
      makeInstance("direct", "reverse", "{}", Kind::strategy);
  std::vector<Candidate> candidates_;
  std::vector<std::uint32_t> order_;
};

TEST_F(Strategy, GivesAnOrderThatMayLeaveSomeOut) {
  ASSERT_FALSE(rank(""));
  EXPECT_EQ(order_, (std::vector<std::uint32_t>{2, 0}));
  candidates_.clear();
  ASSERT_FALSE(rank(""));
  EXPECT_TRUE(order_.empty());
}

TEST_F(Strategy, AnOrderThatCannotBeIsAFault) {
  for (const char* how : {"far", "double", "more"}) {
    const Fault fault = must(rank(how));
    EXPECT_EQ(fault.code, Code::internal);
    EXPECT_EQ(
        fault.message,
        "it (org.example.reverse): the plugin ranked what it was not given, or something twice");
    EXPECT_TRUE(order_.empty());
  }
}

TEST_F(Strategy, ItsFaultsComeThrough) {
  order_ = {7};
  const Fault fault = must(rank("fail"));
  EXPECT_EQ(fault.code, Code::failedPrecondition);
  EXPECT_EQ(fault.message, "cannot choose");
  EXPECT_TRUE(order_.empty());
}

TEST_F(Strategy, HearsWhatCameOfIt) {
  Usage usage;
  usage.output = 42;
  Outcome outcome{Code::unavailable, 1200, 3400, &usage};
  instance_->observe(candidates_[0], outcome);
  EXPECT_EQ(log_.lines().back(), "it (org.example.reverse): groq 14 1200 42");
  outcome.usage = nullptr;
  instance_->observe(candidates_[0], outcome);
  EXPECT_EQ(log_.lines().back(), "it (org.example.reverse): groq 14 1200 ?");
}

}  // namespace
