// Where a text stops being JSON, for messages to people. Slow; only asked once a faster parser has
// already said no.
// Threads: pure function.
#pragma once

#include <string>
#include <string_view>

namespace sluice::json {

// "line 3, column 14: Missing a comma or } after an object member."; empty if no fault is found.
std::string describeFault(std::string_view text);

}  // namespace sluice::json
