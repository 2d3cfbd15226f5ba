// The host that a checked plugin sees: a clock, and a log that is kept.
// Threads: as the ABI says; logged() from any.
#pragma once

#include <sluice/plugin.h>

#include <mutex>
#include <string>

namespace sluice::check {

class Host {
 public:
  // In the memory given, for a table that is taken back some time; NULL: in its own.
  explicit Host(void* at = nullptr);
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  const sluice_host* table() const noexcept { return table_; }
  std::string logged() const;
  // Whether this host has a table of that id.
  static bool has(const char* id);

 private:
  static void log(const sluice_host* host, std::int32_t level, sluice_str message) noexcept;

  sluice_host own_{};
  sluice_host* table_;
  mutable std::mutex mutex_;
  std::string logged_;
};

}  // namespace sluice::check
