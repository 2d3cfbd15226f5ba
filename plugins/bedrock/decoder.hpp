// Answers of Converse, ConverseStream and CountTokens into chunks.
// Threads: a decoder belongs to one answer.
#pragma once

#include <memory>
#include <sluice/plugin.hpp>
#include <string>

namespace bedrock {

// For a 2xx answer to SLUICE_OP_CHAT: events, or one frame that is the whole answer. It names
// neither itself nor its model: these are the request's id at the upstream, and the model asked
// for.
std::unique_ptr<sluice::Decoder> answerDecoder(std::string_view id, std::string_view model);
// For a 2xx answer to SLUICE_OP_COUNT.
std::unique_ptr<sluice::Decoder> countDecoder();

}  // namespace bedrock
