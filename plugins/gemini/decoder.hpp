// Answers of generateContent, streamed or whole, into chunks; and the answers to all else.
// Threads: a decoder belongs to one answer.
#pragma once

#include <memory>
#include <sluice/plugin.hpp>

namespace gemini {

// Each is for a 2xx answer, from AI Studio or from Vertex.
// SLUICE_OP_CHAT. `request`: its number, for the ids of calls where the answer has no id.
std::unique_ptr<sluice::Decoder> answerDecoder(std::uint64_t request);
std::unique_ptr<sluice::Decoder> embeddingsDecoder();  // SLUICE_OP_EMBED
std::unique_ptr<sluice::Decoder> countDecoder();       // SLUICE_OP_COUNT
std::unique_ptr<sluice::Decoder> modelsDecoder();      // SLUICE_OP_MODELS

}  // namespace gemini
