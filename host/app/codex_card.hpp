// A model's card as the Codex CLI reads it in GET /v1/models. Codex takes the whole list or, if one
// card lacks a member, nothing of it: what any of its versions requires is there.
// Threads: pure functions.
#pragma once

#include <cstdint>

#include "base/json.hpp"
#include "calls/model_facts.hpp"

namespace sluice::app {

// `place`: in the order in which Codex offers them.
void appendCodexCard(json::Writer& w, const calls::ListedModel& model,
                     const calls::ModelFacts& facts, std::uint64_t place);

}  // namespace sluice::app
