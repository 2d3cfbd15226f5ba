// body.hpp: the canonical form of a request as plain Chat Completions: without the extensions that
// upstreams of this API refuse as unknown members. Threads: pure function.
#pragma once

#include <optional>
#include <sluice/plugin.hpp>
#include <string>

namespace openai {

// How an upstream wants the reasoning of earlier turns back.
enum class Reasoning { none, content, details };

// None: the body is plain already and goes out as it is. What is left out is told to `out`. Throws,
// naming it, on what cannot be said at all.
std::optional<std::string> plainBody(const sluice::Request& request, Reasoning reasoning,
                                     sluice::HttpOut& out);

}  // namespace openai
