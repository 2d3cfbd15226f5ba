// Thoughts of other makers in a conversation that goes to Anthropic: it refuses what it cannot
// prove, so they are left out.
// Threads: pure functions.
#pragma once

#include <simdjson.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::dialects {

// Whether there may be any. Quick.
bool holdsForeignProofs(std::string_view body) noexcept;

// `turns`: the messages of a request; `raw` gets their text, `kept` the same without the blocks
// that hold such a proof, without any thoughts from the message at `silent` on, and without the
// messages that then hold nothing; nothing if that changes nothing.
simdjson::error_code withoutForeignProofs(simdjson::ondemand::array turns, std::size_t silent,
                                          std::string_view& raw, std::string& kept);

// The place of the first message of the assistant's turn, if that is in its middle, is of calls and
// their results without a word of the user's between them, and did not begin with a thought of
// Anthropic's: then the upstream refuses to think within a budget, and any thoughts in it.
std::optional<std::size_t> unthoughtTurn(simdjson::dom::array turns);

// `edits`: those of a request's context_management; `raw` gets their text, `kept` the same without
// those of thoughts, which the upstream refuses where it is not to think.
simdjson::error_code withoutThoughtEdits(simdjson::ondemand::array edits, std::string_view& raw,
                                         std::string& kept);

}  // namespace sluice::dialects
