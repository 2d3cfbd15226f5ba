// Hosts and ports as configuration files write them.
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::config {

struct HostPort {
  std::string host;  // an IPv6 address without its brackets
  std::optional<std::uint16_t> port;
};

// "host", "host:port", "[::1]" or "[::1]:port"; nothing for everything else.
std::optional<HostPort> splitHostPort(std::string_view text);

bool isAddress(std::string_view host);   // a literal IPv4 or IPv6 address
bool isHostName(std::string_view host);  // letters, digits, '-', '.', '_'
bool isLoopback(std::string_view host);  // localhost, 127.0.0.0/8, ::1

}  // namespace sluice::config
