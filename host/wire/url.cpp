#include "wire/url.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/text.hpp"
#include "wire/chars.hpp"

namespace sluice::wire {

namespace {

struct Authority {
  std::string_view host;  // without brackets
  std::string_view port;
  bool hasPort = false;
  bool bracketed = false;
};

std::optional<Authority> splitAuthority(std::string_view text) noexcept {
  Authority parts;
  std::size_t end;
  if (text.starts_with('[')) {
    end = text.find(']');
    if (end == text.npos) return std::nullopt;
    parts.host = text.substr(1, end - 1);
    parts.bracketed = true;
    ++end;
  } else {
    end = std::min(text.find(':'), text.size());
    parts.host = text.substr(0, end);
  }
  if (end == text.size()) return parts;
  if (text[end] != ':') return std::nullopt;
  parts.port = text.substr(end + 1);
  parts.hasPort = true;
  return parts;
}

bool isIpv6(std::string_view text) noexcept {
  char copy[INET6_ADDRSTRLEN];
  in6_addr address;
  if (text.size() >= sizeof copy || text.find('\0') != text.npos) return false;
  *std::copy(text.begin(), text.end(), copy) = '\0';
  return inet_pton(AF_INET6, copy, &address) == 1;
}

bool isPort(std::string_view digits) noexcept {
  const auto port = text::parseUnsigned(digits);
  return port && *port <= 65535;
}

// Every `%` is followed by two hex digits.
bool escapesAreWhole(std::string_view text) noexcept {
  for (auto at = text.find('%'); at != text.npos; at = text.find('%', at + 1)) {
    if (at + 2 >= text.size()) return false;
    if (!isIn(text[at + 1], hexDigit) || !isIn(text[at + 2], hexDigit)) return false;
  }
  return true;
}

std::string unescape(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    unsigned char byte = 0;
    std::from_chars(text.data() + i + 1, text.data() + i + 3, byte, 16);
    out += static_cast<char>(byte);
    i += 2;
  }
  return out;
}

Error wrong(const char* what) { return Error{what}; }

// Takes `scheme://` off. False if it is neither http nor https.
bool takeScheme(std::string_view& text, bool& tls) noexcept {
  const auto mark = text.find("://");
  if (mark == text.npos) return false;
  const auto scheme = text.substr(0, mark);
  tls = text::equalsIgnoringCase(scheme, "https");
  if (!tls && !text::equalsIgnoringCase(scheme, "http")) return false;
  text.remove_prefix(mark + 3);
  return true;
}

Result<Url> parseHostAndPort(std::string_view text, bool tls) {
  const auto parts = splitAuthority(text);
  if (!parts) return wrong("the URL's host and port are malformed");
  Url url;
  url.tls = tls;
  if (parts->host.empty()) return wrong("the URL has no host");
  const bool name = !parts->bracketed && allIn(parts->host, tokenChar) &&
                    parts->host.find_first_of("!#$%&'*+^`|~") == std::string_view::npos;
  if (!name && !(parts->bracketed && isIpv6(parts->host))) {
    return wrong("the URL's host is malformed; names must be ASCII and IPv6 addresses in brackets");
  }
  url.host = parts->host;
  std::transform(url.host.begin(), url.host.end(), url.host.begin(), text::lower);
  url.port = tls ? 443 : 80;
  if (parts->hasPort) {
    const auto port = text::parseUnsigned(parts->port);
    if (!port || *port == 0 || *port > 65535) {
      return wrong("the URL's port must be a number from 1 to 65535");
    }
    url.port = static_cast<std::uint16_t>(*port);
  }
  return url;
}

}  // namespace

std::string Url::authority() const {
  const bool ipv6 = host.find(':') != std::string::npos;
  std::string out = ipv6 ? "[" + host + "]" : host;
  if (port != (tls ? 443 : 80)) out += ":" + std::to_string(port);
  return out;
}

Result<Url> parseUrl(std::string_view text) {
  bool tls = false;
  if (!takeScheme(text, tls)) return wrong("the URL must begin with http:// or https://");
  if (!allIn(text, targetChar) || text.find_first_of("\"<>\\^`{|}") != text.npos) {
    const bool fragment = text.find('#') != text.npos;
    return wrong(fragment ? "the URL must not have a fragment"
                          : "the URL holds a character that must be written as a %-escape");
  }
  if (text.find('?') != text.npos) return wrong("the URL must not have a query");
  const auto slash = std::min(text.find('/'), text.size());
  const auto authority = text.substr(0, slash);
  if (authority.find('@') != authority.npos) {
    return wrong("the URL must not hold a user name or password");
  }
  auto url = parseHostAndPort(authority, tls);
  if (!url) return url;
  auto path = text.substr(slash);
  if (!escapesAreWhole(path)) return wrong("a % in the URL is not followed by two hex digits");
  while (path.ends_with('/')) path.remove_suffix(1);
  url->path = path;
  return url;
}

Result<ProxyUrl> parseProxyUrl(std::string_view text) {
  bool tls = false;
  if (!takeScheme(text, tls) && text.find("://") != text.npos) {
    return wrong("the proxy's URL must begin with http:// or https://");
  }
  if (text.ends_with('/')) text.remove_suffix(1);
  ProxyUrl proxy;
  const auto at = text.rfind('@');
  if (at != text.npos) {
    const auto info = text.substr(0, at);
    if (!allIn(info, targetChar) || info.find_first_of("/?@") != info.npos ||
        !escapesAreWhole(info)) {
      return wrong("the user name or password in the proxy's URL needs %-escapes");
    }
    const auto colon = info.find(':');
    proxy.user = Secret(unescape(info.substr(0, colon)));
    if (colon != info.npos) proxy.password = Secret(unescape(info.substr(colon + 1)));
    text.remove_prefix(at + 1);
  }
  auto url = parseHostAndPort(text, tls);
  if (!url) return url.error();
  proxy.url = std::move(*url);
  return proxy;
}

bool isAuthority(std::string_view text) noexcept {
  const auto parts = splitAuthority(text);
  if (!parts || parts->host.empty()) return false;
  if (parts->hasPort && !parts->port.empty() && !isPort(parts->port)) return false;
  if (parts->bracketed) return isIpv6(parts->host);
  return allIn(parts->host, hostChar) && escapesAreWhole(parts->host);
}

}  // namespace sluice::wire
