// What GET /admin/plugins says.
// Threads: any; not on the path of a call.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "plugins/library.hpp"
#include "plugins/registry.hpp"

namespace sluice::plugins {

// Every library that is open in this process, but for those that a generation after `generation`
// has opened. `running`: whether new calls may use it; what is not drains.
std::string reportOf(const std::function<bool(const Library&)>& running, std::uint64_t generation,
                     const std::vector<Registry::Problem>& problems);

}  // namespace sluice::plugins
