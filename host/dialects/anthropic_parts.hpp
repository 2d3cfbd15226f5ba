// Content blocks of the Messages API as parts of a canonical message.
// Threads: pure functions.
#pragma once

#include <string>
#include <vector>

#include "dialects/anthropic_blocks.hpp"

namespace sluice::dialects {

// Appends the parts, with commas between, that a block of text, an image or a document becomes.
bool appendPart(std::string& parts, const AnthropicPart& block, Refusal& refusal);

// Appends the value of a message's `content`: a string where one does, else an array of parts.
// `blocks` become parts; blocks for which `skip` is true do not.
bool appendContent(std::string& out, Raw said, const std::vector<AnthropicPart>& blocks,
                   bool (*skip)(const AnthropicPart&), Refusal& refusal);

}  // namespace sluice::dialects
