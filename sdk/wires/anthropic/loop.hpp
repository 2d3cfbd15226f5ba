// The turn of the assistant that a conversation is in the middle of: its calls of tools and their
// results, one after the other, until the user has the word. The upstream looks at it as one: with
// a budget for thoughts it has to begin with one, without it may hold none.
// Threads: pure functions.
#pragma once

#include <cstddef>
#include <sluice/plugin.hpp>

namespace anthropic {

struct Loop {
  std::size_t begin = 0;  // the place of its first message; all of them, if there is no loop
  bool mayThink = true;   // a model that thinks within a budget may
  bool holdsThoughts = false;
};

// `messages`: canonical.
Loop loopOf(sluice::json::Value messages);

// Whether a member of `reasoning_details` is a thought that the upstream can prove, and takes.
bool isProven(sluice::json::Value detail);

}  // namespace anthropic
