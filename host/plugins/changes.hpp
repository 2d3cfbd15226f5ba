// changesOf: what a reload changed of the plugins, in words for an operator.
// Threads: pure function.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "plugins/registry.hpp"

namespace sluice::plugins {

// "acme: 0.1.0 replaced by 0.2.0", "acme: added, 0.2.0", "acme: taken out, 0.1.0"; in the order of
// `after`, then of `before`. A file is the same if its path is.
std::vector<std::string> changesOf(std::span<const LibraryInfo> before,
                                   std::span<const LibraryInfo> after);

}  // namespace sluice::plugins
