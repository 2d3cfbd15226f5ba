// CallStats: how often the functions of one library were called, and how long they took. Written on
// the path of calls: each thread has a part of its own, which it alone writes, so that counting
// costs no more than adding. Threads beyond those share the last part. Threads: any.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sluice::plugins {

// The functions of a plugin. Those up to kTimedKinds are counted and timed.
enum class CallKind : std::uint8_t {
  encode,
  open,
  frame,
  end,
  close,
  start,
  resume,
  cancel,
  rank,
  observe,
  release,
  entry,
  init,
  create,
  getExtension,
  retire,
  destroy,
  deinit
};
inline constexpr std::size_t kTimedKinds = 11;
const char* toString(CallKind kind) noexcept;  // as in plugin.h

class CallStats {
 public:
  CallStats() = default;
  ~CallStats();
  CallStats(const CallStats&) = delete;
  CallStats& operator=(const CallStats&) = delete;

  // One thread's part; the last one is several threads'. `kind` is timed.
  class Shard {
   public:
    explicit Shard(bool shared) noexcept : shared_(shared) {}
    void began(CallKind kind) noexcept { add(of(kind).began); }
    void ended(CallKind kind, std::uint64_t ticks) noexcept {
      add(of(kind).buckets[bucketOf(ticks)]);
    }
    void failed(CallKind kind) noexcept { add(of(kind).errors); }

   private:
    friend class CallStats;
    using Counter = std::atomic<std::uint64_t>;
    static constexpr std::size_t kBuckets = 160;  // four for each power of two
    struct Kind {
      Counter began{0}, errors{0};
      std::array<Counter, kBuckets> buckets{};
    };
    void add(Counter& counter) const noexcept {
      if (shared_) {
        counter.fetch_add(1, std::memory_order_relaxed);
        return;
      }
      counter.store(counter.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    }
    static std::size_t bucketOf(std::uint64_t ticks) noexcept;
    static double middleOf(std::size_t bucket) noexcept;
    Kind& of(CallKind kind) noexcept { return kinds_[static_cast<std::size_t>(kind)]; }
    const bool shared_;
    std::array<Kind, kTimedKinds> kinds_;
  };
  static constexpr std::size_t kShards = 64;
  Shard& shard(std::size_t index) noexcept {
    Shard* const known = shards_[index].load(std::memory_order_acquire);
    return known != nullptr ? *known : makeShard(index);
  }

  // A call that must not block took that long. Says so in the log, at most once a minute for each
  // kind. `label`: the instance's.
  void noteSlow(CallKind kind, std::string_view label, std::uint64_t ticks) noexcept;

  // Direct operations that the plugin has begun and not yet let go of.
  void operationBegan() noexcept { operations_.fetch_add(1, std::memory_order_relaxed); }
  void operationEnded() noexcept { operations_.fetch_sub(1, std::memory_order_relaxed); }

  struct Counts {
    std::uint64_t count = 0;  // that have returned
    std::uint64_t errors = 0;
    std::uint64_t slow = 0;
    std::uint64_t inFlight = 0;  // for start: operations under way
    double p50Us = 0, p99Us = 0;
  };
  Counts counts(CallKind kind) const noexcept;

 private:
  struct Slow {
    std::atomic<std::uint64_t> count{0}, untold{0};
    std::atomic<std::int64_t> toldAt{0};  // seconds, steady
  };
  Shard& makeShard(std::size_t index) noexcept;

  std::array<std::atomic<Shard*>, kShards> shards_{};
  std::array<Slow, kTimedKinds> slow_;
  std::atomic<std::uint64_t> operations_{0};
};

}  // namespace sluice::plugins
