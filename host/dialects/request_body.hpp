// The body of a request in one of OpenAI's dialects: a JSON object, or a problem that says where it
// is none.
// Threads: pure functions.
#pragma once

#include <simdjson.h>

#include <string>

#include "calls/problem.hpp"

namespace sluice::dialects {

// Members of a request; OpenAI knows some forty.
inline constexpr std::size_t kRequestMembersMost = 256;

// 400, told in the client's words. An empty `param` or `code` is written as null.
calls::Problem invalidRequest(std::string message, std::string param = {}, std::string code = {});

// Parses in place; may move the text once to make room behind it. False, with `problem`, if it is
// not a JSON object. `object` lives until this thread's next parse.
bool parseRequestBody(std::string& body, simdjson::dom::object& object, calls::Problem& problem);

}  // namespace sluice::dialects
