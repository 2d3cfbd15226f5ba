// Digests and encodings that signatures are made of.
// Threads: plain values and pure functions.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/secret.hpp"

struct evp_md_ctx_st;

namespace sluice::upstream {

// SHA-256 of what comes piece by piece. The functions throw std::bad_alloc where the library has
// no memory.
class Sha256 {
 public:
  Sha256();
  void add(std::string_view bytes);
  std::string finish();  // the 32 bytes; once

 private:
  std::unique_ptr<evp_md_ctx_st, void (*)(evp_md_ctx_st*)> context_;
};

std::string sha256(std::string_view bytes);
std::string hmacSha256(std::string_view key, std::string_view bytes);
std::string toHex(std::string_view bytes);        // lower case
std::string toBase64Url(std::string_view bytes);  // without padding

// The RS256 signature of `bytes` by a PEM private key. Takes about a millisecond: not on a loop.
Result<std::string> signRs256(const Secret& pem, std::string_view bytes);

// `text` with every byte but letters, digits and -._~ as %XX; with `keepSlash` but / too.
std::string percentEncoded(std::string_view text, bool keepSlash = false);

}  // namespace sluice::upstream
