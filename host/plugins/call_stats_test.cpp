#include "plugins/call_stats.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "plugins/library.hpp"
#include "plugins/plugin_call.hpp"
#include "plugins/test_support.hpp"

using namespace sluice;
using namespace sluice::plugins;
using namespace sluice::plugins::test;

namespace {

using namespace std::chrono_literals;

CallStats::Counts countsOf(const std::string& file, CallKind kind) {
  for (const auto& library : Library::live()) {
    if (library->content().path == file) return library->stats().counts(kind);
  }
  ADD_FAILURE() << file << " is not open";
  return {};
}

TEST(CallStats, CountsWhatIsCalledAndWhatFails) {
  Log log;
  const auto instance = makeInstance("swapped_1", "swapped");
  const std::string file = fs::canonical(pluginFile("swapped_1"));
  Recorder sink;
  Fault fault;
  Encoded encoded;
  EXPECT_FALSE(instance->encode({}, "", encoded));
  const auto decoder = instance->open({}, 200, {}, fault);
  EXPECT_FALSE(decoder->frame({}, "a", sink));
  EXPECT_FALSE(decoder->frame({}, "b", sink));
  EXPECT_TRUE(decoder->end(sink)) << "it was not finished";
  EXPECT_EQ(countsOf(file, CallKind::encode).count, 1u);
  EXPECT_EQ(countsOf(file, CallKind::frame).count, 2u);
  EXPECT_EQ(countsOf(file, CallKind::frame).errors, 0u);
  EXPECT_EQ(countsOf(file, CallKind::end).errors, 1u);
  EXPECT_EQ(countsOf(file, CallKind::rank).count, 0u);
}

TEST(CallStats, OneThatIsSlowIsSeenAndSaidOnce) {
  Log log;
  const auto instance = makeInstance("swapped_1", "swapped");
  const std::string file = fs::canonical(pluginFile("swapped_1"));
  Recorder sink;
  Fault fault;
  const auto decoder = instance->open({}, 200, {}, fault);
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(decoder->frame({}, "slow", sink));
  const auto counts = countsOf(file, CallKind::frame);
  EXPECT_EQ(counts.slow, 3u);
  EXPECT_GE(counts.p50Us, 45'000);
  EXPECT_LE(counts.p50Us, 1'000'000);
  EXPECT_EQ(countsOf(file, CallKind::open).slow, 0u);
  const auto lines = log.lines();
  const auto said = std::ranges::count_if(lines, [](const std::string& line) {
    return line.starts_with("it (org.example.swapped): frame() took ") &&
           line.find(" ms and must not block") != std::string::npos;
  });
  EXPECT_EQ(said, 1) << "not for each of them";
}

// A sink that takes its time: that is not the plugin's.
struct SlowSink : ChunkSink {
  Answer push(const Chunk&) noexcept override {
    std::this_thread::sleep_for(60ms);
    return Answer::more;
  }
};

TEST(CallStats, TheHostsOwnTimeDoesNotCount) {
  Log log;
  const auto instance = makeInstance("swapped_1", "swapped");
  SlowSink sink;
  Fault fault;
  EXPECT_FALSE(instance->open({}, 200, {}, fault)->frame({}, "a", sink));
  const auto counts = countsOf(fs::canonical(pluginFile("swapped_1")), CallKind::frame);
  EXPECT_EQ(counts.slow, 0u);
  EXPECT_LT(counts.p99Us, 50'000);
}

TEST(CallStats, QuantilesAreNearTheTruth) {
  CallStats stats;
  auto& shard = stats.shard(0);
  for (std::uint64_t ticks = 1; ticks <= 10'000; ++ticks) shard.ended(CallKind::rank, ticks * 100);
  const auto counts = stats.counts(CallKind::rank);
  const double unit = microsecondsPerTick();
  EXPECT_NEAR(counts.p50Us / unit, 500'000, 70'000);
  EXPECT_NEAR(counts.p99Us / unit, 990'000, 130'000);
  shard.ended(CallKind::observe, ~std::uint64_t{0});
  EXPECT_GT(stats.counts(CallKind::observe).p50Us, 0);
}

TEST(CallStats, OfSeveralThreadsAreOne) {
  CallStats stats;
  const CallSite site{"it", &stats};
  std::vector<std::thread> threads;
  for (int i = 0; i < 80; ++i) {
    threads.emplace_back([&site] {
      for (int call = 0; call < 1'000; ++call) calling(site, CallKind::close, [] {});
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(stats.counts(CallKind::close).count, 80'000u);
  EXPECT_EQ(stats.counts(CallKind::close).inFlight, 0u);
}

}  // namespace
