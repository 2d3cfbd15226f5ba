#include "plugins/call_stats.hpp"

#include <algorithm>
#include <bit>
#include <chrono>
#include <memory>
#include <string>

#include "plugins/log.hpp"
#include "plugins/ticks.hpp"

namespace sluice::plugins {

namespace {

constexpr double kSlowUs = 50'000;
constexpr std::int64_t kTellEverySeconds = 60;

}  // namespace

const char* toString(CallKind kind) noexcept {
  switch (kind) {
    case CallKind::encode: return "encode";
    case CallKind::open: return "open";
    case CallKind::frame: return "frame";
    case CallKind::end: return "end";
    case CallKind::close: return "close";
    case CallKind::start: return "start";
    case CallKind::resume: return "resume";
    case CallKind::cancel: return "cancel";
    case CallKind::rank: return "rank";
    case CallKind::observe: return "observe";
    case CallKind::release: return "release";
    case CallKind::entry: return "sluice_plugin_entry";
    case CallKind::init: return "init";
    case CallKind::create: return "create";
    case CallKind::getExtension: return "get_extension";
    case CallKind::retire: return "retire";
    case CallKind::destroy: return "destroy";
    case CallKind::deinit: return "deinit";
  }
  return "?";
}

std::size_t CallStats::Shard::bucketOf(std::uint64_t ticks) noexcept {
  if (ticks < 4) return ticks;
  const auto octave = static_cast<std::size_t>(std::bit_width(ticks)) - 3;  // 0: 4 to 7
  return std::min(4 * octave + (ticks >> octave), kBuckets - 1);
}

double CallStats::Shard::middleOf(std::size_t bucket) noexcept {
  if (bucket < 8) return static_cast<double>(bucket);
  const std::size_t octave = bucket / 4 - 1;
  const auto width = static_cast<double>(std::uint64_t{1} << octave);
  return (static_cast<double>(4 + bucket % 4) + 0.5) * width;
}

CallStats::~CallStats() {
  for (const auto& shard : shards_) delete shard.load(std::memory_order_acquire);
}

CallStats::Shard& CallStats::makeShard(std::size_t index) noexcept {
  auto made = std::make_unique<Shard>(index == kShards - 1);
  Shard* known = nullptr;
  if (!shards_[index].compare_exchange_strong(known, made.get(), std::memory_order_acq_rel)) {
    return *known;
  }
  return *made.release();
}

void CallStats::noteSlow(CallKind kind, std::string_view label, std::uint64_t ticks) noexcept {
  const double us = static_cast<double>(ticks) * microsecondsPerTick();
  if (us < kSlowUs) return;
  Slow& slow = slow_[static_cast<std::size_t>(kind)];
  slow.count.fetch_add(1, std::memory_order_relaxed);
  slow.untold.fetch_add(1, std::memory_order_relaxed);
  using namespace std::chrono;
  const std::int64_t now =
      duration_cast<seconds>(steady_clock::now().time_since_epoch()).count() + 1;
  std::int64_t told = slow.toldAt.load(std::memory_order_relaxed);
  if (told != 0 && now - told < kTellEverySeconds) return;
  if (!slow.toldAt.compare_exchange_strong(told, now, std::memory_order_relaxed)) return;
  const std::uint64_t since = slow.untold.exchange(0, std::memory_order_relaxed);
  std::string line = std::string(toString(kind)) + "() took " +
                     std::to_string(static_cast<std::uint64_t>(us / 1000)) +
                     " ms and must not block: every call of its loop waited";
  if (since > 1) line += "; " + std::to_string(since) + " such calls since this was last said";
  log(LogLevel::warning, label, line);
}

CallStats::Counts CallStats::counts(CallKind kind) const noexcept {
  std::array<std::uint64_t, Shard::kBuckets> buckets{};
  std::uint64_t began = 0;
  Counts made;
  for (const auto& place : shards_) {
    Shard* const shard = place.load(std::memory_order_acquire);
    if (shard == nullptr) continue;
    const Shard::Kind& one = shard->of(kind);
    made.errors += one.errors.load(std::memory_order_relaxed);
    for (std::size_t i = 0; i < buckets.size(); ++i) {
      const std::uint64_t count = one.buckets[i].load(std::memory_order_relaxed);
      buckets[i] += count;
      made.count += count;
    }
    began += one.began.load(std::memory_order_relaxed);
  }
  made.slow = slow_[static_cast<std::size_t>(kind)].count.load(std::memory_order_relaxed);
  made.inFlight = kind == CallKind::start ? operations_.load(std::memory_order_relaxed)
                  : began > made.count    ? began - made.count
                                          : 0;
  const double unit = microsecondsPerTick();
  const auto quantile = [&](double part) {
    const auto wanted = static_cast<std::uint64_t>(static_cast<double>(made.count) * part);
    std::uint64_t below = 0;
    for (std::size_t i = 0; i < buckets.size(); ++i) {
      below += buckets[i];
      if (below > wanted) return Shard::middleOf(i) * unit;
    }
    return 0.0;
  };
  made.p50Us = quantile(0.5);
  made.p99Us = quantile(0.99);
  return made;
}

}  // namespace sluice::plugins
