// A Config as JSON, as it came out after variables, includes and defaults. Members are named as in
// the YAML; secrets are "***", also those that settings hold under the name of one.
// Threads: pure function.
#pragma once

#include <string>

#include "config/model.hpp"

namespace sluice::config {

std::string dump(const Config& config);

}  // namespace sluice::config
