// Header fields between a client and an upstream, of every dialect: which of a client's go to an
// upstream of its dialect, and under which names an upstream's come back. OpenAI's names and
// Anthropic's are told apart by prefix and translated into each other; others have none of
// interest. Threads: pure functions.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "wire/head.hpp"

namespace sluice::dialects {

enum class Naming : std::uint8_t { openAi, anthropic };

// What a client of these names says to an upstream of its own dialect, in lower case.
std::span<const std::string_view> ownFieldNames(Naming naming) noexcept;

// An upstream's answer, of which something goes back.
struct UpstreamAnswer {
  const wire::Fields& fields;
  bool same = false;  // it is of the client's dialect: its fields go on as they are
  std::chrono::system_clock::time_point now = std::chrono::system_clock::now();
};

// Appends, as "Name: value\r\n" each, the upstream's id of the request, its limits and what else
// belongs to the dialect. Never what names the operator's account. `ownId`: shown where the
// upstream has none; empty: nothing is.
void appendAnswerFields(std::string& out, Naming naming, const UpstreamAnswer& answer,
                        std::string_view ownId = {});

// The limits alone: how much the upstream still takes, and from when on more.
void appendLimitFields(std::string& out, Naming naming, const UpstreamAnswer& answer);

}  // namespace sluice::dialects
