// BrowserRules: what pages in a browser may do. Cross-origin requests are refused unless their
// origin is allowed; in open mode the Host must not be a name that a stranger may have pointed at
// this address (DNS rebinding).
// Threads: immutable.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/model.hpp"
#include "http/errors.hpp"
#include "wire/head.hpp"

namespace sluice::http {

class BrowserRules {
 public:
  BrowserRules(const config::Server& server, config::AuthMode mode);

  // 421 for a Host that is not ours: the client reached a server that does not answer for that
  // name.
  std::optional<Answer> refuseHost(std::string_view host) const;

  enum class Origin : std::uint8_t { none, same, allowed, refused };
  Origin judge(const wire::RequestHead& head, bool tls) const noexcept;

 private:
  bool ownHost(std::string_view host) const noexcept;

  bool anyHost_;
  std::vector<std::string> hosts_;
  std::vector<std::string> origins_;
};

Answer refusedOrigin(std::string_view origin);

// A preflight: a browser asks before it sends the request itself.
bool isPreflight(const wire::RequestHead& head) noexcept;
// Its answer. `methods`: those of the path, as in Allow. Without appendCorsFields().
Answer preflightAnswer(const wire::RequestHead& head, std::string_view methods);

// Lets the page of that origin read the answer.
void appendCorsFields(std::string& out, std::string_view origin);

}  // namespace sluice::http
