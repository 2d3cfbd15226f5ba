// Reading one YAML file into Nodes. Strict: one document, keys that are scalars and stand once, no
// tags and no directives; bounded in depth, in values and in what aliases may multiply.
// Threads: pure, but for the Report.
#pragma once

#include <optional>

#include "config/node.hpp"
#include "config/report.hpp"

namespace sluice::config {

inline constexpr std::size_t kMaxFileBytes = 4 << 20;

// The root of a file of the report; an empty file is an empty map. Nothing if the text could not be
// read to its end, which the report then says. Values behind names of secrets are hidden in it.
std::optional<Node> parseDocument(Report& report, std::uint32_t file);

}  // namespace sluice::config
