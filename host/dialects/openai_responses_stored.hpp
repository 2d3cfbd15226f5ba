// The dialect "openai.responses.stored": what is asked of an upstream about a response that it
// keeps. It has no bytes of a client: the gateway asks for itself.
//   {"model": "m", "id": "resp_1", "do": "delete"}
// Threads: one loop.
#pragma once

#include <memory>
#include <string>

#include "calls/dialect.hpp"

namespace sluice::dialects {

inline constexpr std::string_view kStoredResponses = "openai.responses.stored";

struct StoredAsked {
  std::string id;
  std::string provider;  // who keeps it
  std::string model;     // that it is of, at the provider
};

// That the provider forgets it; any of its keys may be the one that knows it.
std::unique_ptr<calls::Inquiry> deletionOfResponse(StoredAsked asked);

}  // namespace sluice::dialects
