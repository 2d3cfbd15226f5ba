// Endpoint: where requests of one provider go.
// Threads: a plain value; immutable once made.
#pragma once

#include "wire/url.hpp"

namespace sluice::upstream {

// Made once for a generation.
struct Endpoint {
  wire::Url url;         // base URL; its path goes before each request's
  wire::ProxyUrl proxy;  // its url's host is empty: none. Always http; see proxyFor()

  bool proxied() const noexcept { return !proxy.url.host.empty(); }
};

}  // namespace sluice::upstream
