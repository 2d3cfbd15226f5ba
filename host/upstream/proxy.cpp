#include "upstream/proxy.hpp"

#include <Poco/Net/IPAddress.h>
#include <openssl/evp.h>

#include <algorithm>
#include <initializer_list>

#include "base/text.hpp"

namespace sluice::upstream {

using Poco::Net::IPAddress;

namespace {

// The first of these variables that is set and not empty.
Result<wire::ProxyUrl> readProxy(const Variables& variables,
                                 std::initializer_list<const char*> names) {
  for (const char* const name : names) {
    const auto value = variables(name);
    if (!value || value->empty()) continue;
    auto proxy = wire::parseProxyUrl(*value);
    if (!proxy) return Error{std::string(name) + ": " + proxy.error().message};
    if (proxy->url.tls) {
      return Error{std::string(name) + ": the proxy itself must be http://, not https://"};
    }
    return proxy;
  }
  return wire::ProxyUrl();
}

std::vector<std::string> readDirect(const Variables& variables) {
  std::vector<std::string> direct;
  auto value = variables("no_proxy");
  if (!value || value->empty()) value = variables("NO_PROXY");
  if (!value) return direct;
  std::replace(value->begin(), value->end(), ' ', ',');
  for (std::string_view part : text::split(*value, ',')) {
    part = text::trim(part);
    if (part.starts_with('.')) part.remove_prefix(1);
    if (part.ends_with('.')) part.remove_suffix(1);
    if (part.empty()) continue;
    std::string& name = direct.emplace_back(part);
    std::transform(name.begin(), name.end(), name.begin(), text::lower);
  }
  return direct;
}

struct HostAndPort {
  std::string_view host;  // without brackets
  std::string_view port;  // empty: any
};

HostAndPort split(std::string_view entry) noexcept {
  if (entry.starts_with('[')) {
    const std::size_t end = std::min(entry.find(']'), entry.size());
    const std::string_view rest = entry.substr(std::min(end + 1, entry.size()));
    return {entry.substr(1, end - 1), rest.substr(rest.starts_with(':') ? 1 : 0)};
  }
  const std::size_t colon = entry.find(':');
  const bool one = colon != entry.npos && entry.find(':', colon + 1) == entry.npos;
  if (!one) return {entry, {}};  // a name, or an IPv6 address
  return {entry.substr(0, colon), entry.substr(colon + 1)};
}

bool inNetwork(const IPAddress& address, std::string_view network) {
  const std::size_t slash = network.find('/');
  const auto bits = text::parseUnsigned(network.substr(slash + 1));
  IPAddress base;
  if (!bits || !IPAddress::tryParse(std::string(network.substr(0, slash)), base)) return false;
  if (base.family() != address.family()) return false;
  if (*bits > 8 * static_cast<std::uint64_t>(base.length())) return false;
  const IPAddress mask(static_cast<unsigned>(*bits), base.family());
  return (address & mask) == (base & mask);
}

bool matches(const wire::Url& url, std::string_view entry) {
  if (entry == "*") return true;
  const auto [host, port] = split(entry);
  if (!port.empty() && text::parseUnsigned(port) != url.port) return false;
  IPAddress address;
  if (IPAddress::tryParse(url.host, address)) {
    if (host.find('/') != host.npos) return inNetwork(address, host);
    IPAddress other;
    return IPAddress::tryParse(std::string(host), other) && other == address;
  }
  const std::string_view name = url.host;
  if (!name.ends_with(host)) return false;
  return name.size() == host.size() || name[name.size() - host.size() - 1] == '.';
}

}  // namespace

Result<ProxySettings> fromEnvironment(const Variables& variables) {
  auto http = readProxy(variables, {"http_proxy", "all_proxy", "ALL_PROXY"});
  if (!http) return http.error();
  auto https = readProxy(variables, {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"});
  if (!https) return https.error();
  return ProxySettings{std::move(*http), std::move(*https), readDirect(variables)};
}

wire::ProxyUrl proxyFor(const wire::Url& url, const ProxySettings& settings) {
  const wire::ProxyUrl& proxy = url.tls ? settings.https : settings.http;
  if (proxy.url.host.empty()) return {};
  for (const std::string& entry : settings.direct) {
    if (matches(url, entry)) return {};
  }
  return proxy;
}

std::string proxyAuthorization(const wire::ProxyUrl& proxy) {
  if (proxy.user.empty() && proxy.password.empty()) return {};
  std::string plain(proxy.user.reveal());
  plain += ':';
  plain += proxy.password.reveal();
  std::string encoded((plain.size() + 2) / 3 * 4 + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(encoded.data()),
                                   reinterpret_cast<const unsigned char*>(plain.data()),
                                   static_cast<int>(plain.size()));
  encoded.resize(static_cast<std::size_t>(size));
  return "Basic " + encoded;
}

}  // namespace sluice::upstream
