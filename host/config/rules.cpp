#include "config/rules.hpp"

#include <algorithm>

#include "base/semantic_version.hpp"
#include "base/text.hpp"
#include "config/address.hpp"

namespace sluice::config::rules {

namespace {

bool visible(char c) { return c > ' ' && c < 0x7f; }

bool allVisible(std::string_view text) { return std::all_of(text.begin(), text.end(), visible); }

void makeSmall(std::string& text, std::size_t count) {
  std::transform(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(count), text.begin(),
                 text::lower);
}

bool smallLetterOrDigit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

bool isName(std::string_view text, std::string_view others) {
  return !text.empty() && smallLetterOrDigit(text.front()) &&
         std::all_of(text.begin(), text.end(), [others](char c) {
           return smallLetterOrDigit(c) || others.find(c) != others.npos;
         });
}

constexpr const char* kNameComplaint =
    "must be of a-z, 0-9, '.', '_' and '-', and begin with a letter or digit";

// The authority of a URL or origin, from `begin` on.
Complaint authority(std::string& text, std::size_t begin) {
  const std::size_t end = std::min(text.find_first_of("/?#", begin), text.size());
  const std::string_view whole = std::string_view(text).substr(begin, end - begin);
  if (whole.find('@') != whole.npos) return "must not hold a user name or password";
  if (whole.empty() || whole.front() == ':') return "has no host";
  const auto parts = splitHostPort(whole);
  if (!parts) return "has a malformed host or port";
  if (parts->port == 0) return "cannot name port 0";
  makeSmall(text, end);
  return std::nullopt;
}

}  // namespace

Complaint anything(std::string&) { return std::nullopt; }

Complaint listen(std::string& text) {
  const auto parts = splitHostPort(text);
  if (!parts || !parts->port) {
    return "must be an address and a port up to 65535, such as 127.0.0.1:8090 or [::1]:8090";
  }
  if (!isAddress(parts->host) && !text::equalsIgnoringCase(parts->host, "localhost")) {
    return "must name a literal address or localhost, such as 127.0.0.1:8090; 0.0.0.0 is every "
           "address";
  }
  return std::nullopt;
}

Complaint url(std::string& text) {
  const std::size_t scheme = text.find("://");
  const std::string_view name = std::string_view(text).substr(0, scheme == text.npos ? 0 : scheme);
  if (!text::equalsIgnoringCase(name, "http") && !text::equalsIgnoringCase(name, "https")) {
    return "must begin with http:// or https://";
  }
  if (!allVisible(text)) return "must not hold blanks or characters beyond ASCII";
  if (Complaint complaint = authority(text, scheme + 3)) return complaint;
  if (text.find('?') != text.npos) return "must not have a query ('?')";
  if (text.find('#') != text.npos) return "must not have a fragment ('#')";
  while (text.ends_with('/')) text.pop_back();
  return std::nullopt;
}

Complaint origin(std::string& text) {
  if (text == "*") return std::nullopt;
  const std::size_t scheme = text.find("://");
  if (scheme == text.npos || scheme == 0 || !allVisible(text)) {
    return "must be '*' or an origin such as https://chat.example.org";
  }
  if (text.find_first_of("/?#", scheme + 3) != text.npos) {
    return "must end with its host or port: an origin has no path";
  }
  return authority(text, scheme + 3);
}

Complaint hostName(std::string& text) {
  if (!isHostName(text)) return "must be a host name without scheme and port";
  makeSmall(text, text.size());
  return std::nullopt;
}

Complaint id(std::string& text) {
  if (!isName(text, "._-")) return kNameComplaint;
  return std::nullopt;
}

Complaint pluginStem(std::string& text) {
  if (text.ends_with(".so")) return "must be the file's name without '.so'";
  const bool allowed = std::all_of(text.begin(), text.end(), [](char c) {
    return smallLetterOrDigit(text::lower(c)) || c == '.' || c == '_' || c == '-';
  });
  if (text.empty() || !allowed || !smallLetterOrDigit(text::lower(text.front()))) {
    return "must be a file's name in the plugins' directory, without path and '.so'";
  }
  return std::nullopt;
}

Complaint sha256(std::string& text) {
  const bool hex = std::all_of(text.begin(), text.end(), [](char c) {
    const char small = text::lower(c);
    return (small >= '0' && small <= '9') || (small >= 'a' && small <= 'f');
  });
  if (text.size() != 64 || !hex) return "must be 64 hexadecimal digits";
  makeSmall(text, text.size());
  return std::nullopt;
}

Complaint publisherName(std::string& text) {
  if (!isName(text, "._-")) return kNameComplaint;
  return std::nullopt;
}

Complaint publicKey(std::string& text) {
  constexpr std::string_view kScheme = "ed25519:";
  constexpr std::string_view kLast = "AEIMQUYcgkosw048";  // those whose spare bits are zero
  constexpr std::size_t kDigits = 43;                     // of 32 bytes in base64, then one '='
  const std::string_view key = std::string_view(text).substr(0, kScheme.size()) == kScheme
                                   ? std::string_view(text).substr(kScheme.size())
                                   : std::string_view();
  const bool digits = std::all_of(key.begin(), key.end() - (key.empty() ? 0 : 1), [](char c) {
    return smallLetterOrDigit(text::lower(c)) || c == '+' || c == '/';
  });
  if (key.size() != kDigits + 1 || !digits || key.back() != '=' ||
      kLast.find(key[kDigits - 1]) == kLast.npos) {
    return "must be 'ed25519:' and 32 bytes in base64, as 'sluice plugins keygen' prints it";
  }
  return std::nullopt;
}

Complaint fullId(std::string& text) {
  const bool inside = isName(text, "._-") && !text.ends_with('.') && text.find("..") == text.npos;
  if (!inside || text.find('.') == text.npos) {
    return "must be a reverse domain name such as org.example.echo";
  }
  return std::nullopt;
}

Complaint version(std::string& text) {
  if (!SemanticVersion::parse(text)) return "must be a version such as 1.2.0 or 1.2.0-rc.1";
  return std::nullopt;
}

Complaint providerName(std::string& text) {
  if (!isName(text, "._-")) return kNameComplaint;
  return std::nullopt;
}

Complaint virtualModelName(std::string& text) {
  if (!isName(text, "._-/") || text.ends_with('/') || text.find("//") != text.npos) {
    return "must be of a-z, 0-9, '.', '_', '-' and single '/' inside, and begin with a letter or "
           "digit";
  }
  return std::nullopt;
}

Complaint target(std::string& text) {
  const std::size_t slash = text.find('/');
  if (slash == text.npos || slash == 0 || slash + 1 == text.size() || !allVisible(text)) {
    return "must be 'provider/model', without blanks";
  }
  return std::nullopt;
}

Complaint routePattern(std::string& text) {
  if (text.empty() || !allVisible(text))
    return "must be a pattern such as claude-*, without blanks";
  if (text.find_first_of("?[]{}()^$|\\") != text.npos) {
    return "must be a pattern such as claude-*: only '*' stands for other characters";
  }
  return std::nullopt;
}

Complaint routeModel(std::string& text) {
  if (text.empty() || !allVisible(text)) return "must be a model's name, without blanks";
  if (text.find('*') != text.rfind('*')) return "may hold one '*' only";
  return std::nullopt;
}

Complaint secret(std::string& text) {
  if (!allVisible(text)) return "must be of visible ASCII characters, without blanks or line ends";
  return std::nullopt;
}

// A key that is JSON, such as a service account's, is as its provider wrote it.
Complaint providerKey(std::string& text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first != text.npos && text[first] == '{') return std::nullopt;
  return secret(text);
}

}  // namespace sluice::config::rules
