// Header fields of the Messages API: what of a client's head goes to an upstream of the same
// dialect, and what of an upstream's head goes back to the client.
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "wire/head.hpp"

namespace sluice::dialects {

// "Name: value\r\n" each.
void appendOwnFields(std::string& out, const wire::Fields& client);

// `same`: the upstream speaks this dialect, and its fields go on as they are; else its limits come
// under this dialect's names. `requestId`: of the call, where the upstream has none to be shown.
void appendAnswerFields(std::string& out, const wire::Fields& upstream, bool same,
                        std::string_view requestId);

}  // namespace sluice::dialects
