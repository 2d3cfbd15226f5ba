// Answers of an Ollama server into chunks.
// Threads: a decoder belongs to one answer.
#pragma once

#include <memory>
#include <sluice/plugin.hpp>

namespace ollama {

// For a 2xx answer to SLUICE_OP_CHAT: lines, or one frame that is the whole answer. `request`: its
// id, for the ids of calls where an answer does not say when it was made.
std::unique_ptr<sluice::Decoder> chatDecoder(std::uint64_t request);
// For a 2xx answer to SLUICE_OP_EMBED.
std::unique_ptr<sluice::Decoder> embedDecoder();
// For a 2xx answer to SLUICE_OP_MODELS.
std::unique_ptr<sluice::Decoder> modelsDecoder();

}  // namespace ollama
