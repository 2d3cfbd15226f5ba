// Ed25519 keys: a publisher's public key in the one-line form of the configuration, and the private
// key that signs, kept in a PEM file (PKCS#8) as openssl(1) writes it too.
// Threads: plain values.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

struct evp_pkey_st;

namespace sluice::plugins {

inline constexpr std::size_t kSignatureBytes = 64;
using SignatureBytes = std::array<std::uint8_t, kSignatureBytes>;

// Strict: padded, and no other digits than those that the bytes encode to.
std::optional<std::string> fromBase64(std::string_view text);
std::string toBase64(std::string_view bytes);

class PublicKey {
 public:
  // "ed25519:" and 32 bytes in base64.
  static std::optional<PublicKey> parse(std::string_view text);
  std::string text() const;
  bool verifies(std::string_view message, const SignatureBytes& signature) const;
  bool operator==(const PublicKey&) const = default;

 private:
  friend class SigningKey;
  static constexpr std::size_t kBytes = 32;
  std::array<std::uint8_t, kBytes> bytes_{};
};

class SigningKey {
 public:
  static Result<SigningKey> generate();
  // Error: names the file, never what is in it.
  static Result<SigningKey> read(const std::string& file);
  // As a new file that only its owner may read. A file that is there is left alone: an error.
  std::optional<Error> write(const std::string& file) const;

  PublicKey publicKey() const;
  Result<SignatureBytes> sign(std::string_view message) const;

 private:
  using Handle = std::unique_ptr<evp_pkey_st, void (*)(evp_pkey_st*)>;
  explicit SigningKey(Handle key) : key_(std::move(key)) {}
  Handle key_;  // cleansed by the library when it is freed
};

}  // namespace sluice::plugins
