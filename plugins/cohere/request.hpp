// Canonical requests (sluice.chat/1, sluice.embed/1) as bodies of /v2/chat and /v2/embed.
// Threads: pure functions.
#pragma once

#include <sluice/plugin.hpp>

namespace cohere {

// Whether a model is told how much to think.
enum class Thinking : std::uint8_t { automatic, always, never };

struct Options {
  std::string safetyMode, citations;          // empty: not sent
  Thinking thinking = Thinking::automatic;    // automatic: by the model's name
  std::string inputType = "search_document";  // of texts to embed that have no purpose
};

struct Rendered {
  std::string body;
  sluice::Dropped dropped;
};

// Both throw sluice::Error naming the member that is wrong, or without which the rest makes no
// sense.
Rendered renderChat(const sluice::Request& request, const Options& options);
Rendered renderEmbed(const sluice::Request& request, const Options& options);

}  // namespace cohere
