// Free-form values (settings, labels) as JSON. Plain scalars are typed by YAML's core schema,
// quoted ones are strings; keys keep their order. Threads: pure, but for the Report.
#pragma once

#include <string>

#include "config/node.hpp"
#include "config/report.hpp"

namespace sluice::config {

// Appends the JSON of `node`; what JSON cannot say is reported. A scalar whose variable put nothing
// in is an empty string, whatever its style.
void appendJson(std::string& out, const Node& node, Report& report);

}  // namespace sluice::config
