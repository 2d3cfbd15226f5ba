// Signature: what a publisher says of a plugin file, and that it was the publisher who said it. It
// lies beside the file as NAME.so.sig:
//   sluice-plugin-signature/1
//   sha256: <64 lower-case hexadecimal digits>
//   version: <the library's version>
//   component: <a full id>             one line each, sorted
//   key: ed25519:<base64>              the publisher's public key
//   signature: <base64>                over all bytes before this line
// The first line is signed too, so that a signature means nothing elsewhere. There is one way to
// write a statement: lines end with a line feed, and no other bytes are taken.
// Threads: pure functions, but for readSignature().
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "plugins/signing_key.hpp"

namespace sluice::plugins {

struct Statement {
  std::string sha256;
  std::string version;
  std::vector<std::string> components;
  PublicKey key;
  bool operator==(const Statement&) const = default;
};

struct Signature {
  Statement statement;
  SignatureBytes bytes{};
  bool operator==(const Signature&) const = default;
};

// What is signed. `components` must be sorted, without duplicates.
std::string signedBytes(const Statement& statement);
std::string toText(const Signature& signature);
// Error: the reason alone ("line 3 is not 'version: ...'").
Result<Signature> parseSignature(std::string_view text);

// Whether the statement's key made the signature. Whose key that is, is another question.
bool isGenuine(const Signature& signature);
Result<Signature> signStatement(Statement statement, const SigningKey& key);

std::string signatureFile(const std::string& pluginFile);
// Nothing if there is no such file. Error: the reason alone.
Result<std::optional<Signature>> readSignature(const std::string& file);

}  // namespace sluice::plugins
