#include "completions.hpp"

#include <algorithm>
#include <array>

namespace openai {
namespace {

// The models of OpenAI's that know nothing else, and what was made of them.
bool isLegacy(std::string_view model) {
  constexpr std::array<std::string_view, 4> names = {
      "gpt-3.5-turbo-instruct", "gpt-35-turbo-instruct", "davinci-002", "babbage-002"};
  return std::any_of(names.begin(), names.end(), [&](std::string_view name) {
    return model.find(name) != std::string_view::npos;
  });
}

}  // namespace

Completions::Completions(const sluice::Settings& settings) {
  const std::string told = settings.string("completions", "auto");
  if (told == "always") which_ = Which::always;
  else if (told == "never") which_ = Which::never;
  else if (told != "auto")
    sluice::Settings::refuse("completions", "must be one of auto, always, never");
}

void Completions::require(std::string_view model) const {
  if (which_ == Which::always || (which_ == Which::automatic && isLegacy(model))) return;
  throw sluice::Error(SLUICE_UNIMPLEMENTED, "legacy completions of this model go out as chats");
}

}  // namespace openai
