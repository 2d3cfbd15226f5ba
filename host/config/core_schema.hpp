// YAML 1.2's core schema: what a plain scalar means, and how it is said in JSON.
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::config {

enum class Plain : std::uint8_t { null, boolean, integer, real, notFinite, text };

Plain resolve(std::string_view plain);

// A name for messages: "a number", "true or false", ...
std::string_view nameOf(Plain plain);

// The JSON of an integer or a real, digits kept as they were typed where JSON allows it.
// Nothing if there is none: an octal or hexadecimal number of more than 64 bits.
std::optional<std::string> jsonNumber(std::string_view plain);

}  // namespace sluice::config
