#include <gtest/gtest.h>

#include "dialects/anthropic_messages.hpp"

namespace sluice::dialects {
namespace {

struct AnthropicCount : testing::Test {
  AnthropicCount() {
    calls::Problem problem;
    inquiry = parseAnthropicCount({body, "7"}, problem);
  }
  std::string body = R"({"model":"vm","messages":[{"role":"user","content":"hi"}]})";
  std::unique_ptr<calls::Inquiry> inquiry;
};

TEST_F(AnthropicCount, needsNoLimitAndIsNotStreamed) {
  ASSERT_TRUE(inquiry);
  EXPECT_EQ(plugins::Op::count, inquiry->op());
  EXPECT_FALSE(inquiry->stream());
  std::string own;
  inquiry->appendOwn(own, "up", true);
  EXPECT_EQ(R"({"model":"up","messages":[{"role":"user","content":"hi"}]})", own);
}

TEST_F(AnthropicCount, anUpstreamsCountIsPassedOn) {
  const auto good = inquiry->passage();
  good->whole(R"({"input_tokens": 5})");
  EXPECT_TRUE(good->progress().settled);
  EXPECT_FALSE(good->progress().fault);
  for (const char* text :
       {"{}", R"({"input_tokens":-1})", "[1]", "", R"({"error":{"type":"x"}})"}) {
    const auto bad = inquiry->passage();
    bad->whole(text);
    EXPECT_TRUE(bad->progress().fault) << text;
  }
}

TEST_F(AnthropicCount, aChunkBecomesTheAnswer) {
  const auto made = inquiry->rendering("m", "7");
  std::string out;
  plugins::Chunk chunk;
  chunk.type = plugins::ChunkType::json;
  chunk.extra = R"({"input_tokens":5})";
  made->writeTo(out);
  made->push(chunk);
  EXPECT_TRUE(made->progress().settled);
  made->close(out);
  EXPECT_EQ(R"({"input_tokens":5})", out);
}

TEST_F(AnthropicCount, anEstimateGrowsWithTheRequest) {
  std::string out;
  ASSERT_TRUE(inquiry->appendEstimate(out));
  EXPECT_EQ(R"({"input_tokens":)" + std::to_string((body.size() + 3) / 4) + "}", out);
}

}  // namespace
}  // namespace sluice::dialects
