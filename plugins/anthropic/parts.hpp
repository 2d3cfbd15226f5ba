// Parts of canonical messages as content blocks of the Messages API.
// Threads: pure functions.
#pragma once

#include <sluice/plugin.hpp>

#include "anthropic/members.hpp"

namespace anthropic {

// Each appends blocks to `list`, elements of a JSON array without its brackets, with a comma before
// if it is not empty. `cacheControl` may be missing or null.
void addText(std::string& list, std::string_view text, sluice::json::Value cacheControl = {});
// A part of type text, refusal, image_url or file. Without `cached`, its cache_control is left out.
void addPart(std::string& list, sluice::json::Value part, const Place& place, bool cached = true);

}  // namespace anthropic
