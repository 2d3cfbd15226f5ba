// What `sluice serve` prints when it is ready.
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <string>

#include "calls/generation.hpp"

namespace sluice::app {

// "http://127.0.0.1:8090"; brackets around IPv6 addresses.
std::string listenUrl(const config::Config& config, std::uint16_t port);
// Plugins and providers that are on, those that are off and why, the address, a first call.
std::string banner(const calls::Generation& generation, const std::string& url);

}  // namespace sluice::app
