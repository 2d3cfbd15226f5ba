#include "families.hpp"

#include "anthropic/abilities.hpp"

namespace bedrock {

Family familyOf(std::string_view model) {
  const auto named = [&](std::string_view part) {
    return model.find(part) != std::string_view::npos;
  };
  Family out;
  if (named("claude")) {
    out.maker = Maker::anthropic;
    out.mustCall = out.mustCallOne = out.failedResults = true;
    // Of the third generation, 3.5 Haiku and 3.7 Sonnet alone.
    const bool third = named("claude-3-");
    out.caches = out.cachesTools = !third || named("claude-3-7") || named("claude-3-5-haiku");
    out.cachesLong = anthropic::abilitiesOf(model).schemas;
  } else if (named("nova-")) {
    out.maker = Maker::amazon;
    out.mustCall = out.mustCallOne = out.failedResults = out.caches = true;
  } else if (named("openai.")) {
    out.maker = Maker::openai;
  } else if (named("mistral.")) {
    out.maker = Maker::mistral;
    out.mustCall = named("mistral-large");
  }
  return out;
}

}  // namespace bedrock
