// Models as Anthropic's Models API lists them, a page at a time.
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "calls/generation.hpp"
#include "calls/problem.hpp"

namespace sluice::app {

// {"data":[...],"has_more":..,"first_id":..,"last_id":..}: what `query` asks for by limit, after_id
// and before_id. Empty, with `problem`, if it asks for nothing that is.
std::string anthropicModels(const calls::Generation& generation, std::string_view query,
                            calls::Problem& problem);

// One of them; empty if there is none of that id.
std::string anthropicModel(const calls::Generation& generation, std::string_view id);

}  // namespace sluice::app
