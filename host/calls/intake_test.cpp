#include "calls/intake.hpp"

#include <gtest/gtest.h>

namespace sluice::calls {
namespace {

// Passes on what says something, and ends with a word.
class Words final : public Passage {
 public:
  void block(const wire::SseBlock& block, std::string& out) override {
    if (block.data != "nothing") out += block.raw;
  }
  void close(std::string& out) override { out += "data: end\n\n"; }
  void whole(std::string_view) override {}
};

std::string passed(std::string_view body) {
  Intake intake(std::make_unique<Words>());
  std::string out;
  intake.take(body, out);
  intake.bodyEnded(out);
  intake.close(out);
  return out;
}

// The dialect's end was part of the event before it, and neither could be read.
TEST(Intake, TheLastEventEndsThoughTheUpstreamDidNotEndIt) {
  const std::string first = "data: a\n\n";
  EXPECT_EQ(passed(first + "data: b"), first + "data: b\n\ndata: end\n\n");
  EXPECT_EQ(passed(first + "data: b\n"), first + "data: b\n\ndata: end\n\n");
  EXPECT_EQ(passed(first + "data: b\r\n"), first + "data: b\r\n\ndata: end\n\n");
  EXPECT_EQ(passed(first + "data: b\r"), first + "data: b\r\n\ndata: end\n\n");
  EXPECT_EQ(passed(first + "data: b\n\n"), first + "data: b\n\ndata: end\n\n");
  EXPECT_EQ(passed(first + "data: nothing"), first + "data: end\n\n");
  EXPECT_EQ(passed(first + ": comment"), first + "data: end\n\n");
  EXPECT_EQ(passed(first), first + "data: end\n\n");
}

}  // namespace
}  // namespace sluice::calls
