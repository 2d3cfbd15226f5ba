// What a text must be before the YAML library sees it: UTF-8 without control characters and
// directives, bounded in the length of its lines and in open brackets. The library takes a NUL or a
// bad byte for the end of the text, and takes seconds for millions of directives or brackets.
// Threads: pure.
#pragma once

#include <optional>
#include <string_view>

namespace sluice::config {

struct TextFault {
  unsigned line;    // from 1
  unsigned column;  // from 1, in characters
  const char* message;
};

std::optional<TextFault> checkText(std::string_view text);

}  // namespace sluice::config
