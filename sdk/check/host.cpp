#include "host.hpp"

#include <chrono>
#include <cstring>
#include <string_view>

namespace sluice::check {

namespace {

constexpr std::size_t kMostLogged = 1 << 20;

template <class Clock, class Unit>
std::int64_t now() {
  return std::chrono::duration_cast<Unit>(Clock::now().time_since_epoch()).count();
}

const sluice_host_clock kClock = {
    sizeof kClock, 0,
    [](const sluice_host*) { return now<std::chrono::steady_clock, std::chrono::nanoseconds>(); },
    // It stands still, so that what is asked twice can be compared: 1 January 2026.
    [](const sluice_host*) { return std::int64_t{1767225600000}; }};

}  // namespace

Host::Host(void* at) : table_(at != nullptr ? static_cast<sluice_host*>(at) : &own_) {
  table_->struct_size = sizeof *table_;
  table_->abi_version = SLUICE_ABI_VERSION;
  table_->host_data = this;
  table_->name = "sluice-plugin-check";
  table_->version = "0.2.0";
  table_->get_extension = [](const sluice_host*, const char* id) -> const void* {
    return has(id) ? &kClock : nullptr;
  };
  table_->log = log;
}

bool Host::has(const char* id) {
  return id != nullptr && std::strcmp(id, SLUICE_EXT_HOST_CLOCK) == 0;
}

std::string Host::logged() const {
  const std::lock_guard lock(mutex_);
  return logged_;
}

void Host::log(const sluice_host* host, std::int32_t level, sluice_str message) noexcept {
  auto& self = *static_cast<Host*>(host->host_data);
  const std::lock_guard lock(self.mutex_);
  if (self.logged_.size() > kMostLogged) return;
  self.logged_ += std::to_string(level) + " ";
  if (message.ptr != nullptr) self.logged_.append(message.ptr, message.len);
  self.logged_ += "\n";
}

}  // namespace sluice::check
