// The error envelope of every answer that speaks of a fault: OpenAI's, with all four keys.
// Threads: pure function.
#pragma once

#include <string>
#include <string_view>

namespace sluice {

// Appends {"error":{"message":..,"type":..,"param":..,"code":..}}. An empty `param` or `code` is
// written as null.
void appendErrorBody(std::string& out, std::string_view message, std::string_view type,
                     std::string_view param, std::string_view code);

}  // namespace sluice
