#include "app/removal.hpp"

#include "telemetry/log.hpp"

namespace sluice::app {

Removal::Removal(std::size_t loops, std::chrono::seconds patience)
    : patience_(patience), deadline_(std::chrono::steady_clock::now() + patience), loops_(loops) {}

void Removal::ended(const plugins::Instance& instance) {
  const std::string label = instance.name() + " (" + instance.componentId() + ')';
  const std::lock_guard lock(mutex_);
  ++calls_[label];
}

void Removal::loopIsDone() {
  const std::lock_guard lock(mutex_);
  if (--loops_ > 0) return;
  for (const auto& [label, count] : calls_) {
    const std::string calls = std::to_string(count) + (count == 1 ? " call" : " calls");
    telemetry::Log::say(telemetry::LogLevel::warning,
                        "removed by force: " + calls + " still held it after " +
                            std::to_string(patience_.count()) + " s, and were ended",
                        {{"plugin", label}});
  }
}

}  // namespace sluice::app
