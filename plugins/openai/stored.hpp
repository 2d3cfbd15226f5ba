// What is asked of an upstream about a response that it keeps.
// Threads: pure functions.
#pragma once

#include <sluice/plugin.hpp>
#include <string>

namespace openai {

constexpr std::string_view kStored = "openai.responses.stored";

// The response that is to be deleted, as a segment of a path. Throws where something else is asked.
inline std::string deletedResponse(const sluice::Request& request) {
  const sluice::Body asked(request);
  if (asked.string("do") != "delete") request.refuse();
  const std::string_view id = asked.string("id");
  if (id.empty()) sluice::Body::refuse("id", "must not be empty");
  return sluice::pathSegment(id);
}

}  // namespace openai
