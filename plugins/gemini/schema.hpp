// JSON Schema as the part of OpenAPI's schemas that all models take.
// Threads: pure functions.
#pragma once

#include <sluice/plugin.hpp>

namespace gemini {

// The schema without what those models refuse: references are resolved (one inside itself becomes
// an object of any kind), oneOf becomes anyOf, allOf is merged, a const is an enum of one text,
// types that include null are nullable, and what is left of other keywords is left out.
std::string simpleSchema(sluice::json::Value schema);

}  // namespace gemini
