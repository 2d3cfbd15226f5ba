// What an upstream of the Messages API means when it refuses, by the type and the words of its
// error object.
// Threads: pure functions.
#pragma once

#include <sluice/plugin.hpp>

namespace anthropic {

// Reads {"type": "error", "error": {"type", "message"}}, and what other upstreams of this dialect
// say in the usual shapes. For sluice::refused().
sluice::Complaint complaint(sluice::json::Value body);

// The same as an error inside an answer that began with 200.
sluice::Error failure(sluice::json::Value event);

}  // namespace anthropic
