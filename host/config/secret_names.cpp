#include "config/secret_names.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "base/text.hpp"

namespace sluice::config {

bool namesSecret(std::string_view name) {
  constexpr std::size_t kLongestName = 64;
  constexpr std::array<std::string_view, 8> kEnds = {
      "key", "keys", "token", "secret", "secrets", "password", "credential", "credentials"};
  std::string small(name.substr(name.size() - std::min(name.size(), kLongestName)));
  std::transform(small.begin(), small.end(), small.begin(), text::lower);
  const auto ends = [&small](std::string_view end) { return small.ends_with(end); };
  return std::any_of(kEnds.begin(), kEnds.end(), ends) ||
         !text::nearest(small, {"key", "keys", "client_keys", "admin_token"}).empty();
}

bool holdsCredentials(std::string_view text) {
  const std::size_t scheme = text.find("://");
  if (scheme == text.npos) return false;
  const std::string_view rest = text.substr(scheme + 3);
  return rest.substr(0, rest.find_first_of("/?#")).find('@') != rest.npos;
}

}  // namespace sluice::config
