// Proxies, as the environment names them, after curl's rules: a variable in lower case goes before
// the one in upper case, `http_proxy` is read in lower case only, a proxy for the scheme goes
// before ALL_PROXY, NO_PROXY names what is reached directly. Nothing is excepted by itself, not
// even localhost.
// Threads: pure functions; plain values.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "wire/url.hpp"

namespace sluice::upstream {

struct ProxySettings {
  wire::ProxyUrl http;   // for http:// upstreams; its url's host is empty: none
  wire::ProxyUrl https;  // for https:// upstreams, by CONNECT
  // `*`, or names and addresses: `example.com` also stands for what lies below it, as does
  // `.example.com`; `host:port`; `10.0.0.0/8`; IPv6 addresses with or without brackets.
  std::vector<std::string> direct;
};

// The value of a variable; none if it is not set.
using Variables = std::function<std::optional<std::string>(const char* name)>;

// An error names the variable, never its value. Only http:// proxies are spoken to.
Result<ProxySettings> fromEnvironment(const Variables& variables);

// The proxy for requests to `url`; with an empty host: none.
wire::ProxyUrl proxyFor(const wire::Url& url, const ProxySettings& settings);

// The value of a Proxy-Authorization field; empty if the proxy wants none.
std::string proxyAuthorization(const wire::ProxyUrl& proxy);

}  // namespace sluice::upstream
