// What Cohere means when it refuses: {"message": "words", "id": "..."}, with a status or inside a
// stream.
// Threads: pure functions.
#pragma once

#include <sluice/plugin.hpp>

namespace cohere {

// For sluice::refused().
sluice::Complaint complaint(sluice::json::Value body);

// The same as an error inside an answer that began with 200.
sluice::Error failure(sluice::json::Value event);
// Inside an answer that ends so, in these words.
sluice::Error failure(std::string_view words);

}  // namespace cohere
