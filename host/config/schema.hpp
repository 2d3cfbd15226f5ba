// The JSON Schema (draft-07) of a configuration file, for editors. Made from the field table;
// config/sluice.schema.json is a copy of it.
// Threads: pure function.
#pragma once

#include <string>

namespace sluice::config {

std::string jsonSchema();

}  // namespace sluice::config
