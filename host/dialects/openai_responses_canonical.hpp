// A request in "openai.responses" in canonical form, as far as it can be said so.
// Threads: pure function.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "calls/problem.hpp"
#include "dialects/openai_responses_messages.hpp"
#include "dialects/openai_responses_request.hpp"
#include "plugins/types.hpp"

namespace sluice::dialects {

// An item, and what to call it where something is wrong with it.
struct NamedItem {
  JsonView item;
  std::string where;
};

struct ResponsesCanonical {
  std::string members;                    // of the object, but for model and stream_options
  std::vector<plugins::Dropped> dropped;  // what the client asked for and is not in it
  std::optional<calls::Problem> problem;  // set: it cannot be said
  std::vector<ResponsesOrigin> origins;   // of its messages
};

// `items`: the whole conversation. `dropForeign`: see ResponsesMessages.
ResponsesCanonical canonicalResponses(const ResponsesRequest& request,
                                      const std::vector<NamedItem>& items, bool dropForeign);

// The dialect's name of a member of the canonical form.
std::string responsesNameOf(std::string_view canonical,
                            const std::vector<ResponsesOrigin>& origins);

}  // namespace sluice::dialects
