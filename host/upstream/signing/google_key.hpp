// Google credentials, as their JSON text: of a service account, or of a workload that shows a token
// of elsewhere (external account); and the requests that exchange them for access tokens.
// Threads: plain values and pure functions.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "wire/url.hpp"

namespace sluice::upstream {

// Where a request goes.
struct Place {
  wire::Url url;       // without a path
  std::string target;  // path and query
};

struct ServiceAccount {
  std::string email;
  std::string keyId;  // may be empty
  Secret privateKey;  // PEM
  std::string audience;
  Place tokens;
};

struct ExternalAccount {
  std::string audience;
  std::string subjectTokenType;
  Place tokens;
  Place impersonation;  // of a service account; its target is empty: none
  // Where the subject's token is: a file, or else a URL, asked by GET.
  std::string file;
  Place source;
  std::string sourceFields;  // "Name: value\r\n" each
  std::string member;        // of the JSON object that the token stands in; empty: a plain text
};

using GoogleKey = std::variant<ServiceAccount, ExternalAccount>;

// Token servers are reached by https, or on this machine. No error repeats a secret.
Result<GoogleKey> parseGoogleKey(std::string_view json);

// A signed claim to the account, good for an hour from `now`. Takes about a millisecond.
Result<std::string> signedClaim(const ServiceAccount& account,
                                const std::vector<std::string>& scopes,
                                std::chrono::system_clock::time_point now);

// Bodies of POST requests.
std::string claimForm(std::string_view claim);
std::string exchangeForm(const ExternalAccount& account, const std::vector<std::string>& scopes,
                         std::string_view subjectToken);
std::string impersonationBody(const std::vector<std::string>& scopes);

// The subject's token in a file's or an answer's text.
Result<Secret> subjectToken(const ExternalAccount& account, std::string_view text);

struct GrantedToken {
  Secret token;
  std::chrono::seconds lifetime{0};
};
// Of a token server's answer with 2xx. `now`: for the one that says when the token ends.
Result<GrantedToken> grantedToken(std::string_view json, std::chrono::system_clock::time_point now);
// What an answer with another status says of it, without line ends, cut off; may be empty.
std::string saidOf(std::string_view json);

// Of the parameters of a signature: {"scopes": ["https://..."]}.
Result<std::vector<std::string>> parseScopes(std::string_view params);

}  // namespace sluice::upstream
