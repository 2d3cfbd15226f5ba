// The object `response` of the dialect "openai.responses": what an answer is, and the request's
// settings that it repeats. Every member that the published specification requires is there.
// Threads: plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "dialects/openai_responses_request.hpp"
#include "plugins/types.hpp"

namespace sluice::dialects {

struct ResponseState {
  std::string id;
  std::string model;
  std::uint64_t createdAt = 0;    // seconds since 1970
  std::uint64_t completedAt = 0;  // zero: not yet
  std::string_view status = "in_progress";
  std::string_view incompleteBecause;   // with the status incomplete
  std::string errorCode, errorMessage;  // with the status failed
  std::optional<plugins::Usage> usage;
  bool stored = false;
  std::string output;  // items, the inside of an array
};

void appendResponse(std::string& out, const ResponsesRequest& request, const ResponseState& state);

// `prefix` and 32 letters and digits that nobody can guess.
std::string newResponsesId(std::string_view prefix);

std::uint64_t secondsNow() noexcept;

}  // namespace sluice::dialects
