// faultOf: a plugin's fault in the host's own words.
// Threads: pure function.
#pragma once

#include <string>
#include <utility>

#include "plugins/types.hpp"

namespace sluice::calls {

inline plugins::Fault faultOf(plugins::Code code, std::string message) {
  plugins::Fault made;
  made.code = code;
  made.message = std::move(message);
  return made;
}

}  // namespace sluice::calls
