#include "plugins/log.hpp"

#include <memory>
#include <mutex>
#include <utility>

namespace sluice::plugins {

namespace {

struct Held {
  std::mutex mutex;
  std::shared_ptr<const LogSink> sink;
};

// Never destroyed: plugins may log until the last moment of the process.
Held& held() {
  static auto* const only = new Held;
  return *only;
}

}  // namespace

void setLogSink(LogSink sink) {
  auto next = sink ? std::make_shared<const LogSink>(std::move(sink)) : nullptr;
  const std::lock_guard lock(held().mutex);
  held().sink.swap(next);
}

void log(LogLevel level, std::string_view plugin, std::string_view message) noexcept {
  std::shared_ptr<const LogSink> sink;
  {
    const std::lock_guard lock(held().mutex);
    sink = held().sink;
  }
  if (sink) (*sink)(static_cast<int>(level), plugin, message);
}

}  // namespace sluice::plugins
