// Parts of canonical messages as content blocks of the Messages API.
// Threads: pure functions.
#pragma once

#include <sluice/plugin.hpp>

namespace anthropic {

// Where a part stands, for errors: messages[2].content[1].
struct Place {
  std::size_t message = 0;
  std::size_t part = 0;
  std::string text() const;
};

// Throws: this upstream cannot do what the member asks for, another one may.
[[noreturn]] void unsupported(std::string_view member, std::string_view why);

// Whether there is nothing but white space; the upstream refuses such texts.
bool isBlank(std::string_view text);

// Each appends blocks to `list`, elements of a JSON array without its brackets, with a comma before
// if it is not empty. `cacheControl` may be missing or null.
void addText(std::string& list, std::string_view text, sluice::json::Value cacheControl = {});
// A part of type text, refusal, image_url or file. Without `cached`, its cache_control is left out.
void addPart(std::string& list, sluice::json::Value part, const Place& place, bool cached = true);

}  // namespace anthropic
