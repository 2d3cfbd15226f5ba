// What is done with fields of a request that a provider has no way to express: by the
// configuration's word the request is refused, or they are left out and the client is told which.
// Threads: pure functions.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "calls/dialect.hpp"
#include "config/model.hpp"
#include "plugins/types.hpp"

namespace sluice::calls {

// The client's fault, with the first field that may not be left out in `param`; nothing if all of
// `dropped` may be.
std::optional<plugins::Fault> faultOfDropped(const std::vector<plugins::Dropped>& dropped,
                                             config::Unsupported rule);

// Both speak of members of the canonical form, and then of what the client has sent.
void nameForClient(const Inquiry& inquiry, std::vector<plugins::Dropped>& dropped);
void nameForClient(const Inquiry& inquiry, plugins::Fault& fault);

// Appends "x-sluice-dropped: seed, user\r\n", of a bounded length; nothing if nothing was left out.
void appendDropped(std::string& fields, const std::vector<plugins::Dropped>& dropped);

}  // namespace sluice::calls
