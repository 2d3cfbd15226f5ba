// What in a configuration is secret, so that it is never shown: in the source lines of faults and
// in dumps. Told by names, since a file may hold faults before anyone knows what a value is for.
// Threads: pure functions.
#pragma once

#include <string_view>

namespace sluice::config {

// `key`, `keys`, `admin_token`, `api_key`, `client_secret`, ... and near misses of the known ones.
bool namesSecret(std::string_view name);

// A URL with a user name or password in it.
bool holdsCredentials(std::string_view text);

}  // namespace sluice::config
