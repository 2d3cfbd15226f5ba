// Answers of an OpenAI-compatible upstream, streamed or whole, into chunks.
// Threads: a decoder belongs to one answer.
#pragma once

#include <memory>
#include <sluice/plugin.hpp>

namespace openai {

// For a 2xx answer to SLUICE_OP_CHAT; `stream`: one event a frame, else the whole body is one;
// `details`: proofs of reasoning in `reasoning_details` are read. `request`: its number, for the
// ids of calls where neither they nor the answer have one.
std::unique_ptr<sluice::Decoder> chatDecoder(std::uint64_t request, bool stream,
                                             bool details = false);
// For a 2xx answer to SLUICE_OP_MODELS.
std::unique_ptr<sluice::Decoder> modelsDecoder();
// For every other answer: throws what it means.
std::unique_ptr<sluice::Decoder> failureDecoder(int status, std::uint32_t retryAfterMs);

}  // namespace openai
