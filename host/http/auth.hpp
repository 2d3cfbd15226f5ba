// Access: who may use a route, decided from the head alone.
// Threads: immutable.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/secret.hpp"
#include "config/model.hpp"
#include "http/errors.hpp"
#include "wire/head.hpp"

namespace sluice::http {

// What a route asks of who calls it.
enum class Needs : std::uint8_t {
  none,
  client,  // one of the client keys, unless the mode is open
  admin,   // the admin token, in every mode
};

// The key that a client sent, in whichever header; data() == nullptr if there is none.
std::string_view clientKey(const wire::Fields& fields) noexcept;

class Access {
 public:
  explicit Access(const config::Auth& auth);

  // The answer that refuses the request; none: it is admitted.
  std::optional<Answer> refusal(Needs needs, const wire::RequestHead& head) const;

 private:
  std::optional<Answer> refuseClient(const wire::Fields& fields) const;
  std::optional<Answer> refuseAdmin(const wire::Fields& fields) const;

  config::AuthMode mode_;
  std::vector<Secret> keys_;
  Secret adminToken_;
};

}  // namespace sluice::http
