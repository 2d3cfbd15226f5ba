#include "upstream/signing/google_key.hpp"

#include <simdjson.h>

#include <algorithm>
#include <ctime>
#include <optional>

#include "base/json.hpp"
#include "base/text.hpp"
#include "upstream/signing/digest.hpp"

namespace sluice::upstream {

namespace {

namespace dom = simdjson::dom;
using std::chrono::seconds;

constexpr seconds kClaimLasts{3'600};
constexpr seconds kUnsaid{300};  // of a token whose lifetime is not told
constexpr seconds kLongest{86'400};
constexpr std::size_t kLongestSaid = 300;
constexpr std::string_view kEverything = "https://www.googleapis.com/auth/cloud-platform";

// Empty if it is not there, or no string.
std::string textAt(const dom::element& object, std::string_view name) {
  std::string_view found;
  return object[name].get_string().get(found) == simdjson::SUCCESS ? std::string(found)
                                                                   : std::string();
}

bool isVisible(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

bool isLocal(const wire::Url& url) {
  return url.host == "localhost" || url.host == "::1" || url.host.starts_with("127.");
}

enum class Reach : std::uint8_t { secure, any };

Result<Place> placeAt(const dom::element& object, std::string_view name, Reach reach) {
  const std::string text = textAt(object, name);
  const std::string shown(name);
  if (text.empty()) return Error{"it has no " + shown};
  const std::size_t mark = std::min(text.find('?'), text.size());
  Result<wire::Url> url = wire::parseUrl(std::string_view(text).substr(0, mark));
  if (!url || !isVisible(text)) return Error{"its " + shown + " is no http or https URL"};
  if (reach == Reach::secure && !url->tls && !isLocal(*url)) {
    return Error{"its " + shown + " must be https"};
  }
  Place made;
  made.url = *std::move(url);
  made.target = std::exchange(made.url.path, {});
  if (made.target.empty()) made.target = "/";
  made.target += std::string_view(text).substr(mark);
  return made;
}

Result<GoogleKey> serviceAccount(const dom::element& key) {
  ServiceAccount made;
  made.email = textAt(key, "client_email");
  made.keyId = textAt(key, "private_key_id");
  made.privateKey = Secret(textAt(key, "private_key"));
  made.audience = textAt(key, "token_uri");
  if (made.email.empty()) return Error{"it has no client_email"};
  if (made.privateKey.empty()) return Error{"it has no private_key"};
  Result<Place> tokens = placeAt(key, "token_uri", Reach::secure);
  if (!tokens) return tokens.error();
  made.tokens = *std::move(tokens);
  return GoogleKey(std::move(made));
}

std::optional<Error> readFields(const dom::element& source, std::string& fields) {
  dom::object headers;
  if (source["headers"].get_object().get(headers) != simdjson::SUCCESS) return std::nullopt;
  for (const dom::key_value_pair header : headers) {
    std::string_view value;
    const bool is = header.value.get_string().get(value) == simdjson::SUCCESS;
    const bool plain =
        std::all_of(value.begin(), value.end(), [](char c) { return c >= ' ' && c < '\x7f'; });
    if (!is || !plain || header.key.empty() || !isVisible(header.key) ||
        header.key.find(':') != header.key.npos) {
      return Error{"its credential_source.headers are no headers"};
    }
    fields.append(header.key).append(": ").append(value).append("\r\n");
  }
  return std::nullopt;
}

std::optional<Error> readSource(const dom::element& key, ExternalAccount& into) {
  dom::element source;
  if (key["credential_source"].get(source) != simdjson::SUCCESS) {
    return Error{"it has no credential_source"};
  }
  dom::element format;
  if (source["format"].get(format) == simdjson::SUCCESS && textAt(format, "type") == "json") {
    into.member = textAt(format, "subject_token_field_name");
    if (into.member.empty()) {
      return Error{"its credential_source.format has no subject_token_field_name"};
    }
  }
  into.file = textAt(source, "file");
  if (!into.file.empty()) return std::nullopt;
  if (textAt(source, "url").empty() || !textAt(source, "environment_id").empty()) {
    return Error{"its credential_source is neither a file nor a URL"};
  }
  Result<Place> place = placeAt(source, "url", Reach::any);
  if (!place) return Error{"credential_source: " + place.error().message};
  into.source = *std::move(place);
  return readFields(source, into.sourceFields);
}

Result<GoogleKey> externalAccount(const dom::element& key) {
  ExternalAccount made;
  made.audience = textAt(key, "audience");
  made.subjectTokenType = textAt(key, "subject_token_type");
  if (made.audience.empty()) return Error{"it has no audience"};
  if (made.subjectTokenType.empty()) return Error{"it has no subject_token_type"};
  Result<Place> tokens = placeAt(key, "token_url", Reach::secure);
  if (!tokens) return tokens.error();
  made.tokens = *std::move(tokens);
  if (!textAt(key, "service_account_impersonation_url").empty()) {
    Result<Place> place = placeAt(key, "service_account_impersonation_url", Reach::secure);
    if (!place) return place.error();
    made.impersonation = *std::move(place);
  }
  if (auto error = readSource(key, made)) return *std::move(error);
  return GoogleKey(std::move(made));
}

std::string joined(const std::vector<std::string>& scopes) {
  std::string made;
  for (const std::string& scope : scopes) {
    if (!made.empty()) made += ' ';
    made += scope;
  }
  return made;
}

// "2030-01-02T03:04:05Z" in seconds since 1970: a clock's own time may be too small for the year.
std::optional<std::int64_t> timeOf(const std::string& text) {
  std::tm parts{};
  if (::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &parts) == nullptr) return std::nullopt;
  return ::timegm(&parts);
}

// A number, or a string of digits as some servers send.
std::optional<std::uint64_t> numberAt(const dom::element& object, std::string_view name) {
  std::uint64_t number = 0;
  if (object[name].get_uint64().get(number) == simdjson::SUCCESS) return number;
  return text::parseUnsigned(textAt(object, name));
}

void appendCleaned(std::string& out, std::string_view text) {
  for (const char c : text.substr(0, kLongestSaid)) {
    out += static_cast<unsigned char>(c) < ' ' || c == '\x7f' ? ' ' : c;
  }
}

}  // namespace

Result<GoogleKey> parseGoogleKey(std::string_view json) {
  dom::parser parser;
  dom::element key;
  if (parser.parse(simdjson::padded_string(json)).get(key) != simdjson::SUCCESS ||
      !key.is_object()) {
    return Error{"the key is not the JSON text of a service account or workload"};
  }
  const std::string type = textAt(key, "type");
  Result<GoogleKey> made = Error{"its type must be service_account or external_account"};
  if (type == "service_account" || type.empty()) made = serviceAccount(key);
  else if (type == "external_account") made = externalAccount(key);
  if (!made) return Error{"the key cannot be used: " + made.error().message};
  return made;
}

Result<std::string> signedClaim(const ServiceAccount& account,
                                const std::vector<std::string>& scopes,
                                std::chrono::system_clock::time_point now) {
  const auto from = static_cast<std::uint64_t>(
      std::max<std::time_t>(0, std::chrono::system_clock::to_time_t(now)));
  std::string head;
  json::Writer header(head);
  header.beginObject().key("alg").string("RS256").key("typ").string("JWT");
  if (!account.keyId.empty()) header.key("kid").string(account.keyId);
  header.endObject();
  std::string claims;
  json::Writer(claims)
      .beginObject()
      .key("iss")
      .string(account.email)
      .key("scope")
      .string(joined(scopes))
      .key("aud")
      .string(account.audience)
      .key("iat")
      .number(from)
      .key("exp")
      .number(from + static_cast<std::uint64_t>(kClaimLasts.count()))
      .endObject();
  std::string claim = toBase64Url(head) + "." + toBase64Url(claims);
  const Result<std::string> signature = signRs256(account.privateKey, claim);
  if (!signature) return Error{"the key cannot be used: " + signature.error().message};
  claim.append(".").append(toBase64Url(*signature));
  return claim;
}

std::string claimForm(std::string_view claim) {
  return "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=" +
         std::string(claim);
}

std::string exchangeForm(const ExternalAccount& account, const std::vector<std::string>& scopes,
                         std::string_view subjectToken) {
  const bool further = !account.impersonation.target.empty();
  return "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange"
         "&requested_token_type=urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3Aaccess_token"
         "&audience=" +
         percentEncoded(account.audience) +
         "&scope=" + percentEncoded(further ? std::string(kEverything) : joined(scopes)) +
         "&subject_token_type=" + percentEncoded(account.subjectTokenType) +
         "&subject_token=" + percentEncoded(subjectToken);
}

std::string impersonationBody(const std::vector<std::string>& scopes) {
  std::string body;
  json::Writer out(body);
  out.beginObject().key("scope").beginArray();
  for (const std::string& scope : scopes) out.string(scope);
  out.endArray().key("lifetime").string("3600s").endObject();
  return body;
}

Result<Secret> subjectToken(const ExternalAccount& account, std::string_view text) {
  std::string token;
  if (account.member.empty()) {
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    if (first != text.npos) {
      token = text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
    }
  } else {
    dom::parser parser;
    dom::element root;
    if (parser.parse(simdjson::padded_string(text)).get(root) == simdjson::SUCCESS &&
        root.is_object()) {
      token = textAt(root, account.member);
    }
  }
  if (token.empty()) return Error{"there is no subject token at the key's credential_source"};
  return Secret(std::move(token));
}

Result<GrantedToken> grantedToken(std::string_view json,
                                  std::chrono::system_clock::time_point now) {
  dom::parser parser;
  dom::element root;
  GrantedToken made;
  std::string token;
  if (parser.parse(simdjson::padded_string(json)).get(root) == simdjson::SUCCESS &&
      root.is_object()) {
    token = textAt(root, "access_token");
    if (token.empty()) token = textAt(root, "accessToken");
    seconds lasts = kUnsaid;
    if (const auto told = numberAt(root, "expires_in")) {
      lasts = seconds(std::min<std::uint64_t>(*told, kLongest.count()));
    } else if (const auto end = timeOf(textAt(root, "expireTime"))) {
      lasts = seconds(*end - std::chrono::system_clock::to_time_t(now));
    }
    made.lifetime = std::clamp(lasts, seconds(0), kLongest);
  }
  if (token.empty() || !isVisible(token)) return Error{"its answer holds no access token"};
  made.token = Secret(std::move(token));
  return made;
}

std::string saidOf(std::string_view json) {
  dom::parser parser;
  dom::element root;
  if (parser.parse(simdjson::padded_string(json)).get(root) != simdjson::SUCCESS ||
      !root.is_object()) {
    return {};
  }
  std::string made;
  appendCleaned(made, textAt(root, "error"));
  std::string more = textAt(root, "error_description");
  dom::element error;
  if (root["error"].get(error) == simdjson::SUCCESS && error.is_object()) {
    more = textAt(error, "message");
  }
  if (!made.empty() && !more.empty()) made += ": ";
  appendCleaned(made, more);
  return made;
}

Result<std::vector<std::string>> parseScopes(std::string_view params) {
  dom::parser parser;
  dom::element root;
  dom::array scopes;
  std::vector<std::string> made;
  if (parser.parse(simdjson::padded_string(params)).get(root) == simdjson::SUCCESS &&
      root.is_object() && root["scopes"].get_array().get(scopes) == simdjson::SUCCESS) {
    for (const dom::element scope : scopes) {
      std::string_view text;
      if (scope.get_string().get(text) != simdjson::SUCCESS || text.empty() || !isVisible(text)) {
        made.clear();
        break;
      }
      made.emplace_back(text);
    }
  }
  if (made.empty()) return Error{"google.service-account needs \"scopes\", a list of texts"};
  return made;
}

}  // namespace sluice::upstream
