// What an upstream wants otherwise than OpenAI's Chat Completions say it: told by settings, done to
// the body of a request on its way out.
// Threads: Habits are immutable once made; pure functions.
#pragma once

#include <optional>
#include <sluice/plugin.hpp>
#include <string>
#include <vector>

#include "canonical.hpp"

namespace openai {

struct Habits {
  std::string limit;              // the name by which it knows max_completion_tokens; empty: any
  bool systemOnly = false;        // it does not know the role `developer`
  bool alternate = false;         // users and assistants take turns, behind all system messages
  bool shortToolIds = false;      // ids of tool calls are nine letters and digits
  bool toolThoughts = false;      // it wants thoughts back with calls of tools, and nowhere else
  bool rewrite = false;           // clients of its own dialect cannot read its answers
  Known known;                    // what of the canonical form it takes
  std::vector<std::string> omit;  // members that it refuses
  std::vector<std::string> omitOfMessages;
  std::vector<std::string> omitOfCalls;  // of tools, in messages
};

// Throws what is wrong with the settings `limit`, `developer`, `alternate`, `short_tool_ids`,
// `tool_thoughts`, `rewrite`, `reasoning_details`, `cache_control` and `omit`.
Habits habitsOf(const sluice::Settings& settings);

// A body as the upstream wants it; nothing if it can go out as it is.
struct Suited {
  std::optional<std::string> body;
  std::vector<std::string> omitted;  // members that were there, as in Habits; each once
};
Suited suited(std::string_view body, const Habits& habits);

}  // namespace openai
