// ChunkExtra: what a chunk holds beside its text, by the members that the canonical form knows.
// Threads: plain values.
#pragma once

#include <string>
#include <string_view>

#include "dialects/json_view.hpp"

namespace sluice::dialects {

class ChunkExtra {
 public:
  // `extra`: of a chunk, which need not be JSON: then nothing is in it.
  explicit ChunkExtra(std::string_view extra);

  // A member, on one line, so that it can stand in an event's data. Lives as long as this object.
  JsonView operator[](std::string_view name) const { return JsonView(text_)[name]; }

 private:
  std::string text_;
};

}  // namespace sluice::dialects
