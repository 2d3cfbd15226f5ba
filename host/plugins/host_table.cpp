#include "plugins/host_table.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "plugins/abi.hpp"
#include "plugins/clean_text.hpp"
#include "plugins/log.hpp"

namespace sluice::plugins {

namespace {

constexpr std::size_t kLongestLogLine = 2'000;

std::int64_t monotonicNs(const sluice_host*) noexcept {
  using namespace std::chrono;  // libstdc++'s steady clock is CLOCK_MONOTONIC
  return duration_cast<nanoseconds>(steady_clock::now().time_since_epoch()).count();
}

std::int64_t unixMs(const sluice_host*) noexcept {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

constexpr sluice_host_clock kClock{sizeof(sluice_host_clock), 0, monotonicNs, unixMs};

const void* getExtension(const sluice_host*, const char* id) noexcept {
  return hostExtension(abi::view(id));
}

void writeLog(const sluice_host* host, std::int32_t level, sluice_str message) noexcept {
  const auto* table = static_cast<const HostTable*>(host->host_data);
  const auto bounded = static_cast<LogLevel>(std::clamp<std::int32_t>(level, 0, 3));
  log(bounded, table->label(), cleaned(abi::view(message), kLongestLogLine));
}

}  // namespace

HostTable::HostTable(std::string label)
    : label_(std::move(label)), table_{sizeof(sluice_host), SLUICE_ABI_VERSION, this,    "sluice",
                                       SLUICE_VERSION,      getExtension,       writeLog} {}

const void* hostExtension(std::string_view id) noexcept {
  return id == SLUICE_EXT_HOST_CLOCK ? &kClock : nullptr;
}

}  // namespace sluice::plugins
