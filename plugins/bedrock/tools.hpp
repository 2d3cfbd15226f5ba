// Tools, the choice among them and the form of an answer: a canonical request's as Converse's
// toolConfig, or as words where the model cannot be told otherwise.
// Threads: plain values; a Tools holds views into the request's body.
#pragma once

#include <sluice/plugin.hpp>
#include <string>
#include <vector>

#include "anthropic/members.hpp"
#include "families.hpp"

namespace bedrock {

struct Tools {
  std::string config;       // toolConfig; empty: none
  std::string instruction;  // to be added to the system texts; empty: none
  bool forced = false;      // some tool must be called
  std::vector<anthropic::Dropped> dropped;
};

// `called`: names of the tools that the conversation has called. Throws sluice::Error naming the
// member that is wrong.
Tools toolsOf(const sluice::Body& body, const std::vector<std::string_view>& called,
              const Family& family);

}  // namespace bedrock
