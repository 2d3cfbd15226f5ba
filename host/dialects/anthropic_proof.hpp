// What proves a thought to its maker, where that is not Anthropic: it stands in a thinking block's
// signature, or in a redacted block's data, behind a mark and its maker's name, so that it comes
// back with the conversation and is told apart from Anthropic's own.
//   sluice:google:PROOF      of a thought
//   sluice:                  a thought that nobody proves
//   sluice:call:ID:EXTRA     in a redacted block: what belongs back with the tool call of that id
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

namespace sluice::dialects {

inline constexpr std::string_view kForeignMark = "sluice:";
inline constexpr std::string_view kCallMark = "sluice:call:";
inline constexpr std::string_view kAnthropicFormat = "anthropic";

struct Proof {
  std::string_view format;  // empty: nobody's
  std::string_view text;
};

std::string markedProof(std::string_view format, std::string_view proof);
Proof readProof(std::string_view text) noexcept;

}  // namespace sluice::dialects
