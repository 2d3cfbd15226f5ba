// Lane: provider + key + upstream model, and what is known of its health: when it may be tried
// again, how fast it answers, how often it fails. Lanes outlive generations: a reload forgets
// nothing. Threads: any; a Lane is atomics, the table is behind a mutex that is held for a look-up
// only.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/secret.hpp"

namespace sluice::health {

using TimePoint = std::chrono::steady_clock::time_point;

// A moment that any thread may set and read; the epoch means never set.
class Moment {
 public:
  TimePoint get() const noexcept {
    return TimePoint(std::chrono::steady_clock::duration(ticks_.load(std::memory_order_relaxed)));
  }
  void set(TimePoint when) noexcept {
    ticks_.store(when.time_since_epoch().count(), std::memory_order_relaxed);
  }

 private:
  std::atomic<std::int64_t> ticks_{0};
};

// What all lanes of one key share: a key that was refused is benched for every model.
struct Key {
  Moment benchedUntil;
};

class Lane {
 public:
  explicit Lane(std::shared_ptr<Key> key) noexcept : key_(std::move(key)) {}

  // Not to be tried before: the later of its own floor (Retry-After) and its key's bench.
  TimePoint notBefore() const noexcept;
  // `overloaded`: the upstream has too much to do; else we were too fast for it.
  void holdUntil(TimePoint when, bool overloaded = false) noexcept {
    overloaded_.store(overloaded, std::memory_order_relaxed);
    floor_.set(when);
  }
  bool overloaded() const noexcept { return overloaded_.load(std::memory_order_relaxed); }
  void benchKeyUntil(TimePoint when) noexcept { key_->benchedUntil.set(when); }
  bool keyBenched(TimePoint now) const noexcept { return key_->benchedUntil.get() > now; }

  void begin() noexcept { inflight_.fetch_add(1, std::memory_order_relaxed); }
  // `firstContent`: zero if none came. Averages move by an eighth.
  void end(bool failed, std::chrono::microseconds firstContent) noexcept;
  // An attempt that says nothing about the lane: the client left, or asked for what nobody can
  // give.
  void endUnjudged() noexcept { inflight_.fetch_sub(1, std::memory_order_relaxed); }

  std::uint32_t inflight() const noexcept { return inflight_.load(std::memory_order_relaxed); }
  std::uint32_t latencyUs() const noexcept { return latencyUs_.load(std::memory_order_relaxed); }
  std::uint32_t errorPpm() const noexcept { return errorPpm_.load(std::memory_order_relaxed); }

 private:
  std::shared_ptr<Key> key_;
  Moment floor_;
  std::atomic<bool> overloaded_{false};  // why there is a floor
  std::atomic<std::uint32_t> inflight_{0};
  std::atomic<std::uint32_t> latencyUs_{0};
  std::atomic<std::uint32_t> errorPpm_{0};
};

// An attempt under way on a lane; one that ends without a word says nothing about it.
class Inflight {
 public:
  explicit Inflight(Lane& lane) noexcept : lane_(&lane) { lane.begin(); }
  ~Inflight() { unjudged(); }
  Inflight(const Inflight&) = delete;
  Inflight& operator=(const Inflight&) = delete;

  void end(bool failed, std::chrono::microseconds firstContent) noexcept {
    if (lane_ != nullptr) lane_->end(failed, firstContent);
    lane_ = nullptr;
  }
  void unjudged() noexcept {
    if (lane_ != nullptr) lane_->endUnjudged();
    lane_ = nullptr;
  }

 private:
  Lane* lane_;
};

class Lanes {
 public:
  // The lane of that name, made on first use. Clients may name any model at a provider: beyond
  // kMost lanes those of a key share one.
  std::shared_ptr<Lane> lane(std::string_view provider, const Secret& key, std::string_view model);

 private:
  static constexpr std::size_t kMost = 10'000;
  std::mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<Lane>> lanes_;
  std::unordered_map<std::string, std::shared_ptr<Key>> keys_;
};

}  // namespace sluice::health
