// Sampling, length and thinking of a canonical request: inferenceConfig, and what the makers of the
// models take beside it in additionalModelRequestFields.
// Threads: plain values; pure functions.
#pragma once

#include <sluice/plugin.hpp>
#include <string>
#include <vector>

#include "anthropic/members.hpp"
#include "families.hpp"

namespace bedrock {

struct Fields {
  std::string inference;   // inferenceConfig; empty: none
  std::string additional;  // additionalModelRequestFields; empty: none
  bool stops = false;      // there are stop sequences
  bool thinks = false;     // a Claude will or may
  std::vector<anthropic::Dropped> dropped;
};

struct Situation {
  std::string_view model;
  bool mayThink = true;    // the conversation lets a model think within a budget
  bool forced = false;     // some tool must be called
  std::string_view betas;  // elements of a JSON array, for models of Anthropic
};

// Throws sluice::Error naming the member that is wrong.
Fields fieldsOf(const sluice::Body& body, const Family& family, const Situation& situation);

}  // namespace bedrock
