#include "dialects/openai_responses_stored.hpp"

#include <gtest/gtest.h>

namespace sluice::dialects {
namespace {

StoredAsked one() { return {"resp_1", "p", "m"}; }

std::string own(const calls::Inquiry& inquiry) {
  std::string out;
  inquiry.appendOwn(out, "up", false);
  return out;
}

std::string state(const std::string& status, const std::string& more = {}) {
  return R"({"id":"resp_1","object":"response","status":")" + status + R"(","output":[])" + more +
         "}";
}

TEST(ResponsesStored, asksForWhatIsWanted) {
  EXPECT_EQ(R"({"model":"up","id":"resp_1","do":"delete"})", own(*deletionOfResponse(one())));
  EXPECT_EQ(R"({"model":"up","id":"resp_1","do":"cancel"})", own(*cancellationOfResponse(one())));
  EXPECT_EQ(R"({"model":"up","id":"resp_1","do":"read"})", own(*readingOfResponse(one(), "")));
}

// Azure's version of the API, and whatever a proxy reads there, is not for clients to choose.
TEST(ResponsesStored, whatMeansNothingInAQueryDoesNotGoOn) {
  const auto read =
      readingOfResponse(one(), "api-version=1&include%5B%5D=a&stream=true&x&starting_after=3");
  EXPECT_TRUE(read->stream());
  EXPECT_EQ(
      R"({"model":"up","id":"resp_1","do":"read","query":"include%5B%5D=a&stream=true&starting_after=3"})",
      own(*read));
  EXPECT_FALSE(readingOfResponse(one(), "stream=false")->stream());
}

TEST(ResponsesStored, anAnswerIsPendingOrWhole) {
  const auto read = readingOfResponse(one(), "");
  for (const char* const status : {"queued", "in_progress"}) {
    const auto passage = read->passage();
    passage->whole(state(status));
    EXPECT_TRUE(passage->progress().settled);
    EXPECT_TRUE(read->pending());
    EXPECT_FALSE(read->answered());
  }
  for (const char* const status : {"completed", "incomplete", "failed", "cancelled"}) {
    const auto passage = read->passage();
    passage->whole(state(status, R"(,"usage":{"input_tokens":3,"output_tokens":1})"));
    EXPECT_FALSE(passage->progress().fault) << status;
    EXPECT_TRUE(read->answered());
    EXPECT_EQ("resp_1", read->kept().id);
    EXPECT_EQ(3u, passage->progress().usage->input);
    read->uncount();
    EXPECT_EQ(0u, passage->progress().usage->input);
  }
}

TEST(ResponsesStored, whatIsNoResponseIsAFault) {
  const auto read = readingOfResponse(one(), "");
  for (const char* const wrong : {"{}", "no", R"({"error":{"message":"x"}})"}) {
    const auto passage = read->passage();
    passage->whole(wrong);
    EXPECT_TRUE(passage->progress().fault) << wrong;
    EXPECT_FALSE(read->answered());
  }
}

}  // namespace
}  // namespace sluice::dialects
