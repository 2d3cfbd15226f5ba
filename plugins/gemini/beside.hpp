// What stands beside a candidate's text, as the `extra` of a TEXT chunk (sdk/schema/chunks.md), and
// JSON as chunks hold it.
// Threads: pure functions; a Sources belongs to one choice of one answer.
#pragma once

#include <sluice/plugin.hpp>
#include <vector>

namespace gemini {

// JSON without the white space between its tokens: whole answers are indented.
std::string compact(std::string_view json);

// {"logprobs": [...]} of a logprobsResult; empty if it holds none.
std::string logprobsOf(sluice::json::Value result);

// The addresses that a text is backed by. Pieces of an answer repeat those of earlier ones.
class Sources {
 public:
  // {"annotations": [...]} of those that are new in a candidate; empty if none is.
  std::string fresh(sluice::json::Value candidate);

 private:
  bool isNew(std::string_view source);
  std::vector<std::string> told_;
};

}  // namespace gemini
