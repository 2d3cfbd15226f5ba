#include "config/address.hpp"

#include <arpa/inet.h>

#include <algorithm>

#include "base/text.hpp"

namespace sluice::config {

namespace {

bool hostNameCharacter(char c) {
  const char small = text::lower(c);
  return (small >= 'a' && small <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_';
}

}  // namespace

std::optional<HostPort> splitHostPort(std::string_view text) {
  HostPort parts;
  std::size_t hostEnd = 0;
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == text.npos) return std::nullopt;
    parts.host = text.substr(1, close - 1);
    hostEnd = close + 1;
    in6_addr address;
    if (inet_pton(AF_INET6, parts.host.c_str(), &address) != 1) return std::nullopt;
  } else {
    hostEnd = std::min(text.find(':'), text.size());
    parts.host = text.substr(0, hostEnd);
    if (!isHostName(parts.host)) return std::nullopt;
  }
  text.remove_prefix(hostEnd);
  if (text.empty()) return parts;
  const auto port = text::parseUnsigned(text.substr(1));
  if (text.front() != ':' || !port || *port > 65'535) return std::nullopt;
  parts.port = static_cast<std::uint16_t>(*port);
  return parts;
}

bool isAddress(std::string_view host) {
  const std::string text(host);
  in_addr four;
  in6_addr six;
  return inet_pton(AF_INET, text.c_str(), &four) == 1 ||
         inet_pton(AF_INET6, text.c_str(), &six) == 1;
}

bool isHostName(std::string_view host) {
  return !host.empty() && host.size() <= 253 &&
         std::all_of(host.begin(), host.end(), hostNameCharacter);
}

bool isLoopback(std::string_view host) {
  const std::string text(host);
  in_addr four;
  if (inet_pton(AF_INET, text.c_str(), &four) == 1) return ntohl(four.s_addr) >> 24 == 127;
  in6_addr six;
  if (inet_pton(AF_INET6, text.c_str(), &six) == 1) {
    return IN6_IS_ADDR_LOOPBACK(&six) || (IN6_IS_ADDR_V4MAPPED(&six) && six.s6_addr[12] == 127);
  }
  return text::equalsIgnoringCase(host, "localhost");
}

}  // namespace sluice::config
