#include "upstream/signing/signer.hpp"

#include <simdjson.h>

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "upstream/signing/aws_sigv4.hpp"
#include "upstream/signing/digest.hpp"

namespace sluice::upstream {

using Kind = SigningTrouble::Kind;

namespace {

constexpr std::size_t kHashedATurn = 256 << 10;  // bytes; less than a millisecond

Signed failed(Kind kind, std::string message) {
  Signed made;
  made.trouble.kind = kind;
  made.trouble.message = std::move(message);
  return made;
}

struct AwsParams {
  std::string service, region;
};

bool isPlain(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    const char low = text::lower(c);
    return (low >= 'a' && low <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

Result<AwsParams> parseAwsParams(std::string_view json) {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  std::string_view service, region;
  const bool sound = parser.parse(simdjson::padded_string(json)).get(root) == simdjson::SUCCESS &&
                     root.is_object() &&
                     root["service"].get_string().get(service) == simdjson::SUCCESS &&
                     root["region"].get_string().get(region) == simdjson::SUCCESS;
  if (!sound || !isPlain(service) || !isPlain(region)) {
    return Error{"aws.sigv4 needs \"service\" and \"region\", such as eu-west-1"};
  }
  return AwsParams{std::string(service), std::string(region)};
}

bool hasField(std::string_view fields, std::string_view name) {
  for (std::string_view line : text::split(fields, '\n')) {
    if (text::equalsIgnoringCase(line.substr(0, line.find(':')), name)) return true;
  }
  return false;
}

}  // namespace

Signer::Signer(io::Loop& loop, io::WorkerPool& workers, Client& client, GoogleTokens::WallClock now)
    : loop_(loop), now_(now), tokens_(loop, workers, client, std::move(now)) {}

io::Task<Signed> Signer::sign(const SigningOrder& order, const Request& request, io::Until until) {
  if (order.scheme == "aws.sigv4") return byAws(order, request, until);
  return byGoogle(order, request, until);
}

io::Task<Signed> Signer::byAws(const SigningOrder& order, const Request& request, io::Until until) {
  const Result<AwsParams> params = parseAwsParams(order.params);
  if (!params) co_return failed(Kind::misused, params.error().message);
  const Result<AwsKey> key = parseAwsKey(order.key);
  if (!key) co_return failed(Kind::keyRefused, key.error().message);
  Sha256 hash;
  for (std::string_view rest = request.body; !rest.empty();) {
    hash.add(rest.substr(0, kHashedATurn));
    rest.remove_prefix(std::min(kHashedATurn, rest.size()));
    if (rest.empty()) break;
    co_await loop_.yield();
    if (until.cancel.cancelled()) break;  // the request will not be sent
  }
  const std::string payload = toHex(hash.finish());
  const std::string authority = order.endpoint.url.authority();
  const std::string target = order.endpoint.url.path + std::string(request.path);
  const AwsRequest what{request.method, authority, target, request.fields, payload};
  const AwsScope scope{params->service, params->region, now_()};
  Result<std::string> fields = signSigV4(what, scope, *key);
  if (!fields) co_return failed(Kind::misused, fields.error().message);
  Signed made;
  made.fields = *std::move(fields);
  made.secrets.emplace_back(std::string(key->secret));
  if (!key->sessionToken.empty()) made.secrets.emplace_back(std::string(key->sessionToken));
  co_return made;
}

io::Task<Signed> Signer::byGoogle(const SigningOrder& order, const Request& request,
                                  io::Until until) {
  if (order.scheme != "google.service-account") {
    co_return failed(Kind::misused, "there is no such way to sign");
  }
  if (hasField(request.fields, "authorization")) {
    co_return failed(Kind::misused,
                     "the request has a field 'authorization' already, which the signature sets");
  }
  const Result<std::vector<std::string>> scopes = parseScopes(order.params);
  if (!scopes) co_return failed(Kind::misused, scopes.error().message);
  GoogleTokens::Given given = co_await tokens_.get(order.key, *scopes, order.proxies, until);
  Signed made;
  made.byToken = true;
  made.trouble = std::move(given.trouble);
  if (made.trouble.any()) co_return made;
  made.kept = given.kept && given.granted < order.callBegan;
  made.fields.append("Authorization: Bearer ").append(given.token->reveal()).append("\r\n");
  made.secrets.push_back(*given.token);
  co_return made;
}

bool Signer::refused(const Signed& used) {
  if (!used.kept) return false;
  for (const Secret& secret : used.secrets) tokens_.forget(secret);
  return true;
}

}  // namespace sluice::upstream
