// Efforts of reasoning. Coding agents ask for one whatever the model is; models that cannot be told
// an effort have their upstreams refuse the whole request.
// Threads: pure function.
#pragma once

#include <optional>
#include <sluice/plugin.hpp>
#include <string>
#include <string_view>

namespace openai {

// The body of a request without `reasoning_effort`; nothing if it has none, or if the model, by its
// name, may know it.
std::optional<std::string> withoutEffort(std::string_view model, std::string_view body);

// What the client's request calls it: an effort, or the budget that became one.
std::string_view effortMember(const sluice::Request& request);

}  // namespace openai
