// A component's settings, checked against its JSON Schema (draft-07), with messages for operators.
// Threads: pure functions.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace sluice::plugins {

// Why `schema` cannot be used ("is not JSON (at byte 12)"); nothing if it can. An empty one can.
std::optional<std::string> faultOfSchema(const std::string& schema);

// All that is wrong with `settings`, a sentence each that begins with where:
// "settings.headers.X: expected string, found number". No message shows a value of the settings.
std::vector<std::string> faultsOfSettings(const std::string& schema, const std::string& settings);

}  // namespace sluice::plugins
