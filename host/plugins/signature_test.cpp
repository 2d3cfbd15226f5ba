#include "plugins/signature.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "plugins/test_support.hpp"

using namespace sluice;
using namespace sluice::plugins;
using namespace sluice::plugins::test;

namespace {

SigningKey newKey() { return *SigningKey::generate(); }

Statement statement() {
  Statement made;
  made.sha256 = std::string(64, 'a');
  made.version = "1.2.0";
  made.components = {"com.acme.hello", "com.acme.bye"};
  return made;
}

std::string goodText(const SigningKey& key) { return toText(*signStatement(statement(), key)); }

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  return text.replace(text.find(from), from.size(), to);
}

TEST(Signature, ReadsBackWhatItWrote) {
  const SigningKey key = newKey();
  const auto made = signStatement(statement(), key);
  ASSERT_TRUE(made);
  const auto back = parseSignature(toText(*made));
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(*back, *made);
  EXPECT_TRUE(isGenuine(*back));
  EXPECT_EQ(back->statement.key, key.publicKey());
  EXPECT_EQ(back->statement.components,
            (std::vector<std::string>{"com.acme.bye", "com.acme.hello"}));
}

TEST(Signature, IsNotGenuineOnceAnythingIsChanged) {
  const std::string text = goodText(newKey());
  const std::string other = newKey().publicKey().text();
  const std::string mine = text.substr(text.find("ed25519:"), other.size());
  for (const auto& [from, to] :
       std::vector<std::pair<std::string, std::string>>{{"aaaa", "aaab"},
                                                        {"1.2.0", "1.2.1"},
                                                        {"com.acme.hello", "com.acme.hella"},
                                                        {"component: com.acme.bye\n", ""},
                                                        {mine, other}}) {
    const auto changed = parseSignature(replaced(text, from, to));
    ASSERT_TRUE(changed) << changed.error().message;
    EXPECT_FALSE(isGenuine(*changed)) << from;
  }
}

TEST(Signature, AnyOtherByteIsRefusedOrNotGenuine) {
  const std::string text = goodText(newKey());
  for (std::size_t i = 0; i < text.size(); ++i) {
    for (const int bit : {0x01, 0x20, 0x80}) {
      std::string changed = text;
      changed[i] = static_cast<char>(changed[i] ^ bit);
      const auto parsed = parseSignature(changed);
      EXPECT_FALSE(parsed && isGenuine(*parsed)) << i << ' ' << bit;
    }
    const auto cut = parseSignature(std::string_view(text).substr(0, i));
    EXPECT_FALSE(cut) << i;
  }
}

TEST(Signature, ThereIsOneWayToWriteIt) {
  const std::string text = goodText(newKey());
  for (const std::string& other :
       {text + "\n", text + text, " " + text, "\xef\xbb\xbf" + text,
        replaced(text, "\nversion", "\r\nversion"), replaced(text, ": 1.2.0", ":  1.2.0\x1b"),
        replaced(text, "sha256: a", "sha256: A"), replaced(text, "sha256", "SHA256"),
        replaced(text, "com.acme.bye", "com.acme.zoo"),
        replaced(text, "com.acme.bye", "com.acme.hello"), replaced(text, "com.acme.bye", "bye"),
        replaced(text, "component: com.acme.bye\ncomponent: com.acme.hello\n", ""),
        replaced(text, "=\n", "\n"), replaced(text, "==\n", "\n"), std::string(70'000, 'x'),
        std::string()}) {
    EXPECT_FALSE(parseSignature(other)) << other;
  }
}

TEST(Signature, SaysWhatIsWrong) {
  const std::string text = goodText(newKey());
  const auto reason = [](const std::string& bad) { return parseSignature(bad).error().message; };
  EXPECT_EQ(reason("-----BEGIN PGP SIGNATURE-----\n"),
            "is no signature: it does not begin with 'sluice-plugin-signature/1'");
  EXPECT_EQ(reason(replaced(text, "/1\n", "/2\n")),
            "is of another format than sluice-plugin-signature/1");
  EXPECT_EQ(reason(replaced(text, "version:", "varsion:")), "line 3 is not 'version: ...'");
  EXPECT_EQ(reason(text + "more\n"), "goes on after its signature");
}

TEST(Signature, WhatCouldNotBeReadIsNotSigned) {
  for (const char* version : {"", "1.2\n3", "1.2\x7f", "\xc3\xa9"}) {
    Statement odd = statement();
    odd.version = version;
    EXPECT_FALSE(signStatement(odd, newKey())) << version;
  }
  Statement none = statement();
  none.components.clear();
  EXPECT_FALSE(signStatement(none, newKey()));
}

TEST(Signature, AFileThatIsNotThereIsNoFault) {
  const TempDirectory directory;
  EXPECT_FALSE(*readSignature(directory / "x.so.sig"));
  fs::create_directory(directory / "d.sig");
  EXPECT_EQ(readSignature(directory / "d.sig").error().message, "is not a regular file");
}

TEST(SigningKey, IsKeptInAFileThatOnlyItsOwnerReads) {
  const TempDirectory directory;
  const SigningKey key = newKey();
  ASSERT_FALSE(key.write(directory / "key.pem"));
  struct stat status{};
  ASSERT_EQ(::stat((directory / "key.pem").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0600U);
  const auto back = SigningKey::read(directory / "key.pem");
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(back->publicKey(), key.publicKey());
  EXPECT_TRUE(isGenuine(*signStatement(statement(), *back)));
}

TEST(SigningKey, IsNeverOverwritten) {
  const TempDirectory directory;
  std::ofstream(directory / "key.pem") << "precious";
  EXPECT_EQ(newKey().write(directory / "key.pem")->message,
            directory / "key.pem" + ": is there already, and is not overwritten");
  fs::create_symlink(directory / "elsewhere", directory / "link");
  EXPECT_TRUE(newKey().write(directory / "link"));
  EXPECT_FALSE(fs::exists(directory / "elsewhere"));
  EXPECT_EQ(fs::file_size(directory / "key.pem"), 8u);
}

TEST(SigningKey, WhatIsNoneIsAMessageThatShowsNothingOfIt) {
  const TempDirectory directory;
  const auto reason = [&](const std::string& text) {
    std::ofstream(directory / "key.pem") << text;
    return SigningKey::read(directory / "key.pem")
        .error()
        .message.substr((directory / "key.pem").size());
  };
  EXPECT_EQ(reason("secret"), ": holds no private key in PEM form");
  EXPECT_EQ(reason("-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n"),
            ": holds no private key in PEM form");
  EXPECT_EQ(reason(std::string(20'000, 's')), ": cannot be read: File too large");
  EXPECT_EQ(SigningKey::read(directory / "none").error().message,
            directory / "none" + ": cannot be read: No such file or directory");
}

TEST(PublicKey, HasOneForm) {
  const std::string text = newKey().publicKey().text();
  EXPECT_EQ(PublicKey::parse(text)->text(), text);
  for (const std::string& bad :
       {text.substr(8), text + "=", text.substr(0, text.size() - 1), text + "\n", "rsa:" + text,
        std::string("ed25519:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9="),
        std::string("ed25519:AAAA")}) {
    EXPECT_FALSE(PublicKey::parse(bad)) << bad;
  }
}

TEST(Base64, IsStrict) {
  EXPECT_EQ(fromBase64("AAE="), std::string("\0\1", 2));
  for (const char* bad : {"", "A", "AAE", "AAF=", "A===", " AAE=", "AAE=\n", "AA*=", "AAE=AAE="}) {
    EXPECT_FALSE(fromBase64(bad)) << bad;
  }
}

}  // namespace
