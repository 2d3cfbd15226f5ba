#include "dialects/limit_time.hpp"

#include <gtest/gtest.h>

namespace sluice::dialects {
namespace {

using std::chrono::milliseconds;

// -1: none.
std::int64_t wait(std::string_view text) {
  const auto read = parseWait(text);
  return read ? read->count() : -1;
}

TEST(LimitTime, aWaitIsReadAsProvidersWriteIt) {
  EXPECT_EQ(1000, wait("1s"));
  EXPECT_EQ(360'000, wait("6m0s"));
  EXPECT_EQ(3'723'500, wait("1h2m3.5s"));
  EXPECT_EQ(120, wait("120ms"));
  EXPECT_EQ(179'560, wait("2m59.56s"));
  EXPECT_EQ(7000, wait("7"));
  EXPECT_EQ(0, wait("0s"));
  EXPECT_EQ(100'000'000'000, wait("99999999999999999999h"));
  for (const char* text : {"", "s", "-1s", "1d", "1 s", "1s ", "soon", "1e3s", "nan", "infs"}) {
    EXPECT_EQ(-1, wait(text)) << text;
  }
}

TEST(LimitTime, aWaitIsWrittenInWholeSeconds) {
  EXPECT_EQ("0s", waitText(milliseconds(-5)));
  EXPECT_EQ("1s", waitText(milliseconds(1)));
  EXPECT_EQ("59s", waitText(milliseconds(59'000)));
  EXPECT_EQ("6m0s", waitText(milliseconds(360'000)));
  EXPECT_EQ("1h0m1s", waitText(milliseconds(3'600'500)));
}

std::string again(std::string_view text) {
  const auto read = parseTime(text);
  return read ? timeText(*read) : "none";
}

TEST(LimitTime, aTimeIsReadAndWritten) {
  EXPECT_EQ("2026-01-02T03:04:05Z", again("2026-01-02T03:04:05Z"));
  EXPECT_EQ("2026-01-02T03:04:06Z", again("2026-01-02t03:04:05.001z"));
  EXPECT_EQ("2026-01-02T03:04:05Z", again("2026-01-02 03:04:05.000Z"));
  EXPECT_EQ("2026-01-02T01:04:05Z", again("2026-01-02T03:04:05+02:00"));
  EXPECT_EQ("2026-01-02T08:34:05Z", again("2026-01-02T03:04:05-05:30"));
  EXPECT_EQ("2028-03-01T00:00:00Z", again("2028-02-29T23:59:60Z"));
  for (const char* text :
       {"", "2026-01-02", "2026-01-02T03:04:05", "2026-13-02T03:04:05Z", "2026-02-30T03:04:05Z",
        "2026-01-02T24:00:00Z", "26-01-02T03:04:05Z", "2026-01-02T03:04Z", "2026-01-02T03:04:05+2",
        "2026-01-02T03:04:05Zx", "-026-01-02T03:04:05Z", "2026-01-02T03:04:05.Z5",
        "1969-12-31T23:59:59Z", "9999-12-31T23:59:59Z"}) {
    EXPECT_EQ("none", again(text)) << text;
  }
}

}  // namespace
}  // namespace sluice::dialects
