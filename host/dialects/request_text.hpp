// A client's request as a text of JSON, in which a few values are exchanged while every other byte
// stays as it came.
// Threads: pure functions; a tree lives until its thread's next parse.
#pragma once

#include <simdjson.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "calls/problem.hpp"

namespace sluice::dialects {

// A piece of a text, by position.
struct Span {
  std::size_t at = 0;
  std::size_t size = 0;
};

// What stands in a text in the place of a piece of it.
struct Edit {
  Span place;
  std::string_view text;
};

// `piece` of `body`, without blanks behind it.
Span spanOf(std::string_view piece, const std::string& body);
// The edits, in any order, must not overlap.
void appendEdited(std::string& out, std::string_view text, std::vector<Edit> edits);

calls::Problem invalidRequest(std::string message, std::string param = {}, std::string code = {});

// Parses the body, which may be moved once to make room behind it. False, with `problem`, if it is
// no object, if a name stands twice in it, or if a member is missing.
bool parseRequest(std::string& body, std::initializer_list<const char*> needed,
                  simdjson::dom::object& object, calls::Problem& problem);

// A second look at a text that has been parsed, for places in it. A parser of its thread's own.
simdjson::error_code locateIn(const std::string& body, simdjson::ondemand::document& document);

}  // namespace sluice::dialects
