#include "upstream/signing/digest.hpp"

#include <gtest/gtest.h>

namespace sluice::upstream {
namespace {

TEST(Digests, KnownValues) {
  EXPECT_EQ(toHex(sha256("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  Sha256 pieces;
  for (const char* piece : {"a", "", "bc"}) pieces.add(piece);
  EXPECT_EQ(pieces.finish(), sha256("abc"));
  // RFC 4231, test case 2.
  EXPECT_EQ(toHex(hmacSha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(Digests, Base64Url) {
  EXPECT_EQ(toBase64Url(""), "");
  EXPECT_EQ(toBase64Url("f"), "Zg");
  EXPECT_EQ(toBase64Url("fo"), "Zm8");
  EXPECT_EQ(toBase64Url("foo"), "Zm9v");
  EXPECT_EQ(toBase64Url("foob"), "Zm9vYg");
  EXPECT_EQ(toBase64Url("\xfb\xff\xfe"), "-__-");
}

TEST(Digests, PercentEncoding) {
  EXPECT_EQ(percentEncoded("aZ09-._~/ +%\xc3\xa4"), "aZ09-._~%2F%20%2B%25%C3%A4");
  EXPECT_EQ(percentEncoded("/a/b:c", true), "/a/b%3Ac");
}

TEST(Digests, WhatIsNoKeyDoesNotSign) {
  for (const char* pem :
       {"", "none", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"}) {
    const auto made = signRs256(Secret(pem), "text");
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().message, "its private_key is no RSA key in PEM form");
  }
}

}  // namespace
}  // namespace sluice::upstream
