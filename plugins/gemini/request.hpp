// A canonical chat request (sluice.chat/1) as the body of generateContent and of countTokens.
// Threads: pure functions.
#pragma once

#include <sluice/plugin.hpp>

#include "parts.hpp"

namespace gemini {

// How schemas are told; automatic: by the model's name.
enum class Schemas : std::uint8_t { automatic, json, simple };

struct Options {
  Schemas schemas = Schemas::automatic;
  Addresses addresses;
  bool newerFetch = false;  // models that do are told any address
  std::string safety;       // elements of safetySettings, without brackets
};

struct Rendered {
  std::string body;
  sluice::Dropped dropped;
};

// Throws sluice::Error naming the member that is wrong, or that this upstream cannot do.
Rendered render(const sluice::Request& request, const Options& options);

// What of the request makes its prompt: contents, systemInstruction and tools. `model`: written
// into it, around which AI Studio wants a generateContentRequest; empty: nothing is.
Rendered renderCount(const sluice::Request& request, const Options& options,
                     std::string_view model);

}  // namespace gemini
