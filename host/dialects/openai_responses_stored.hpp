// The dialect "openai.responses.stored": what is asked of an upstream about a response that it
// keeps. It has no bytes of a client: the gateway asks for itself.
//   {"model": "m", "id": "resp_1", "do": "read", "query": "stream=true"}    or cancel, or delete
// Threads: one loop.
#pragma once

#include <memory>
#include <string>

#include "dialects/openai_responses.hpp"

namespace sluice::dialects {

inline constexpr std::string_view kStoredResponses = "openai.responses.stored";

struct StoredAsked {
  std::string id;
  std::string provider;  // who keeps it
  std::string model;     // that it is of, at the provider
};

// That the provider forgets it; any of its keys may be the one that knows it.
std::unique_ptr<calls::Inquiry> deletionOfResponse(StoredAsked asked);

// The response as it is now, or its events. `query`: of the client's request, of which what means
// something goes on. What is kept of it: id, response and whether it is pending.
std::unique_ptr<KeepableInquiry> readingOfResponse(StoredAsked asked, std::string_view query);
// That the provider stops to work on it.
std::unique_ptr<KeepableInquiry> cancellationOfResponse(StoredAsked asked);

}  // namespace sluice::dialects
