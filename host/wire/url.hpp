// URLs as operators write them: bases of upstreams and proxies. Host and port of a request's Host
// field are checked here too.
// Threads: pure functions; plain values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/secret.hpp"

namespace sluice::wire {

struct Url {
  bool tls = false;
  std::string host;  // lower case; an IPv6 address without its brackets
  std::uint16_t port = 0;
  std::string path;  // empty, or begins with `/` and does not end with one; escapes as written

  // For a Host field: the host, in brackets if it is an IPv6 address, and the port unless it is the
  // scheme's own.
  std::string authority() const;
  bool operator==(const Url&) const = default;
};

// `http://` or `https://`, host, optional port and path. No user, query or fragment. No error
// repeats any part of the text, which may hold a secret.
Result<Url> parseUrl(std::string_view text);

struct ProxyUrl {
  Url url;  // without a path
  Secret user;
  Secret password;
};

// As in HTTPS_PROXY: the scheme may be missing (http); `user:password@` may stand before the host,
// with %-escapes, which are undone.
Result<ProxyUrl> parseProxyUrl(std::string_view text);

// Whether `text` is `host` or `host:port`, as a Host field must be: a name of RFC 3986's
// characters, an IPv4 address or an IPv6 address in brackets; a port up to 65535, or none after the
// colon.
bool isAuthority(std::string_view text) noexcept;

}  // namespace sluice::wire
