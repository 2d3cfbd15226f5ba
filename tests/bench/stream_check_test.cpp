#include "stream_check.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace sluice::bench {
namespace {

std::string content(std::uint64_t number) {
  return "data: {\"choices\":[{\"delta\":{\"content\":\"" + writeMark({number, 7}) + "\"}}]}\n\n";
}
const std::string kRole = "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\"}}]}\n\n";
const std::string kFinish = "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";
const std::string kUsage = "data: {\"choices\":[],\"usage\":{}}\n\n";
const std::string kDone = "data: [DONE]\n\n";

StreamCheck judge(const std::string& text, std::size_t cut = 0) {
  StreamCheck check(3);
  const auto ignore = [](Mark) {};
  check.feed(std::string_view(text).substr(0, cut), ignore);
  check.feed(std::string_view(text).substr(cut), ignore);
  return check;
}

std::string joined(const std::vector<std::string>& pieces) {
  std::string text;
  for (const std::string& piece : pieces) text += piece;
  return text;
}

std::string all() { return content(0) + content(1) + content(2); }

TEST(StreamCheck, acceptsAWholeStreamWhereverItIsCut) {
  const std::string text = ": comment\r\n\r\n" + kRole + all() + kFinish + kUsage + kDone;
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    const StreamCheck check = judge(text, cut);
    EXPECT_TRUE(check.complete()) << cut;
    EXPECT_EQ(0U, check.lost()) << cut;
  }
}

TEST(StreamCheck, tellsTheMarkOfEachEvent) {
  std::vector<std::uint64_t> numbers;
  StreamCheck check(3);
  check.feed(all(), [&](Mark mark) {
    numbers.push_back(mark.number);
    EXPECT_EQ(7U, mark.micros);
  });
  EXPECT_EQ((std::vector<std::uint64_t>{0, 1, 2}), numbers);
}

TEST(StreamCheck, countsLostEvents) {
  const StreamCheck middle = judge(content(0) + content(2) + kFinish + kDone);
  EXPECT_FALSE(middle.complete());
  EXPECT_EQ(1U, middle.lost());
  const StreamCheck tail = judge(content(0) + kFinish + kDone);
  EXPECT_FALSE(tail.complete());
  EXPECT_EQ(2U, tail.lost());
}

TEST(StreamCheck, refusesDisorderAndRepetition) {
  const StreamCheck disorder = judge(joined({content(0), content(2), content(1), kFinish, kDone}));
  EXPECT_FALSE(disorder.complete());
  const StreamCheck repetition = judge(joined({all(), content(2), kFinish, kDone}));
  EXPECT_FALSE(repetition.complete());
}

TEST(StreamCheck, refusesAStreamThatEndsWrongly) {
  const std::string error = "data: {\"error\":{\"message\":\"m\"}}\n\n";
  const std::string cut = "data: {\"choices\":[\n\n";
  for (const auto& pieces :
       std::vector<std::vector<std::string>>{{all(), kFinish},
                                             {all(), kDone},
                                             {all(), kFinish, kDone, kUsage},
                                             {content(0), content(1), kFinish, content(2), kDone},
                                             {all(), error, kFinish, kDone},
                                             {all(), cut, kFinish, kDone}}) {
    EXPECT_FALSE(judge(joined(pieces)).complete()) << joined(pieces);
  }
}

TEST(Mark, isReadOnlyWhole) {
  EXPECT_EQ("seq-000017@0000001234567890", writeMark({17, 1234567890}));
  EXPECT_TRUE(findMark("x seq-000017@0000001234567890 y"));
  for (const char* text : {"", "seq-", "seq-000017", "seq-00001x@0000001234567890",
                           "seq-000017#0000001234567890", "seq-000017@"}) {
    EXPECT_FALSE(findMark(text)) << text;
  }
}

}  // namespace
}  // namespace sluice::bench
