// Members of the canonical form by the names that the dialect "anthropic.messages" has for them.
// Threads: pure function.
#pragma once

#include <string>
#include <string_view>

namespace sluice::dialects {

// `body`: the client's, which is valid. A walk through its messages, meant for failures only.
std::string anthropicNameOf(std::string_view canonical, std::string_view body);

}  // namespace sluice::dialects
