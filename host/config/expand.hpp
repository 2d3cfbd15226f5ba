// Variables in scalars: `${NAME}`, `${NAME:-default}`, and `$$` for a `$`. What is put in is never
// read as YAML, nor searched for variables. A variable that is set to nothing counts as not set.
// Threads: pure, but for the Report and the Lookup.
#pragma once

#include "config/environment.hpp"
#include "config/node.hpp"
#include "config/report.hpp"

namespace sluice::config {

// Whether the text is one variable and nothing else, so that it gives no secret away.
bool isBareVariable(std::string_view text);

// Replaces the variables of all scalars of `node`. A scalar that needs a variable without a value
// is marked (Node::unset): whoever reads it decides what that means. Keys stay as they are.
void expandVariables(Node& node, const Lookup& lookup, Report& report);

}  // namespace sluice::config
