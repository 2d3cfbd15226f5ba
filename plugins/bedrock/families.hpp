// What the models of one maker take at Bedrock, told by the model's id: the upstream refuses what a
// model does not know. Threads: pure functions.
#pragma once

#include <cstdint>
#include <string_view>

namespace bedrock {

enum class Maker : std::uint8_t { anthropic, amazon, openai, mistral, other };

struct Family {
  Maker maker = Maker::other;
  bool mustCall = false;       // can be told to call some tool
  bool mustCallOne = false;    // can be told which one
  bool failedResults = false;  // takes the status of a tool's result
  bool caches = false;         // takes cache points in system texts and messages
  bool cachesTools = false;    // and behind tools
  bool cachesLong = false;     // and with a time to live
};

// `model`: "anthropic.claude-sonnet-4-5-20250929-v1:0", "eu.amazon.nova-pro-v1:0", an ARN.
Family familyOf(std::string_view model);

}  // namespace bedrock
