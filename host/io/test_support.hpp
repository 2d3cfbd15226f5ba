// What the tests share: a clock that stands still, pairs of connections, certificates made on the
// spot.
#pragma once

#include <Poco/Net/StreamSocketImpl.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <string>
#include <utility>

#include "io/socket.hpp"

namespace sluice::io::test {

using namespace std::chrono_literals;

struct ManualClock : Clock {
  TimePoint now() override { return time; }
  TimePoint time = TimePoint(1'000'000s);
};

// Turns the loop without blocking until nothing is due.
inline void settle(Loop& loop) {
  for (int quiet = 0; quiet < 2;) quiet = loop.turn(false) ? 0 : quiet + 1;
}

// Turns a loop on the real clock until the scope is empty.
inline void finish(Scope& scope) {
  while (!scope.empty()) scope.loop().turn(true);
}

// A loop whose time the test sets.
struct LoopTest : testing::Test {
  ManualClock clock;
  Loop loop{clock};
  Until in(std::chrono::milliseconds time, CancelToken cancel = {}) {
    return {loop.after(time), cancel};
  }
  void pass(std::chrono::milliseconds time) {
    clock.time += time;
    settle(loop);
  }
  // Runs a task that never has to wait for anything but turns.
  void run(Task<void> task) {
    Scope scope(loop);
    scope.spawn(std::move(task));
    settle(loop);
    EXPECT_TRUE(scope.empty());
  }
};

inline std::pair<ConnectionPtr, ConnectionPtr> connectedPair(Loop& loop, int sendBuffer = 0) {
  int fds[2];
  EXPECT_EQ(0, ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds));
  if (sendBuffer != 0) {
    for (int fd : fds) ::setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &sendBuffer, sizeof sendBuffer);
  }
  using Poco::Net::StreamSocket;
  auto wrap = [&](int fd) {
    return std::make_unique<Connection>(loop, StreamSocket(new Poco::Net::StreamSocketImpl(fd)));
  };
  return {wrap(fds[0]), wrap(fds[1])};
}

struct Certificates {
  std::string ca, cert, key;
};

namespace detail {

inline std::string pem(int (*write)(BIO*, const X509*), X509* certificate) {
  BIO* bio = BIO_new(BIO_s_mem());
  write(bio, certificate);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  std::string text(data, static_cast<std::size_t>(size));
  BIO_free(bio);
  return text;
}

inline X509* issue(EVP_PKEY* subject, const char* name, X509* issuer, EVP_PKEY* by, bool isCa,
                   long validFor = 3600) {
  X509* made = X509_new();
  X509_set_version(made, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(made), isCa ? 1 : 2);
  X509_gmtime_adj(X509_getm_notBefore(made), -7200);
  X509_gmtime_adj(X509_getm_notAfter(made), validFor);
  X509_set_pubkey(made, subject);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(made), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
  X509_set_issuer_name(made, X509_get_subject_name(issuer ? issuer : made));
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer ? issuer : made, made, nullptr, nullptr, 0);
  auto extend = [&](int id, const char* value) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, id, value);
    X509_add_ext(made, extension, -1);
    X509_EXTENSION_free(extension);
  };
  extend(NID_basic_constraints, isCa ? "critical,CA:TRUE" : "CA:FALSE");
  if (!isCa) extend(NID_subject_alt_name, "DNS:upstream.test,IP:127.0.0.1");
  X509_sign(made, by, EVP_sha256());
  return made;
}

}  // namespace detail

// A CA, and a certificate of it for upstream.test and 127.0.0.1, from two hours ago to so many
// seconds from now.
inline Certificates makeCertificates(long validFor = 3600) {
  EVP_PKEY* caKey = EVP_EC_gen("P-256");
  EVP_PKEY* leafKey = EVP_EC_gen("P-256");
  X509* ca = detail::issue(caKey, "Test CA", nullptr, caKey, true);
  X509* leaf = detail::issue(leafKey, "upstream.test", ca, caKey, false, validFor);
  Certificates made{detail::pem(PEM_write_bio_X509, ca), detail::pem(PEM_write_bio_X509, leaf), {}};
  BIO* bio = BIO_new(BIO_s_mem());
  PEM_write_bio_PrivateKey(bio, leafKey, nullptr, nullptr, 0, nullptr, nullptr);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  made.key.assign(data, static_cast<std::size_t>(size));
  BIO_free(bio);
  X509_free(leaf);
  X509_free(ca);
  EVP_PKEY_free(leafKey);
  EVP_PKEY_free(caKey);
  return made;
}

}  // namespace sluice::io::test
