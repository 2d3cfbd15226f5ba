// Rules: what the texts of a configuration may be. A rule serves the reader, which asks for a
// complaint, and the schema, which publishes the pattern.
// Threads: constants and pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sluice::config {

// What is wrong with a text, as the rest of a sentence that begins with the field's name. It never
// repeats the text, which may come from a variable. A text without complaint may be normalised.
using Complaint = std::optional<std::string>;

struct Rule {
  std::string_view what;     // "an http or https URL"
  std::string_view pattern;  // a regular expression, of the whole text; empty: any
  Complaint (*check)(std::string& text);
  bool path = false;  // relative: to the directory of the file that says it
};

namespace rules {

Complaint anything(std::string& text);
Complaint listen(std::string& text);
Complaint url(std::string& text);
Complaint origin(std::string& text);
Complaint hostName(std::string& text);
Complaint id(std::string& text);
Complaint pluginStem(std::string& text);
Complaint sha256(std::string& text);
Complaint publisherName(std::string& text);
Complaint publicKey(std::string& text);
Complaint fullId(std::string& text);
Complaint version(std::string& text);
Complaint providerName(std::string& text);
Complaint virtualModelName(std::string& text);
Complaint target(std::string& text);
Complaint routePattern(std::string& text);
Complaint routeModel(std::string& text);
Complaint secret(std::string& text);
Complaint providerKey(std::string& text);

}  // namespace rules

inline constexpr Rule kAnyText{"text", "", rules::anything};
inline constexpr Rule kPath{"a path", "", rules::anything, true};
inline constexpr Rule kOwnPath{"a path", "", rules::anything};  // not taken relative to the file
inline constexpr Rule kListen{"an address and port such as 127.0.0.1:8090", "", rules::listen};
inline constexpr Rule kUrl{"an http or https URL", "^[Hh][Tt][Tt][Pp][Ss]?://[^/?#@]+(/[^?#]*)?$",
                           rules::url};
inline constexpr Rule kOrigin{"'*' or an origin such as https://chat.example.org",
                              "^(\\*|[A-Za-z][A-Za-z0-9+.-]*://[^/?#@]+)$", rules::origin};
inline constexpr Rule kHostName{"a host name without scheme and port", "^[A-Za-z0-9._-]+$",
                                rules::hostName};
inline constexpr Rule kId{"a component's id", "^[a-z0-9][a-z0-9._-]*$", rules::id};
inline constexpr Rule kPluginStem{"a plugin file's name without '.so'",
                                  "^[A-Za-z0-9][A-Za-z0-9._-]*$", rules::pluginStem};
inline constexpr Rule kSha256{"64 hexadecimal digits", "^[0-9A-Fa-f]{64}$", rules::sha256};
inline constexpr Rule kPublisherName{"a publisher's name", "^[a-z0-9][a-z0-9._-]*$",
                                     rules::publisherName};
inline constexpr Rule kPublicKey{"a public key such as ed25519:...",
                                 "^ed25519:[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$",
                                 rules::publicKey};
inline constexpr Rule kFullId{"a component's full id", "^[a-z0-9_-]+(\\.[a-z0-9_-]+)+$",
                              rules::fullId};
inline constexpr Rule kVersion{
    "a version such as 1.2.0",
    "^[0-9]+(\\.[0-9]+){0,3}(-[0-9A-Za-z-]+(\\.[0-9A-Za-z-]+)*)?(\\+[0-9A-Za-z.-]+)?$",
    rules::version};
inline constexpr Rule kProviderName{"a provider's name", "^[a-z0-9][a-z0-9._-]*$",
                                    rules::providerName};
inline constexpr Rule kVirtualModelName{
    "a virtual model's name", "^[a-z0-9][a-z0-9._-]*(/[a-z0-9._-]+)*$", rules::virtualModelName};
inline constexpr Rule kTarget{"'provider/model'", "^[a-z0-9][a-z0-9._-]*/[^\\s]+$", rules::target};
inline constexpr Rule kModelName{"a model's name", kTarget.pattern, rules::target};
inline constexpr Rule kRoutePattern{"a pattern such as claude-*", "^[^\\s?\\[\\]{}()^$|\\\\]+$",
                                    rules::routePattern};
inline constexpr Rule kRouteModel{"a model's name such as openai/*", "^[^\\s*]*(\\*[^\\s*]*)?$",
                                  rules::routeModel};
inline constexpr Rule kSecret{"text", "", rules::secret};
inline constexpr Rule kProviderKey{"text or a map with 'file'", "", rules::providerKey};

}  // namespace sluice::config
