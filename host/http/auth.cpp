#include "http/auth.hpp"

#include <array>

#include "base/text.hpp"

namespace sluice::http {

namespace {

constexpr std::string_view kAsksForBearer = "WWW-Authenticate: Bearer\r\n";

// The token of `Authorization: Bearer`; data() == nullptr if there is none. Another scheme is meant
// for someone else on the way.
std::string_view bearer(const wire::Fields& fields) noexcept {
  constexpr std::string_view scheme = "bearer ";
  const std::string_view value = fields.get("authorization");
  if (!text::equalsIgnoringCase(value.substr(0, scheme.size()), scheme)) return {};
  return text::trim(value.substr(scheme.size()));
}

std::string_view adminToken(const wire::Fields& fields) noexcept {
  const std::string_view own = fields.get("x-admin-token");
  return own.data() != nullptr ? own : bearer(fields);
}

Answer unauthorized(std::string_view code, std::string_view message) {
  return errorAnswer(401, code, message, std::string(kAsksForBearer));
}

}  // namespace

// Where clients of the several dialects put their key. The first that is not empty counts.
std::string_view clientKey(const wire::Fields& fields) noexcept {
  constexpr std::array<std::string_view, 3> names{"x-api-key", "api-key", "x-goog-api-key"};
  std::string_view key = bearer(fields);
  for (const std::string_view name : names) {
    if (!key.empty()) break;
    const std::string_view other = fields.get(name);
    if (other.data() != nullptr) key = other;
  }
  return key;
}

Access::Access(const config::Auth& auth)
    : mode_(auth.mode), keys_(auth.clientKeys), adminToken_(auth.adminToken) {}

std::optional<Answer> Access::refusal(Needs needs, const wire::RequestHead& head) const {
  switch (needs) {
    case Needs::none: return std::nullopt;
    case Needs::client: return refuseClient(head.fields);
    case Needs::admin: break;
  }
  return refuseAdmin(head.fields);
}

std::optional<Answer> Access::refuseClient(const wire::Fields& fields) const {
  if (mode_ == config::AuthMode::open) return std::nullopt;
  const std::string_view given = clientKey(fields);
  if (given.data() == nullptr) {
    return unauthorized("invalid_api_key",
                        "No API key was sent. Send it as 'Authorization: Bearer KEY' or in an "
                        "x-api-key, api-key or x-goog-api-key header.");
  }
  bool known = false;
  for (const Secret& key : keys_) {  // all of them, so that the time tells nothing
    known |= !key.empty() && text::equalsInConstantTime(given, key.reveal());
  }
  if (known) return std::nullopt;
  return unauthorized("invalid_api_key", "The API key is not known here.");
}

std::optional<Answer> Access::refuseAdmin(const wire::Fields& fields) const {
  if (adminToken_.empty()) {
    return errorAnswer(403, "admin_disabled",
                       "The admin endpoints are off: auth.admin_token is not set.");
  }
  const std::string_view given = adminToken(fields);
  if (given.data() == nullptr) {
    return unauthorized("invalid_admin_token",
                        "No admin token was sent. Send it as 'Authorization: Bearer TOKEN' or in "
                        "an x-admin-token header.");
  }
  if (text::equalsInConstantTime(given, adminToken_.reveal())) return std::nullopt;
  return unauthorized("invalid_admin_token", "The admin token is wrong.");
}

}  // namespace sluice::http
