#include "upstream/signing/digest.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>

#include <array>
#include <new>

namespace sluice::upstream {

namespace {

constexpr std::size_t kSha256Bytes = 32;

void must(bool done) {
  if (!done) throw std::bad_alloc();
}

// Keys with a pass phrase are not for a server that nobody sits at.
int noPassPhrase(char*, int, int, void*) { return -1; }

}  // namespace

Sha256::Sha256() : context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
  must(context_ && EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1);
}

void Sha256::add(std::string_view bytes) {
  must(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1);
}

std::string Sha256::finish() {
  std::array<unsigned char, kSha256Bytes> made{};
  must(EVP_DigestFinal_ex(context_.get(), made.data(), nullptr) == 1);
  return {made.begin(), made.end()};
}

std::string sha256(std::string_view bytes) {
  Sha256 hash;
  hash.add(bytes);
  return hash.finish();
}

std::string hmacSha256(std::string_view key, std::string_view bytes) {
  std::array<unsigned char, kSha256Bytes> made{};
  const auto* const data = reinterpret_cast<const unsigned char*>(bytes.data());
  must(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), data, bytes.size(), made.data(),
            nullptr) != nullptr);
  return {made.begin(), made.end()};
}

std::string toHex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string made;
  made.reserve(bytes.size() * 2);
  for (const char byte : bytes) {
    made += kDigits[static_cast<unsigned char>(byte) >> 4U];
    made += kDigits[static_cast<unsigned char>(byte) & 15U];
  }
  return made;
}

std::string toBase64Url(std::string_view bytes) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string made;
  made.reserve((bytes.size() * 4 + 2) / 3);
  std::uint32_t bits = 0;
  int count = 0;
  for (const char byte : bytes) {
    bits = (bits << 8 | static_cast<unsigned char>(byte)) & 0xFFFFU;
    for (count += 8; count >= 6; count -= 6) made += kDigits[bits >> (count - 6) & 63U];
  }
  if (count > 0) made += kDigits[bits << (6 - count) & 63U];
  return made;
}

Result<std::string> signRs256(const Secret& pem, std::string_view bytes) {
  const std::string_view text = pem.reveal();
  const std::unique_ptr<BIO, int (*)(BIO*)> in(
      BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), BIO_free);
  must(in != nullptr);
  const std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key(
      PEM_read_bio_PrivateKey(in.get(), nullptr, noPassPhrase, nullptr), EVP_PKEY_free);
  if (!key || EVP_PKEY_is_a(key.get(), "RSA") != 1) {
    ERR_clear_error();
    return Error{"its private_key is no RSA key in PEM form"};
  }
  const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(),
                                                                   EVP_MD_CTX_free);
  must(context != nullptr);
  std::size_t size = static_cast<std::size_t>(EVP_PKEY_get_size(key.get()));
  std::string made(size, '\0');
  const auto* const data = reinterpret_cast<const unsigned char*>(bytes.data());
  if (EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) != 1 ||
      EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(made.data()), &size, data,
                     bytes.size()) != 1) {
    ERR_clear_error();
    return Error{"its private_key cannot sign"};
  }
  made.resize(size);
  return made;
}

std::string percentEncoded(std::string_view text, bool keepSlash) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  constexpr std::string_view kKept = "-._~";
  std::string made;
  made.reserve(text.size());
  for (const char c : text) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (letter || kKept.find(c) != kKept.npos || (keepSlash && c == '/')) {
      made += c;
    } else {
      made += '%';
      made += kDigits[static_cast<unsigned char>(c) >> 4U];
      made += kDigits[static_cast<unsigned char>(c) & 15U];
    }
  }
  return made;
}

}  // namespace sluice::upstream
