// What a model takes, told by its name: the upstream refuses what a newer or an older one knows.
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <string_view>

namespace gemini {

struct Abilities {
  bool thinks = false;        // takes a thinkingConfig
  bool levels = false;        // which tells a level; else a budget of tokens
  bool minimal = false;       // knows the level `minimal`
  bool medium = false;        // knows the level `medium`
  bool thinksAlways = false;  // and cannot be told not to
  std::uint64_t leastBudget = 0, mostBudget = 0;
  bool schemas = false;          // takes JSON Schema; else a part of OpenAPI's schemas
  bool formatWithTools = false;  // may be given tools and told to answer in JSON
  bool signedCalls = false;      // wants its calls back with their signatures
  bool mediaInResults = false;   // takes pictures inside a tool's result
  bool fetches = false;          // whatever address it is told of a file
  bool penalties = false;        // takes presencePenalty and frequencyPenalty
};

// `model` as the upstream calls it: "gemini-2.5-flash-lite", "models/gemini-3-pro-preview", "any".
Abilities abilitiesOf(std::string_view model);

}  // namespace gemini
