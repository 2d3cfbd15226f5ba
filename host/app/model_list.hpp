// The list of models as clients ask for it: in OpenAI's form, with what is known of each model
// beside and with cards for Codex, and as LiteLLM's clients want it.
// Threads: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "calls/generation.hpp"

namespace sluice::app {

// {"object":"list","data":[...],"models":[...]}
std::string modelList(const calls::Generation& generation);
// One of them; empty if there is none of that id.
std::string modelEntry(const calls::Generation& generation, std::string_view id);

// {"data":[{"model_name":..,"litellm_params":{..},"model_info":{..}}]}
std::string modelInfo(const calls::Generation& generation);

// What `id` can be asked for as, listed or not; nothing if it cannot.
std::optional<calls::ListedModel> listedModel(const calls::Generation& generation,
                                              std::string_view id);

}  // namespace sluice::app
