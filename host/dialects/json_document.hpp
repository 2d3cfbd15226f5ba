// JSON texts as trees, by simdjson, for a look at them: valid or not, and a few members. Numbers
// that no 64 bits hold are valid JSON; in the tree they read as 0, in the text they stay what they
// are. Threads: each function uses a parser of its thread; a tree lives until that thread's next
// parse.
#pragma once

#include <simdjson.h>

#include <string>
#include <string_view>

namespace sluice::dialects {

// Copies the text to a place with room behind it.
simdjson::error_code parseJson(std::string_view text, simdjson::dom::element& root);
// Parses in place; may move the text once to make room behind it.
simdjson::error_code parseJsonInPlace(std::string& text, simdjson::dom::element& root);

}  // namespace sluice::dialects
