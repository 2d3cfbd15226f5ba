// Legacy completions: which of them go out as they came. Few upstreams and models still serve them;
// for the others the host makes chats of them.
// Threads: pure functions; const functions from any thread.
#pragma once

#include <sluice/plugin.hpp>
#include <string_view>

namespace openai {

constexpr std::string_view kCompletions = "openai.completions";

class Completions {
 public:
  Completions() = default;
  // Reads `completions`; throws sluice::Error naming it if it is wrong.
  explicit Completions(const sluice::Settings& settings);

  // Throws SLUICE_UNIMPLEMENTED, upon which the host asks for a chat, where this model has none.
  void require(std::string_view model) const;

 private:
  enum class Which { automatic, always, never };
  Which which_ = Which::automatic;
};

}  // namespace openai
