// What an OpenAI-compatible upstream means when it refuses: the body of an answer that is not 2xx,
// or the error inside an event, as one sluice::Error.
// Threads: pure functions.
#pragma once

#include <sluice/plugin.hpp>

namespace openai {

// `status` is the answer's, or 0 for an error inside a stream that began with 200; `retryAfterMs`
// is what its headers said, or 0. Reads JSON in the shapes that are about, and any other text.
sluice::Error failure(int status, std::uint32_t retryAfterMs, std::string_view body);

// Whether an event's object reports an error: a member `error` that is neither null nor
// empty, or an object that calls itself so.
bool holdsError(sluice::json::Value event);

}  // namespace openai
