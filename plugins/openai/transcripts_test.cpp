// Replays the exchanges of transcripts/: each file holds a request, the bytes of an answer, and the
// chunks that it must become. Whole, cut in two at every byte, and ended early after every frame.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sluice/testing.hpp>
#include <sstream>

namespace {

using namespace sluice::testing;

struct Transcript {
  std::string request;  // a chat request's body; empty: the list of models is asked for
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::string chunks;
  bool stream = false;
};

// The text between one line and another.
std::string section(const std::string& text, const std::string& from, const std::string& to) {
  const std::size_t begin = text.find(from);
  if (begin == std::string::npos) throw std::runtime_error("no " + from);
  const std::size_t start = begin + from.size();
  const std::size_t end = to.empty() ? text.size() : text.find(to, start);
  if (end == std::string::npos) throw std::runtime_error("no " + to);
  return text.substr(start, end - start);
}

Transcript load(const std::string& file) {
  std::ostringstream all;
  all << std::ifstream(file, std::ios::binary).rdbuf();
  Transcript out;
  out.request = section(all.str(), "=== request\n", "=== answer\n");
  const std::string answer = section(all.str(), "=== answer\n", "=== chunks\n");
  out.chunks = section(all.str(), "=== chunks\n", "");
  const std::size_t blank = answer.find("\n\n");
  std::istringstream head(answer.substr(0, blank + 1));
  std::string line;
  std::getline(head, line);
  out.status = std::stoi(line.substr(9));
  while (std::getline(head, line))
    out.headers.emplace_back(line.substr(0, line.find(": ")), line.substr(line.find(": ") + 2));
  out.body = answer.substr(blank + 2);
  out.stream = out.request.find("\"stream\": true") != std::string::npos;
  return out;
}

// Cuts server-sent events out of bytes that come in pieces.
class Cutter {
 public:
  void give(std::string_view bytes) {
    for (const char c : bytes) {
      if (c == '\n' && after_ == '\r') {
        after_ = c;
        continue;
      }
      after_ = c;
      if (c == '\n' || c == '\r') endLine();
      else line_ += c;
    }
  }
  std::vector<Frame> frames;

 private:
  void endLine() {
    if (line_.empty()) {
      if (data_) frames.push_back(open_);
      open_ = {};
      data_ = false;
    } else if (line_.rfind("data: ", 0) == 0) {
      open_.data += (data_ ? "\n" : "") + line_.substr(6);
      data_ = true;
    } else if (line_.rfind("event: ", 0) == 0) {
      open_.event = line_.substr(7);
    }
    line_.clear();
  }
  Frame open_;
  std::string line_;
  bool data_ = false;
  char after_ = 0;
};

struct Transcripts : ::testing::TestWithParam<std::string> {
  Transcripts() { host.nowUnixMs = 1767225600000; }  // 1 January 2026

  std::string replay(const std::vector<Frame>& frames) const {
    std::vector<sluice_kv> headers;
    headers.reserve(transcript.headers.size());
    for (const auto& [name, value] : transcript.headers) headers.push_back({str(name), str(value)});
    const sluice_request request =
        transcript.request.empty() ? models() : chat("m", transcript.request, transcript.stream);
    return decode(openai, request, static_cast<std::uint32_t>(transcript.status), headers, frames);
  }
  std::vector<Frame> frames() const {
    if (transcript.body.empty()) return {};
    if (!transcript.stream) return {{"", transcript.body}};
    Cutter cutter;
    cutter.give(transcript.body);
    return cutter.frames;
  }

  Host host;
  Transcript transcript = load(GetParam());
  Instance openai{"sluice.openai", host};
};
struct Streams : Transcripts {};       // all of them are answered with 200
struct WholeAnswers : Transcripts {};  // with 200, not streamed

TEST_P(Transcripts, BecomeTheirChunks) { EXPECT_EQ(replay(frames()), transcript.chunks); }

TEST_P(Streams, AreTheSameHoweverTheyAreCut) {
  for (std::size_t at = 0; at <= transcript.body.size(); ++at) {
    Cutter cutter;
    cutter.give(std::string_view(transcript.body).substr(0, at));
    cutter.give(std::string_view(transcript.body).substr(at));
    ASSERT_EQ(replay(cutter.frames), transcript.chunks) << "cut at byte " << at;
  }
}

std::size_t finishes(const std::string& log) {
  std::size_t count = 0;
  std::istringstream lines(log);
  for (std::string line; std::getline(lines, line);) count += line.rfind("finish", 0) == 0;
  return count;
}

// A stream that ends early is an error, unless every choice had been finished.
TEST_P(Streams, AreErrorsWhenTheyEndEarly) {
  const std::vector<Frame> all = frames();
  for (std::size_t size = 0; size < all.size(); ++size) {
    const std::string log = replay({all.begin(), all.begin() + static_cast<std::ptrdiff_t>(size)});
    const bool whole = finishes(log) > 0 && finishes(log) == finishes(transcript.chunks);
    const bool failed = log.find("error ") != std::string::npos;
    EXPECT_EQ(failed, !whole) << "after " << size << " frames\n" << log;
    EXPECT_EQ(transcript.chunks.rfind(log.substr(0, log.find("error ")), 0), 0u) << log;
  }
}

TEST_P(WholeAnswers, AreErrorsWhenTheyEndEarly) {
  const std::string& body = transcript.body;
  const std::size_t last = body.find_last_not_of(" \n");
  for (std::size_t size = 1; size <= last; ++size) {
    const std::string log = replay({{"", body.substr(0, size)}});
    ASSERT_NE(log.find("error UNAVAILABLE retryable"), std::string::npos) << size << "\n" << log;
  }
}

std::vector<std::string> files(bool (*wanted)(const Transcript&)) {
  std::vector<std::string> out;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::string(SLUICE_SOURCE_DIR) + "/transcripts"))
    if (wanted(load(entry.path()))) out.push_back(entry.path());
  std::sort(out.begin(), out.end());
  return out;
}
bool any(const Transcript& /*transcript*/) { return true; }
bool streamed(const Transcript& transcript) { return transcript.stream; }
bool whole(const Transcript& transcript) { return !transcript.stream && transcript.status == 200; }

std::string nameOfTest(const ::testing::TestParamInfo<std::string>& info) {
  std::string name = std::filesystem::path(info.param).stem();
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Openai, Transcripts, ::testing::ValuesIn(files(any)), nameOfTest);
INSTANTIATE_TEST_SUITE_P(Openai, Streams, ::testing::ValuesIn(files(streamed)), nameOfTest);
INSTANTIATE_TEST_SUITE_P(Openai, WholeAnswers, ::testing::ValuesIn(files(whole)), nameOfTest);

}  // namespace
