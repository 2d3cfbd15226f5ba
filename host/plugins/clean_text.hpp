// Text that came from a plugin, made fit for logs, messages and terminals.
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

namespace sluice::plugins {

// At most `limit` bytes of valid UTF-8 on one line: line breaks and tabs become spaces, other
// control characters go, bytes that are no UTF-8 become U+FFFD, a sequence cut off at the end goes.
std::string cleaned(std::string_view text, std::size_t limit);

}  // namespace sluice::plugins
