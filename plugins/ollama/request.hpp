// Canonical requests (sluice.chat/1, sluice.embed/1) as bodies of /api/chat and /api/embed.
// Threads: pure functions.
#pragma once

#include <optional>
#include <sluice/plugin.hpp>

namespace ollama {

// How a model is asked to think.
enum class Thinking : std::uint8_t { automatic, levels, onOff, never };

struct Options {
  std::string keepAlive;            // as JSON; empty: not sent
  std::uint64_t contextLength = 0;  // 0: not sent
  std::optional<bool> truncate;
  Thinking thinking = Thinking::automatic;  // automatic: by the model's name
};

struct Rendered {
  std::string body;
  sluice::Dropped dropped;
};

// Both throw sluice::Error naming the member that is wrong, or without which the rest makes no
// sense.
Rendered renderChat(const sluice::Request& request, const Options& options);
Rendered renderEmbed(const sluice::Request& request, const Options& options);

}  // namespace ollama
