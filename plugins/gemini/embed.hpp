// Texts to embed (sluice.embed/1) as the body of batchEmbedContents and of Vertex's predict.
// Threads: pure functions.
#pragma once

#include <sluice/plugin.hpp>

namespace gemini {

// Both throw sluice::Error naming the member that is wrong.
// `model` as AI Studio names it in bodies: "models/gemini-embedding-001".
std::string renderBatch(const sluice::Request& request, std::string_view model);
std::string renderInstances(const sluice::Request& request);

}  // namespace gemini
