// The list of models as clients ask for it: OpenAI's form, with what is known of each model beside.
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "calls/generation.hpp"

namespace sluice::app {

// {"object":"list","data":[...]}
std::string modelList(const calls::Generation& generation);
// One of them; empty if there is none of that id.
std::string modelEntry(const calls::Generation& generation, std::string_view id);

}  // namespace sluice::app
