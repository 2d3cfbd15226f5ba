#include "upstream/signing/aws_sigv4.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>
#include <map>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "upstream/signing/digest.hpp"

namespace sluice::upstream {

namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

bool isVisible(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

std::string decoded(std::string_view text) {
  std::string made;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned byte = 0;
    const std::string_view digits = text.substr(i + 1, 2);
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
    const bool escape = text[i] == '%' && digits.size() == 2 && read.ptr == digits.data() + 2;
    made += escape ? static_cast<char>(byte) : text[i];
    if (escape) i += 2;
  }
  return made;
}

// Without empty, `.` and `..` segments.
std::string normalized(std::string_view path) {
  std::vector<std::string_view> kept;
  for (const std::string_view segment : text::split(path, '/')) {
    if (segment == "..") {
      if (!kept.empty()) kept.pop_back();
    } else if (!segment.empty() && segment != ".") {
      kept.push_back(segment);
    }
  }
  std::string made;
  for (const std::string_view segment : kept) made.append("/").append(segment);
  if (made.empty() || path.ends_with('/')) made += '/';
  return made;
}

// s3 takes a path as it is sent; every other service encodes it once more.
std::string canonicalPath(std::string_view path, bool s3) {
  return s3 ? percentEncoded(decoded(path), true) : percentEncoded(normalized(path), true);
}

std::string canonicalQuery(std::string_view query) {
  Pairs parameters;
  for (const std::string_view parameter : text::split(query, '&')) {
    if (parameter.empty()) continue;
    const std::size_t equals = std::min(parameter.find('='), parameter.size());
    const std::string_view value = parameter.substr(std::min(equals + 1, parameter.size()));
    parameters.emplace_back(percentEncoded(decoded(parameter.substr(0, equals))),
                            percentEncoded(decoded(value)));
  }
  std::sort(parameters.begin(), parameters.end());
  std::string made;
  for (const auto& [name, value] : parameters) {
    if (!made.empty()) made += '&';
    made.append(name).append("=").append(value);
  }
  return made;
}

// Trimmed, with single blanks inside.
std::string canonicalValue(std::string_view value) {
  std::string made;
  for (const char c : text::trim(value)) {
    if (c != ' ' || !made.ends_with(' ')) made += c;
  }
  return made;
}

std::string lowered(std::string_view name) {
  std::string made(name);
  std::transform(made.begin(), made.end(), made.begin(), text::lower);
  return made;
}

// Those of the request's own fields that are signed, names in lower case.
Result<Pairs> signedOfRequest(std::string_view fields) {
  constexpr std::array<std::string_view, 4> kOurs = {
      "authorization", "x-amz-date", "x-amz-security-token", "x-amz-content-sha256"};
  Pairs kept;
  while (!fields.empty()) {
    const std::size_t end = std::min(fields.find("\r\n"), fields.size());
    const std::string_view line = fields.substr(0, end);
    fields.remove_prefix(std::min(end + 2, fields.size()));
    const std::size_t colon = std::min(line.find(':'), line.size());
    std::string name = lowered(line.substr(0, colon));
    if (std::find(kOurs.begin(), kOurs.end(), name) != kOurs.end()) {
      return Error{"the request has a field '" + name + "' already, which the signature sets"};
    }
    if (name != "content-type" && !name.starts_with("x-amz")) continue;
    kept.emplace_back(std::move(name),
                      canonicalValue(line.substr(std::min(colon + 1, line.size()))));
  }
  return kept;
}

struct Headers {
  std::string canonical;  // "name:value\n" each, sorted
  std::string names;      // joined by ;
};

// Several of one name become one.
Headers canonicalHeaders(const Pairs& fields) {
  std::map<std::string_view, std::string> sorted;
  for (const auto& [name, value] : fields) {
    const auto [at, fresh] = sorted.emplace(name, value);
    if (!fresh) at->second.append(",").append(value);
  }
  Headers made;
  for (const auto& [name, value] : sorted) {
    made.canonical.append(name).append(":").append(value).append("\n");
    if (!made.names.empty()) made.names += ';';
    made.names += name;
  }
  return made;
}

std::string basicTime(std::chrono::system_clock::time_point time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y%m%dT%H%M%SZ", &parts)};
}

}  // namespace

Result<AwsKey> parseAwsKey(std::string_view text) {
  AwsKey key;
  const std::size_t first = std::min(text.find(':'), text.size());
  key.id = text.substr(0, first);
  const std::string_view rest = text.substr(std::min(first + 1, text.size()));
  const std::size_t second = std::min(rest.find(':'), rest.size());
  key.secret = rest.substr(0, second);
  key.sessionToken = rest.substr(std::min(second + 1, rest.size()));
  if (key.id.empty() || key.secret.empty() || !isVisible(text)) {
    return Error{"the key is not ACCESS_KEY_ID:SECRET_ACCESS_KEY[:SESSION_TOKEN]"};
  }
  return key;
}

Result<std::string> signSigV4(const AwsRequest& request, const AwsScope& scope, const AwsKey& key) {
  const bool s3 = scope.service == "s3";
  const std::string time = basicTime(scope.time);
  const std::string day = time.substr(0, 8);

  Result<Pairs> own = signedOfRequest(request.fields);
  if (!own) return own.error();
  Pairs fields = *std::move(own);
  std::string added;
  const auto add = [&](const char* shown, std::string_view name, std::string_view value) {
    fields.emplace_back(name, value);
    added.append(shown).append(": ").append(value).append("\r\n");
  };
  fields.emplace_back("host", lowered(request.authority));
  add("X-Amz-Date", "x-amz-date", time);
  if (s3) add("X-Amz-Content-Sha256", "x-amz-content-sha256", request.payloadHash);
  if (!key.sessionToken.empty()) {
    add("X-Amz-Security-Token", "x-amz-security-token", key.sessionToken);
  }
  const Headers headers = canonicalHeaders(fields);

  const std::size_t mark = std::min(request.target.find('?'), request.target.size());
  std::string canonical;
  canonical.append(request.method).append("\n");
  canonical.append(canonicalPath(request.target.substr(0, mark), s3)).append("\n");
  canonical.append(canonicalQuery(request.target.substr(std::min(mark + 1, request.target.size()))))
      .append("\n");
  canonical.append(headers.canonical).append("\n").append(headers.names).append("\n");
  canonical.append(request.payloadHash);

  std::string place = day;
  place.append("/").append(scope.region).append("/").append(scope.service).append("/aws4_request");
  const std::string toSign =
      "AWS4-HMAC-SHA256\n" + time + "\n" + place + "\n" + toHex(sha256(canonical));
  std::string chain = hmacSha256("AWS4" + std::string(key.secret), day);
  for (const std::string_view part :
       {scope.region, scope.service, std::string_view("aws4_request"), std::string_view(toSign)}) {
    chain = hmacSha256(chain, part);
  }
  added.append("Authorization: AWS4-HMAC-SHA256 Credential=").append(key.id).append("/");
  added.append(place).append(", SignedHeaders=").append(headers.names);
  added.append(", Signature=").append(toHex(chain)).append("\r\n");
  return added;
}

}  // namespace sluice::upstream
