// What the upstream means when it refuses: google.rpc.Status with its details.
// Threads: a decoder belongs to its answer; all else are pure functions.
#pragma once

#include <memory>
#include <sluice/plugin.hpp>

namespace gemini {

// Reads {"error": {"code", "message", "status", "details"}}. For sluice::refused().
sluice::Complaint complaint(sluice::json::Value body);

// The same as an error inside an answer that began with 200.
sluice::Error failure(sluice::json::Value body);

// The prompt was not answered for what it holds; `why` as the upstream names it.
sluice::Error blocked(std::string_view why);

// Gives `inner` the elements of frames that are arrays, one by one: errors come so, and streams
// that are not server-sent events.
std::unique_ptr<sluice::Decoder> unwrapped(std::unique_ptr<sluice::Decoder> inner);

}  // namespace gemini
