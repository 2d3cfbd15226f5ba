// A plugin is swapped while a thousand streams are open: each stream is one version's from its
// beginning to its end, nothing of it is lost, and what was replaced ends.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <fstream>
#include <thread>

#include "io/offload.hpp"
#include "plugins/test_support.hpp"

using namespace sluice;
using namespace sluice::plugins;
using namespace sluice::plugins::test;

namespace {

constexpr int kThreads = 4;
constexpr int kStreamsAThread = 250;
constexpr int kSwaps = 20;
constexpr int kPieces = 30;

// What a generation has of the swapped plugin.
struct Offered {
  std::shared_ptr<const Instance> codec, direct;
  char version = '?';
};

struct Pieces : ChunkSink {
  Answer push(const Chunk& chunk) noexcept override {
    text += chunk.text;
    finishes += chunk.type == ChunkType::finish ? 1 : 0;
    return Answer::more;
  }
  std::string text;
  int finishes = 0;
};

// One stream, which pins what it began with.
class Stream {
 public:
  Stream(const Offered& of, bool direct, io::Loop& loop, io::WorkerPool& workers)
      : version_(of.version), use_(direct ? of.direct : of.codec) {
    Fault fault;
    Request request;
    const std::string count = std::to_string(kPieces);
    request.model = count;
    if (direct) call_ = use_->start(request, loop, workers, fault);
    else decoder_ = use_->open(request, 200, {}, fault);
    EXPECT_TRUE(call_ != nullptr || decoder_ != nullptr) << fault.message;
  }

  // True: it is over, and was whole.
  bool step() {
    std::optional<Fault> fault;
    if (call_ != nullptr) {
      if (!call_->slot().ready || call_->drain(pieces_, fault)) return false;
    } else {
      if (next_ < kPieces) {
        fault = decoder_->frame({}, std::to_string(next_++), pieces_);
        EXPECT_FALSE(fault) << fault->message;
        return false;
      }
      fault = decoder_->frame({}, "[DONE]", pieces_);
      if (!fault) fault = decoder_->end(pieces_);
    }
    EXPECT_FALSE(fault) << fault->message;
    std::string wanted;
    for (int i = 0; i < kPieces; ++i) wanted += version_ + (":" + std::to_string(i)) + ' ';
    EXPECT_EQ(pieces_.text, wanted);
    EXPECT_EQ(pieces_.finishes, 1);
    return true;
  }

 private:
  const char version_;
  const InstanceUse use_;
  std::unique_ptr<Decoder> decoder_;
  std::unique_ptr<DirectCall> call_;
  Pieces pieces_;
  int next_ = 0;
};

class Swapping : public ::testing::Test {
 protected:
  Offered offer(const Offered& before) {
    const std::string stem = before.version == '1' ? "swapped_2" : "swapped_1";
    directory_.install(stem, "mine");
    const Opened opened = openPlugins({"mine"}, directory_.path(), copies_);
    EXPECT_EQ(opened.problems, std::vector<std::string>());
    const auto make = [&](const char* id, const std::shared_ptr<const Instance>& old) {
      return *opened.registry->create(Kind::provider, id, id, "{}", old);
    };
    return {make("swapped", before.codec), make("ticking", before.direct), stem.back()};
  }

  // Swaps, and retires what was before once no thread begins with it any more.
  void swap() {
    Offered next = offer(current_);
    const Offered old = current_;
    {
      const std::lock_guard lock(mutex_);
      current_ = std::move(next);
      ++number_;
    }
    for (auto& adopted : adopted_) {
      for (int seen = adopted; seen < number_; seen = adopted) adopted.wait(seen);
    }
    for (const auto& instance : {old.codec, old.direct}) {
      instance->leaveBy(io::kNever - std::chrono::hours(1));
      instance->retire();
    }
  }

  // A thread's streams, each replaced by another when it ends, until the swaps are over.
  void run(std::atomic<int>& adopted) {
    io::Loop loop;
    io::WorkerPool workers(0, 1);
    std::vector<std::unique_ptr<Stream>> streams(kStreamsAThread);
    for (bool open = true; open;) {
      open = false;
      Offered offered;
      {
        const std::lock_guard lock(mutex_);
        offered = current_;
        adopted = number_;
      }
      for (int i = 0; i < kStreamsAThread; ++i) {
        auto& stream = streams[static_cast<std::size_t>(i)];
        if (stream && stream->step()) {
          stream.reset();
          ++whole_;
        }
        if (!stream && !over_) {
          stream = std::make_unique<Stream>(offered, i % 2 == 0, loop, workers);
        }
        open = open || stream;
      }
      adopted.notify_all();
      loop.turn(false);
    }
  }

  Log log_;
  TempDirectory directory_, state_;
  std::shared_ptr<const Copies> copies_ = *Copies::in(state_.path());
  std::mutex mutex_;
  Offered current_;
  int number_ = 0;
  std::array<std::atomic<int>, kThreads> adopted_{};
  std::atomic<bool> over_{false};
  std::atomic<int> whole_{0};
};

long count(const std::vector<std::string>& lines, std::string_view part) {
  return std::ranges::count_if(
      lines, [part](const std::string& line) { return line.find(part) != std::string::npos; });
}

TEST_F(Swapping, TwentyTimesUnderAThousandStreams) {
  current_ = offer({});
  number_ = 1;
  std::vector<std::thread> threads;
  for (auto& adopted : adopted_) threads.emplace_back([this, &adopted] { run(adopted); });
  for (int i = 0; i < kSwaps; ++i) swap();
  over_ = true;
  for (auto& thread : threads) thread.join();
  EXPECT_GE(whole_, kThreads * kStreamsAThread);
  current_ = {};

  const auto lines = log_.lines();
  // Content that is back before it has drained is the library that is still open.
  EXPECT_GE(count(lines, ": from "), 2);
  EXPECT_EQ(count(lines, ": ended version"), count(lines, ": from "));
  EXPECT_EQ(count(lines, ": created version"), 2 * (kSwaps + 1));
  EXPECT_EQ(count(lines, ": retired version"), 2 * (kSwaps + 1));
  EXPECT_EQ(count(lines, ": destroyed version"), 2 * (kSwaps + 1));
  EXPECT_EQ(count(lines, "after it was retired"), 0);
  std::ifstream file("/proc/self/maps");
  const std::string maps{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(maps.find(copies_->directory()), std::string::npos) << "no code of it is left";
}

TEST_F(Swapping, WhatDidNotChangeIsKept) {
  directory_.install("swapped_1", "mine");
  const auto open = [&](const std::string& settings, const std::shared_ptr<const Instance>& old) {
    const Opened opened = openPlugins({"mine"}, directory_.path(), copies_);
    return *opened.registry->create(Kind::provider, "swapped", "it", settings, old);
  };
  const auto first = open("{}", nullptr);
  EXPECT_EQ(open("{}", first), first);
  EXPECT_NE(open(R"({"every_ms": 2})", first), first) << "other settings";
  directory_.install("swapped_2", "mine");
  EXPECT_NE(open("{}", first), first) << "another content";
}

}  // namespace
