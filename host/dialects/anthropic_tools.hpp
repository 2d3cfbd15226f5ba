// Tools of a request for a message, and the choice among them, in canonical form.
// Threads: pure functions.
#pragma once

#include <simdjson.h>

#include <string>
#include <string_view>
#include <vector>

#include "dialects/anthropic_blocks.hpp"

namespace sluice::dialects {

struct AnthropicChoice {
  std::string_view kind;  // canonical: auto, required or none; empty: not said
  Raw name;               // of the one tool that must be called
  bool single = false;    // no two calls at a time
};

// Appends the tools, with commas between. `dropped` gets the names of members that are left out.
bool appendTools(std::string& tools, simdjson::ondemand::value from,
                 std::vector<plugins::Dropped>& dropped, Refusal& refusal);
bool readChoice(simdjson::ondemand::value from, AnthropicChoice& choice, Refusal& refusal);

}  // namespace sluice::dialects
