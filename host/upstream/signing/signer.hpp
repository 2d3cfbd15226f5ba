// Signer: signs requests as plugins ask for it, with keys that plugins never see.
//   aws.sigv4               {"service": "bedrock", "region": "eu-west-1"}
//   google.service-account  {"scopes": ["https://..."]}
// Threads: one loop.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "upstream/endpoint.hpp"
#include "upstream/exchange.hpp"
#include "upstream/signing/google_token.hpp"
#include "upstream/signing/trouble.hpp"

namespace sluice::upstream {

// Views must live until sign() ends.
struct SigningOrder {
  std::string_view scheme;
  std::string_view params;  // a JSON object
  std::string_view key;     // as configured; not empty
  const Endpoint& endpoint;
  const ProxySettings& proxies;
  io::TimePoint callBegan = io::TimePoint::max();  // a token that came later is new to the call
};

struct Signed {
  SigningTrouble trouble;
  std::string fields;           // "Name: value\r\n" each, to be added to the request's
  std::vector<Secret> secrets;  // what of them, or of the key, must never be shown
  bool byToken = false;
  bool kept = false;  // that was there before the call
};

class Signer {
 public:
  // All must outlive it.
  Signer(io::Loop& loop, io::WorkerPool& workers, Client& client,
         GoogleTokens::WallClock now = std::chrono::system_clock::now);

  // What the request views must live until this ends. A large body is hashed piece by piece, and
  // the loop turns meanwhile.
  io::Task<Signed> sign(const SigningOrder& order, const Request& request, io::Until until);

  // The upstream answered 401. True: that may be for a token's sake, and the next signature will be
  // by a new one.
  bool refused(const Signed& used);

 private:
  io::Task<Signed> byAws(const SigningOrder& order, const Request& request, io::Until until);
  io::Task<Signed> byGoogle(const SigningOrder& order, const Request& request, io::Until until);

  io::Loop& loop_;
  const GoogleTokens::WallClock now_;
  GoogleTokens tokens_;
};

}  // namespace sluice::upstream
