// JSON for people: one member a line, indented by two.
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

namespace sluice::config {

// `json` must be JSON without blanks between its parts. Ends with a newline.
std::string indented(std::string_view json);

}  // namespace sluice::config
