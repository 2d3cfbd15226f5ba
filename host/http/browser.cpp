#include "http/browser.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "wire/chars.hpp"
#include "wire/write.hpp"

namespace sluice::http {

namespace {

constexpr std::size_t kMaxAskedHeaders = 1024;  // bytes of Access-Control-Request-Headers

// Takes `:port` off the end of an authority that was found well-formed.
std::string_view withoutPort(std::string_view authority) noexcept {
  const auto colon = authority.rfind(':');
  const auto bracket = authority.rfind(']');
  if (colon == authority.npos || (bracket != authority.npos && bracket > colon)) return authority;
  return authority.substr(0, colon);
}

std::string_view withoutDefaultPort(std::string_view authority, bool tls) noexcept {
  const std::string_view port = tls ? ":443" : ":80";
  return authority.ends_with(port) &&
                 withoutPort(authority).size() + port.size() == authority.size()
             ? withoutPort(authority)
             : authority;
}

bool isAddress(std::string_view host) noexcept {
  if (host.starts_with('[')) return true;  // only an IPv6 address may stand in brackets
  std::array<char, INET_ADDRSTRLEN> text{};
  if (host.size() >= text.size()) return false;
  std::copy(host.begin(), host.end(), text.begin());
  in_addr scratch{};
  return ::inet_pton(AF_INET, text.data(), &scratch) == 1;
}

bool sameOrigin(std::string_view origin, std::string_view host, bool tls) noexcept {
  const std::string_view scheme = tls ? "https://" : "http://";
  if (host.empty() || !text::equalsIgnoringCase(origin.substr(0, scheme.size()), scheme)) {
    return false;
  }
  return text::equalsIgnoringCase(withoutDefaultPort(origin.substr(scheme.size()), tls),
                                  withoutDefaultPort(host, tls));
}

bool isTokenList(std::string_view list) {
  const auto names = text::split(list, ',');
  return std::all_of(names.begin(), names.end(),
                     [](std::string_view name) { return wire::isToken(text::trim(name)); });
}

}  // namespace

BrowserRules::BrowserRules(const config::Server& server, config::AuthMode mode)
    : anyHost_(mode != config::AuthMode::open),
      hosts_(server.allowedHosts),
      origins_(server.allowedOrigins) {}

bool BrowserRules::ownHost(std::string_view host) const noexcept {
  // A browser always names the host; who speaks HTTP/1.0 without it is none.
  if (anyHost_ || host.empty()) return true;
  const std::string_view name = withoutPort(host);
  if (text::equalsIgnoringCase(name, "localhost") || isAddress(name)) return true;
  return std::any_of(hosts_.begin(), hosts_.end(), [name](const std::string& allowed) {
    return allowed == "*" || text::equalsIgnoringCase(allowed, name);
  });
}

std::optional<Answer> BrowserRules::refuseHost(std::string_view host) const {
  if (ownHost(host)) return std::nullopt;
  std::string message = "This server does not answer for the host '";
  message += withoutPort(host);
  message +=
      "'. Without client keys a name other than localhost must be listed in "
      "server.allowed_hosts.";
  return errorAnswer(421, "misdirected_request", message);
}

BrowserRules::Origin BrowserRules::judge(const wire::RequestHead& head, bool tls) const noexcept {
  const std::string_view origin = head.fields.get("origin");
  if (origin.data() == nullptr) return Origin::none;
  if (sameOrigin(origin, head.host, tls)) return Origin::same;
  const bool allowed =
      std::any_of(origins_.begin(), origins_.end(), [origin](const std::string& one) {
        return one == "*" || text::equalsIgnoringCase(one, origin);
      });
  return allowed ? Origin::allowed : Origin::refused;
}

Answer refusedOrigin(std::string_view origin) {
  std::string message = "Requests of web pages from '";
  message += origin;
  message += "' are refused. Origins are allowed in server.allowed_origins.";
  return errorAnswer(403, "origin_not_allowed", message);
}

bool isPreflight(const wire::RequestHead& head) noexcept {
  return head.method == "OPTIONS" && head.fields.has("origin") &&
         head.fields.has("access-control-request-method");
}

Answer preflightAnswer(const wire::RequestHead& head, std::string_view methods) {
  Answer answer{204, {}, {}};
  wire::appendField(answer.fields, "Access-Control-Allow-Methods", methods);
  const std::string_view asked = head.fields.get("access-control-request-headers");
  if (!asked.empty() && asked.size() <= kMaxAskedHeaders && isTokenList(asked)) {
    wire::appendField(answer.fields, "Access-Control-Allow-Headers", asked);
  }
  wire::appendField(answer.fields, "Access-Control-Max-Age", 3600);
  return answer;
}

void appendCorsFields(std::string& out, std::string_view origin) {
  wire::appendField(out, "Access-Control-Allow-Origin", origin);
  out +=
      "Vary: Origin\r\n"
      "Access-Control-Expose-Headers: x-request-id, x-sluice-request-id, x-sluice-provider, "
      "x-sluice-model, x-sluice-attempts, x-sluice-overhead-us, x-sluice-dropped, x-should-retry, "
      "retry-after, request-id, openai-processing-ms, x-ratelimit-limit-requests, "
      "x-ratelimit-limit-tokens, x-ratelimit-remaining-requests, x-ratelimit-remaining-tokens, "
      "x-ratelimit-reset-requests, x-ratelimit-reset-tokens, anthropic-ratelimit-requests-limit, "
      "anthropic-ratelimit-requests-remaining, anthropic-ratelimit-requests-reset, "
      "anthropic-ratelimit-tokens-limit, anthropic-ratelimit-tokens-remaining, "
      "anthropic-ratelimit-tokens-reset\r\n";
}

}  // namespace sluice::http
