// Answers of the Messages API, streamed or whole, into chunks.
// Threads: a decoder belongs to one answer.
#pragma once

#include <memory>
#include <sluice/plugin.hpp>

namespace anthropic {

// For a 2xx answer to SLUICE_OP_CHAT: events, or one frame that is the whole message.
std::unique_ptr<sluice::Decoder> messageDecoder();
// For a 2xx answer to SLUICE_OP_MODELS.
std::unique_ptr<sluice::Decoder> modelsDecoder();
// For a 2xx answer to SLUICE_OP_COUNT.
std::unique_ptr<sluice::Decoder> countDecoder();

}  // namespace anthropic
