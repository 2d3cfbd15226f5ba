// Tools of the Responses API that other dialects do not have in this form: freeform ones
// ("custom"), whose input is text, and those in a namespace. In the canonical form each is a
// function: a freeform tool's only argument is its input, and a namespace stands before the name.
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dialects/json_view.hpp"

namespace sluice::dialects {

struct ResponsesTool {
  std::string function;     // its name in the canonical form
  std::string space, name;  // in the dialect; `space` may be empty
  bool freeform = false;
};

// The name of the function that stands for a tool; `space` may be empty.
std::string functionNameOf(std::string_view space, std::string_view name);

// Of a request's tools, those that are not plain functions.
std::vector<ResponsesTool> otherTools(JsonView tools);

// A tool of either kind, as the canonical form has it.
void appendFunctionTool(std::string& out, JsonView tool, std::string_view space);

// A freeform tool's input as arguments, and back. What a model calls it with otherwise is its
// input.
std::string freeformArguments(std::string_view input);
std::string freeformInput(std::string_view arguments);

}  // namespace sluice::dialects
