// Reader: a tree of Nodes becomes a Config by the field table. Reports unknown keys, wrong types,
// what is out of range, what breaks its rule and variables without a value; what fields have to do
// with each other is left to checks.hpp.
// Threads: pure, but for the Report.
#pragma once

#include <string>
#include <unordered_map>

#include "config/model.hpp"
#include "config/node.hpp"
#include "config/report.hpp"

namespace sluice::config {

// Where the values of a Config stand, by path: "server.listen", "routes[2].provider",
// "providers.groq". Values that were left out are not here.
using Places = std::unordered_map<std::string, Mark>;

// Fills `config`, which holds the defaults. A list has one element for each that was written,
// faulty ones included. A provider one of whose variables has no value is off, and keeps the rest.
void readConfig(const Node& root, Config& config, Places& places, Report& report);

}  // namespace sluice::config
