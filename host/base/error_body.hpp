// The error envelope of every answer that speaks of a fault: OpenAI's, with all four keys. That of
// Anthropic holds such an `error` too.
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

namespace sluice {

// Appends {"error":{"message":..,"type":..,"param":..,"code":..}}. An empty `param` or `code` is
// written as null.
void appendErrorBody(std::string& out, std::string_view message, std::string_view type,
                     std::string_view param, std::string_view code);

// Whether a body is such an envelope: its `error` has a `message` in words. What else it has or
// lacks, and of which types, differs among upstreams and is no harm to clients.
bool isErrorBody(std::string_view body);

}  // namespace sluice
