// What the parts of a configuration have to do with each other: names that must exist, names that
// must not collide, files that must be there, an open door that must be meant.
// Threads: reads the file system; used by one.
#pragma once

#include "config/model.hpp"
#include "config/reader.hpp"
#include "config/report.hpp"

namespace sluice::config {

// Elements that the reader has complained about are empty, and passed over here.
void checkConfig(const Config& config, const Places& places, Report& report);

}  // namespace sluice::config
