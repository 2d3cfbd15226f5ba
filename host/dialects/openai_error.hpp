// Errors as OpenAI-compatible upstreams put them into answers: read into a fault, with what they
// mean for routing.
// Threads: pure functions.
#pragma once

#include <simdjson.h>

#include <string_view>

#include "plugins/types.hpp"

namespace sluice::dialects {

// `error`: the member of that name, an object or a string; or an object that stands for it.
plugins::Fault readOpenAiError(simdjson::dom::element error);

}  // namespace sluice::dialects
