// Embeddings by OpenAI's API.
// Threads: pure functions; a decoder belongs to one answer.
#pragma once

#include <memory>
#include <optional>
#include <sluice/plugin.hpp>
#include <string>

namespace openai {

// Nothing if the request's body can go out as it is: OpenAI's own. Tells `out` what is left out of
// a canonical one.
std::optional<std::string> embedBody(const sluice::Request& request, sluice::HttpOut& out);

// For a 2xx answer to SLUICE_OP_EMBED.
std::unique_ptr<sluice::Decoder> embedDecoder();

}  // namespace openai
