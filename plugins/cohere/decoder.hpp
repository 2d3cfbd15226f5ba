// Answers of Cohere into chunks.
// Threads: a decoder belongs to one answer.
#pragma once

#include <memory>
#include <sluice/plugin.hpp>

namespace cohere {

// For a 2xx answer to SLUICE_OP_CHAT: events, or one frame that is the whole answer.
std::unique_ptr<sluice::Decoder> chatDecoder();
// For a 2xx answer to SLUICE_OP_EMBED.
std::unique_ptr<sluice::Decoder> embedDecoder();
// For a 2xx answer to SLUICE_OP_MODELS.
std::unique_ptr<sluice::Decoder> modelsDecoder();

}  // namespace cohere
