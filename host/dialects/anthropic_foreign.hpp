// Thoughts of other makers in a conversation that goes to Anthropic: it refuses what it cannot
// prove, so they are left out.
// Threads: pure functions.
#pragma once

#include <simdjson.h>

#include <string>
#include <string_view>

namespace sluice::dialects {

// Whether there may be any. Quick.
bool holdsForeignProofs(std::string_view body) noexcept;

// `turns`: the messages of a request; `raw` gets their text, `kept` the same without the blocks
// that hold such a proof, and without the messages that then hold nothing.
simdjson::error_code withoutForeignProofs(simdjson::ondemand::array turns, std::string_view& raw,
                                          std::string& kept);

}  // namespace sluice::dialects
