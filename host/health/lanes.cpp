#include "health/lanes.hpp"

#include <algorithm>

namespace sluice::health {

namespace {

constexpr std::uint32_t kMillion = 1'000'000;

std::uint32_t moved(std::uint32_t average, std::uint32_t sample) {
  return average - average / 8 + sample / 8;
}

}  // namespace

TimePoint Lane::notBefore() const noexcept {
  return std::max(floor_.get(), key_->benchedUntil.get());
}

void Lane::end(bool failed, std::chrono::microseconds firstContent) noexcept {
  inflight_.fetch_sub(1, std::memory_order_relaxed);
  // Two loops that write at once lose one sample of an average; nothing is decided by one sample.
  errorPpm_.store(moved(errorPpm(), failed ? kMillion : 0), std::memory_order_relaxed);
  if (failed || firstContent.count() <= 0) return;
  const auto sample = static_cast<std::uint32_t>(
      std::min<std::int64_t>(firstContent.count(), std::int64_t{3'600} * kMillion / 2));
  const std::uint32_t before = latencyUs();
  latencyUs_.store(before == 0 ? sample : moved(before, sample), std::memory_order_relaxed);
}

std::shared_ptr<Lane> Lanes::lane(std::string_view provider, const Secret& key,
                                  std::string_view model) {
  std::string name(provider);
  name += '\0';
  name += key.reveal();
  const std::string keyName = name;
  name += '\0';
  name += model;
  const std::lock_guard lock(mutex_);
  if (const auto known = lanes_.find(name); known != lanes_.end()) return known->second;
  std::shared_ptr<Key>& shared = keys_[keyName];
  if (!shared) shared = std::make_shared<Key>();
  if (lanes_.size() >= kMost) name = keyName;
  std::shared_ptr<Lane>& lane = lanes_[name];
  if (!lane) lane = std::make_shared<Lane>(shared);
  return lane;
}

}  // namespace sluice::health
