// What Bedrock means when it refuses, by the name of its exception and its words.
// Threads: pure functions; a decoder belongs to one answer.
#pragma once

#include <memory>
#include <sluice/plugin.hpp>

namespace bedrock {

// An exception inside an answer that began with 200. `name`: "throttlingException"; `data`:
// {"message": "..."}, or the message itself.
sluice::Error failure(std::string_view name, std::string_view data);

// For an answer that is not 2xx: throws what it means.
std::unique_ptr<sluice::Decoder> failureDecoder(const sluice::Response& response,
                                                const sluice::Host& host);

}  // namespace bedrock
