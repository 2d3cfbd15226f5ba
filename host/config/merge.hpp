// Merging an included file into the one that includes it: maps key by key, lists one after the
// other, and what the including file says wins. A provider or a virtual model is said in one place.
// Threads: pure, but for the Report.
#pragma once

#include "config/node.hpp"
#include "config/report.hpp"

namespace sluice::config {

// Both are roots of files, thus maps.
void mergeInto(Node& including, Node&& included, Report& report);

}  // namespace sluice::config
