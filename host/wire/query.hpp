// The query of a request's target: name=value pairs with `&` between them.
// Threads: pure function.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sluice::wire {

// The value of the first parameter of that name, escapes (%41, `+`) undone; those that are
// malformed stay as they are. Nothing if there is none.
std::optional<std::string> queryParameter(std::string_view query, std::string_view name);

}  // namespace sluice::wire
