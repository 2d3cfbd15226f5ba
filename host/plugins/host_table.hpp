// HostTable: the sluice_host that one instance or library is given, with the tables that it can ask
// for. Threads: the plugin may use it from any thread as long as it lives.
#pragma once

#include <sluice/plugin.h>

#include <string>
#include <string_view>

namespace sluice::plugins {

class HostTable {
 public:
  explicit HostTable(std::string label);  // for log lines
  HostTable(const HostTable&) = delete;
  HostTable& operator=(const HostTable&) = delete;

  const sluice_host* get() const noexcept { return &table_; }
  const std::string& label() const noexcept { return label_; }

 private:
  std::string label_;
  sluice_host table_;
};

// The host's extension table of that id; null if it has none.
const void* hostExtension(std::string_view id) noexcept;

}  // namespace sluice::plugins
