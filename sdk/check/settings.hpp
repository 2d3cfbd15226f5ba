// What a component's config_schema says: whether it is one, which settings are secret, and settings
// to try it with.
// Threads: pure functions.
#pragma once

#include <sluice/plugin.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sluice::check {

// Why it is no draft-07 schema of an object; nothing if it is, or if there is none.
std::optional<std::string> faultOfSchema(const char* schema);

// The settings that look like secrets by name but are not marked, as "a.b".
std::vector<std::string> unmarkedSecrets(const char* schema);

// Settings that the schema takes, with what it requires from `default`, `examples`, `enum` and
// `const`; with a value of that name in every setting that is marked as a secret, if one is given.
// Nothing if the schema requires what it gives no value for.
std::optional<std::string> sampleSettings(const char* schema, const std::string& secret = {});

// `settings` with `secret` in every setting that is marked as one. The same if there is none.
std::string withSecret(const char* schema, const std::string& settings, const std::string& secret);

// Whether the schema takes these settings.
bool takes(const char* schema, const std::string& settings);

// Settings of wrong types, one wrong each, and what is no JSON at all.
std::vector<std::string> badSettings(const char* schema, const std::string& good);

}  // namespace sluice::check
