// What an Ollama server means when it refuses: {"error": "words"}, with a status or inside a
// stream. Threads: pure functions.
#pragma once

#include <sluice/plugin.hpp>

namespace ollama {

// For sluice::refused().
sluice::Complaint complaint(sluice::json::Value body);

// The same as an error inside an answer that began with 200.
sluice::Error failure(sluice::json::Value line);

}  // namespace ollama
