// The tool calls of a choice, as upstreams tell them: with indexes that begin anywhere, jump,
// repeat or are not there, with ids and names that come late, twice or never. They go on as the
// canonical form has them: numbered from 0 in the order they began, each with its id and name in
// its first delta alone, and with arguments. Threads: they belong to one answer.
#pragma once

#include <cstdint>
#include <optional>
#include <sluice/plugin.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace openai {

class ToolCalls {
 public:
  explicit ToolCalls(std::uint32_t choice) : choice_(choice) {}

  bool any() const noexcept { return !calls_.empty(); }

  // `tool_calls` of a delta; of a message each is a call of its own. `answer`: what ids are made
  // of where the upstream tells none. Throws if there are too many.
  void read(sluice::json::Value calls, bool message, std::string_view answer, sluice::Sink sink);
  // `function_call`, as there was before there were tools: one, without an id. Not read where the
  // choice has told `tool_calls`.
  void readFunction(sluice::json::Value call, std::string_view answer, sluice::Sink sink);
  // Nothing more comes: tells what was held back. `cut`: the answer was cut off, and the newest
  // calls with it. Else throws if a call has no name.
  void finish(bool cut, std::string_view answer, sluice::Sink sink);

 private:
  struct Piece {
    std::optional<std::uint64_t> place;
    std::string_view id, name, arguments;
  };
  struct Call {
    std::optional<std::uint64_t> place;  // as the upstream counts, if it does
    std::string id, name;
    std::string held;    // its arguments until its first delta goes out
    bool spoke = false;  // arguments have gone out
  };

  std::size_t find(const Piece& piece, bool beside) const noexcept;
  std::size_t findPlaced(const Piece& piece) const noexcept;
  void take(std::size_t at, const Piece& piece, std::string_view answer, sluice::Sink sink);
  void tell(bool all, std::string_view answer, sluice::Sink sink);
  std::string newId(std::string_view answer) const;

  const std::uint32_t choice_;
  bool function_ = false;    // its only call came as `function_call`
  std::vector<Call> calls_;  // the place of each is its index
  std::size_t told_ = 0;     // of these, the first: their first delta has gone out
  std::size_t held_ = 0;     // bytes of arguments
};

}  // namespace openai
