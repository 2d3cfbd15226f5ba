// How recorded exchanges are read: as recorders write them, and with words for what is wrong.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sluice/transcripts.hpp>

// testing.hpp's component() is not used here.
const sluice_library* sluice_plugin_entry(std::uint32_t) { return nullptr; }

namespace {

using sluice::testing::loadTranscripts;
using sluice::testing::Transcript;
namespace fs = std::filesystem;

const std::string kRequest = "=== request\n{\"model\": \"m\", \"messages\": []}\n";

struct Transcripts : ::testing::Test {
  void SetUp() override {
    const ::testing::TestInfo* const info = ::testing::UnitTest::GetInstance()->current_test_info();
    directory = fs::path(::testing::TempDir()) / (std::string("transcripts-") + info->name());
    fs::create_directories(directory);
  }
  void TearDown() override { fs::remove_all(directory); }
  void write(const char* name, const std::string& text) const {
    std::ofstream(directory / name, std::ios::binary) << text;
  }
  std::string faultOfAll() const {
    try {
      loadTranscripts(directory);
    } catch (const std::runtime_error& fault) {
      return fault.what();
    }
    return {};
  }
  fs::path directory;
};

TEST_F(Transcripts, AHeadWithCrlfIsRead) {
  write("a.txt", kRequest +
                     "=== answer\nHTTP/2 429 \r\nretry-after: 2\r\nContent-Type: text/plain\r\n\r\n"
                     "slow\n\ndown\n=== chunks\n");
  const Transcript read = loadTranscripts(directory).at(0);
  EXPECT_EQ(read.status, 429u);
  ASSERT_EQ(read.headers.size(), 2u);
  EXPECT_EQ(read.headers[0].second, "2");
  EXPECT_EQ(read.headers[1].second, "text/plain");
  EXPECT_EQ(read.body, "slow\n\ndown\n");
}

TEST_F(Transcripts, ABodyWithCrlfBehindAPlainHeadStaysWhole) {
  write("a.txt", kRequest + "=== answer\nHTTP/1.1 200 OK\n\na\r\n\r\nb\n=== chunks\n");
  EXPECT_EQ(loadTranscripts(directory).at(0).body, "a\r\n\r\nb\n");
}

TEST_F(Transcripts, ABodyWithoutANewlineIsExplained) {
  write("a.txt", kRequest + "=== answer\nHTTP/1.1 200 OK\n\n{\"a\": 1}=== chunks\n");
  EXPECT_NE(faultOfAll().find("a.txt: has '=== chunks' in the midst of a line: what is before it, "
                              "such as a body, must end with a newline"),
            std::string::npos)
      << faultOfAll();
}

TEST_F(Transcripts, EveryBadOneIsNamed) {
  write("a.txt", "nothing");
  write("b.txt", kRequest + "=== answer\nHTTP/1.1 200 OK\nbroken\n\n=== chunks\n");
  write("c.txt", kRequest + "=== answer\n200 OK\n\n=== chunks\n");
  write("d.txt", kRequest + "=== answer\nHTTP/1.1 200 OK\n\n=== chunks\n");
  const std::string fault = faultOfAll();
  EXPECT_NE(fault.find("a.txt: has no line '=== request'"), std::string::npos) << fault;
  EXPECT_NE(fault.find("b.txt: has a header without a colon: 'broken'"), std::string::npos);
  EXPECT_NE(fault.find("c.txt: its answer does not begin with"), std::string::npos);
  EXPECT_EQ(fault.find("d.txt"), std::string::npos);
}

}  // namespace
